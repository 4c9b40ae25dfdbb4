package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What the messages of a ring carry, followed through the traces of all ranks: keys and values are
 * known by the rank that owns them, their gradients by the queries that have added to them.
 */
class RingContentsTest {
  private record Message(int from, int to, int tag) {}

  /** Gradients of the keys of one rank, with the ranks whose queries have added to them. */
  private record Gradients(int keys, List<Integer> queries) {
    Gradients plus(Gradients others) {
      assertThat(others.keys).isEqualTo(keys);
      List<Integer> all = new ArrayList<>(others.queries);
      all.addAll(queries);
      return new Gradients(keys, all);
    }
  }

  /** What is known of one rank's nodes so far. */
  private static final class Rank {
    final int number;
    final List<RecordedNode> trace;
    final Map<Long, Integer> keys = new HashMap<>();
    final Map<Long, Gradients> gradients = new HashMap<>();
    final Map<String, List<Integer>> seen = new HashMap<>();
    int next;

    Rank(int number, List<RecordedNode> trace) {
      this.number = number;
      this.trace = trace;
    }

    /** The keys that a node has from those before it: its own where none have come to it. */
    int keysOf(RecordedNode node) {
      return node.data().stream()
          .filter(keys::containsKey)
          .map(keys::get)
          .findFirst()
          .orElse(number);
    }
  }

  /** The messages of one run. */
  private static final class Run {
    private final Map<Message, Integer> keysSent = new HashMap<>();
    private final Map<Message, Gradients> gradientsSent = new HashMap<>();

    /** Follows one node; false if it waits for a message that is not sent. */
    private boolean follow(Rank rank, RecordedNode node) {
      String name = node.name().replaceAll("\\.step\\d+", "");
      boolean keys = name.endsWith(".o.keys") || name.endsWith(".o.dx.keys");
      boolean gradients = name.endsWith(".o.dx.sum");
      if (node.kind() == Kind.SEND) {
        Message message = new Message(rank.number, node.peer(), node.tag());
        if (keys) {
          keysSent.put(message, rank.keysOf(node));
        } else {
          gradientsSent.put(
              message, Objects.requireNonNull(rank.gradients.get(node.data().get(0))));
        }
      } else if (node.kind() == Kind.RECEIVE) {
        Message message = new Message(node.peer(), rank.number, node.tag());
        if (keys && keysSent.containsKey(message)) {
          rank.keys.put(node.id(), keysSent.get(message));
        } else if (!keys && gradientsSent.containsKey(message)) {
          rank.gradients.put(node.id(), gradientsSent.get(message));
        } else {
          return false;
        }
      } else if (gradients) {
        rank.gradients.put(
            node.id(),
            node.data().stream()
                .map(rank.gradients::get)
                .map(Objects::requireNonNull)
                .reduce(Gradients::plus)
                .orElseThrow());
      } else if (name.endsWith(".o") || name.endsWith(".o.dx")) {
        int here = rank.keysOf(node);
        rank.seen.computeIfAbsent(name, unused -> new ArrayList<>()).add(here);
        rank.gradients.put(node.id(), new Gradients(here, List.of(rank.number)));
      }
      return true;
    }

    private List<Rank> follow(Flattener flattener) {
      List<Rank> ranks =
          IntStream.range(0, flattener.mesh().ranks())
              .mapToObj(rank -> new Rank(rank, RecordedNode.of(flattener, rank)))
              .toList();
      boolean moved = true;
      while (moved) {
        moved = false;
        for (Rank rank : ranks) {
          while (rank.next < rank.trace.size() && follow(rank, rank.trace.get(rank.next))) {
            rank.next++;
            moved = true;
          }
        }
      }
      return ranks;
    }
  }

  @Property(tries = 30)
  void everyRankSeesAllKeysOnceAndGetsTheGradientsOfItsOwn(
      @ForAll @IntRange(min = 1, max = 3) int outer,
      @ForAll @IntRange(min = 2, max = 4) int inner,
      @ForAll @IntRange(min = 1, max = 2) int microBatches) {
    Integer[] all = IntStream.range(0, outer * inner).boxed().toArray(Integer[]::new);
    for (Rank rank : new Run().follow(RingFlattener.onSwitch(outer, inner, microBatches, 64))) {
      assertThat(rank.next).isEqualTo(rank.trace.size());
      assertThat(rank.seen).hasSize(2 * microBatches);
      assertThat(rank.seen.values())
          .allSatisfy(keys -> assertThat(keys).containsExactlyInAnyOrder(all));
      List<RecordedNode> after =
          rank.trace.stream().filter(node -> node.name().endsWith(".qkv.dx")).toList();
      assertThat(after).hasSize(microBatches);
      for (RecordedNode node : after) {
        Gradients home = Objects.requireNonNull(rank.gradients.get(node.data().get(1)));
        assertThat(home.keys()).isEqualTo(rank.number);
        assertThat(home.queries()).containsExactlyInAnyOrder(all);
      }
    }
  }
}
