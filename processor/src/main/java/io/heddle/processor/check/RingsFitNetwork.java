package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlannedCluster;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Advice on groups: one that leaves a dimension of the network without filling it crosses the next
 * one as often as it would with more ranks. Rings go round inside a dimension, or have one rank in
 * each of its places.
 */
final class RingsFitNetwork implements Advice {
  private static final int MOST_SHOWN = 16;

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    // What says that nodes have different numbers of a group's ranks has said it already.
    if (diagnostics.hasErrors() || diagnostics.has(Code.NOT_BY_NODE)) {
      return;
    }
    Placement placement = new Placement(subject.plan(), subject.numbers());
    for (List<String> axes : CollectiveGroups.all(subject)) {
      List<int[]> groups = placement.groups(axes);
      long inner = 1;
      for (PlannedCluster.Network network : subject.numbers().cluster().networks()) {
        long outer = inner * network.size();
        Optional<int[]> straddling = straddling(groups, inner, network.size());
        if (straddling.isPresent()) {
          report(subject, axes, straddling.get(), outer, diagnostics);
          break;
        }
        inner = outer;
      }
    }
  }

  /**
   * The first group that has ranks in several places of a dimension, in some of them with several
   * and in some not with all.
   *
   * @param inner ranks of one position along the dimension
   * @param size positions of the dimension
   */
  private static Optional<int[]> straddling(List<int[]> groups, long inner, long size) {
    for (int[] ranks : groups) {
      if (straddles(ranks, inner, size)) {
        return Optional.of(ranks);
      }
    }
    return Optional.empty();
  }

  /** Members rise, so that those of one position, and those of one place, follow each other. */
  private static boolean straddles(int[] ranks, long inner, long size) {
    long positions = 0;
    long places = 0;
    long position = -1;
    long place = -1;
    for (int rank : ranks) {
      long own = rank / inner;
      if (own != position) {
        position = own;
        positions++;
        if (own / size != place) {
          place = own / size;
          places++;
        }
      }
    }
    return places > 1 && places < positions && positions < places * size;
  }

  private static void report(
      Subject subject, List<String> axes, int[] ranks, long places, Diagnostics diagnostics) {
    diagnostics
        .report(Code.GROUP_STRADDLES, place(subject.plan(), axes), String.join(", ", axes), places)
        .note(subject.numbers().cluster().span(), "one such group: ranks " + shown(ranks))
        .help(
            "lay these axes out innermost, outermost, or so that their ranks fill all %d"
                .formatted(places))
        .add();
  }

  /** The axis that is laid out outermost. */
  static Span place(Plan plan, List<String> axes) {
    for (Plan.MeshAxis axis : plan.layout()) {
      if (axes.contains(axis.name())) {
        return axis.span();
      }
    }
    return plan.viewOf(axes.get(0)).map(Plan.View::span).orElse(plan.span());
  }

  static String shown(int[] ranks) {
    return Arrays.stream(ranks)
            .limit(MOST_SHOWN)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(", "))
        + (ranks.length > MOST_SHOWN ? ", …" : "");
  }
}
