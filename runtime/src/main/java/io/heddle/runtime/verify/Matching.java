package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.network.Mailbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Finds sends that no receive takes, and receives that no send serves. */
final class Matching {
  private static final int MOST_COMPARED = 100_000;

  /** A send or a receive without a partner. */
  private record Single(Skeleton skeleton, int event) {
    int from() {
      return skeleton.from(event);
    }

    int to() {
      return skeleton.to(event);
    }

    int tag() {
      return skeleton.tag(event);
    }

    long bytes() {
      return skeleton.bytes[event];
    }

    Finding.Node node() {
      return skeleton.node(event);
    }

    String name() {
      return skeleton.name(event) + " of rank " + skeleton.rank;
    }
  }

  /** What a send and a receive have in common that are almost partners. */
  private record Likeness(int from, int to, int tag, long bytes) {}

  private final Skeleton[] skeletons;
  private final FindingCollector findings;
  private List<Single> sends;
  private List<Single> receives;

  private Matching(Skeleton[] skeletons, FindingCollector findings) {
    this.skeletons = skeletons;
    this.findings = findings;
    this.sends = singles(Skeleton.SEND, Skeleton.RECEIVE);
    this.receives = singles(Skeleton.RECEIVE, Skeleton.SEND);
  }

  static void check(Skeleton[] skeletons, FindingCollector findings) {
    new Matching(skeletons, findings).report();
  }

  /** Events of one kind that stay when each of the other has taken the next one that it fits. */
  private List<Single> singles(byte kind, byte other) {
    Mailbox mailbox = new Mailbox();
    for (Skeleton skeleton : skeletons) {
      for (int e = 0; e < skeleton.size; e++) {
        if (skeleton.kind[e] == kind) {
          long action = Actions.of(Actions.NODE_DONE, skeleton.rank, e);
          boolean unused =
              mailbox.receive(
                  skeleton.tag(e), skeleton.from(e), skeleton.to(e), skeleton.bytes[e], action);
        }
      }
    }
    for (Skeleton skeleton : skeletons) {
      for (int e = 0; e < skeleton.size; e++) {
        if (skeleton.kind[e] == other) {
          long unused =
              mailbox.arrive(skeleton.tag(e), skeleton.from(e), skeleton.to(e), skeleton.bytes[e]);
        }
      }
    }
    List<Single> singles = new ArrayList<>();
    mailbox.eachWaiting(
        action -> singles.add(new Single(skeletons[Actions.rank(action)], Actions.index(action))));
    singles.sort(
        (a, b) ->
            a.skeleton() == b.skeleton()
                ? Integer.compare(a.event(), b.event())
                : Integer.compare(a.skeleton().rank, b.skeleton().rank));
    return singles;
  }

  private void report() {
    if (sends.size() + receives.size() < MOST_COMPARED) {
      pair(s -> new Likeness(s.from(), s.to(), s.tag(), 0), this::sizes);
      pair(s -> new Likeness(s.from(), s.to(), 0, s.bytes()), this::tags);
      pair(s -> new Likeness(s.from(), -1, s.tag(), s.bytes()), this::destinations);
      pair(s -> new Likeness(-1, s.to(), s.tag(), s.bytes()), this::sources);
    }
    for (Single send : sends) {
      findings.error(
          Rule.MESSAGE,
          "rank " + send.from() + ": no receive takes " + send.skeleton().text(send.event()),
          send.node());
    }
    for (Single receive : receives) {
      findings.error(
          Rule.MESSAGE,
          "rank " + receive.to() + ": no send serves " + receive.skeleton().text(receive.event()),
          receive.node());
    }
  }

  private interface Difference {
    String text(Single send, Single receive);
  }

  private String sizes(Single send, Single receive) {
    return " differ in size: " + send.bytes() + " and " + receive.bytes() + " bytes";
  }

  private String tags(Single send, Single receive) {
    return " differ in tag: " + send.tag() + " and " + receive.tag();
  }

  private String destinations(Single send, Single receive) {
    return " miss each other: the send goes to rank " + send.to();
  }

  private String sources(Single send, Single receive) {
    return " miss each other: the receive waits for rank " + receive.from();
  }

  private void pair(Function<Single, Likeness> likeness, Difference difference) {
    Map<Likeness, Deque<Single>> open = new HashMap<>();
    for (Single send : sends) {
      open.computeIfAbsent(likeness.apply(send), unused -> new ArrayDeque<>()).add(send);
    }
    List<Single> left = new ArrayList<>();
    Set<Single> paired = new HashSet<>();
    for (Single receive : receives) {
      Deque<Single> alike = open.get(likeness.apply(receive));
      if (alike == null || alike.isEmpty()) {
        left.add(receive);
      } else {
        Single send = alike.remove();
        paired.add(send);
        findings.error(
            Rule.MESSAGE,
            send.name() + " and " + receive.name() + difference.text(send, receive),
            send.node(),
            receive.node());
      }
    }
    receives = left;
    sends = sends.stream().filter(send -> !paired.contains(send)).toList();
  }
}
