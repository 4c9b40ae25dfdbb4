package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.local.LocalNode.Ring;
import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Advice on groups: one that leaves the innermost network without filling it runs at the speed of
 * the slower one.
 */
final class RingsFitNetwork implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    long nodeSize = subject.plan().cluster().networks().get(0).size();
    for (List<String> axes : groupAxes(subject)) {
      straddling(subject, axes, nodeSize)
          .ifPresent(
              ranks ->
                  diagnostics
                      .report(
                          Code.GROUP_STRADDLES,
                          subject.plan().layout().get(0).span(),
                          String.join(", ", axes))
                      .help("one such group: ranks " + shown(ranks))
                      .add());
    }
  }

  /** The first group over the axes that fills no node and is in some node with several ranks. */
  private static Optional<List<Long>> straddling(
      Subject subject, List<String> axes, long nodeSize) {
    List<Long> offsets = offsets(subject, axes::contains);
    for (long origin : offsets(subject, axis -> !axes.contains(axis))) {
      List<Long> ranks = offsets.stream().map(offset -> origin + offset).toList();
      long nodes = ranks.stream().map(rank -> rank / nodeSize).distinct().count();
      if (nodes > 1 && nodes < ranks.size() && ranks.size() < nodes * nodeSize) {
        return Optional.of(ranks);
      }
    }
    return Optional.empty();
  }

  private static String shown(List<Long> ranks) {
    List<String> first = ranks.stream().limit(16).map(String::valueOf).toList();
    return String.join(", ", first) + (ranks.size() > 16 ? ", …" : "");
  }

  private static Set<List<String>> groupAxes(Subject subject) {
    Set<List<String>> axes = new LinkedHashSet<>();
    for (BlockProgram block : subject.program().allBlocks()) {
      Stream.concat(block.forward().stream(), block.backward().stream())
          .forEach(
              node -> {
                if (node instanceof Communicate collective) {
                  axes.add(collective.axes());
                } else if (node instanceof Ring ring) {
                  axes.add(ring.axes());
                }
              });
    }
    axes.addAll(subject.program().step().first().keySet());
    axes.addAll(subject.program().step().data().keySet());
    return axes;
  }

  /** The ranks whose coordinates are 0 along all other axes. */
  private static List<Long> offsets(Subject subject, Predicate<String> along) {
    List<Long> ranks = new ArrayList<>(List.of(0L));
    Map<String, Long> sizes = subject.numbers().axes();
    long stride = 1;
    List<Plan.MeshAxis> layout = subject.plan().layout();
    for (int i = layout.size() - 1; i >= 0; i--) {
      String axis = layout.get(i).name();
      long size = sizes.get(axis);
      if (along.test(axis)) {
        List<Long> grown = new ArrayList<>();
        for (long coordinate = 0; coordinate < size; coordinate++) {
          for (long rank : ranks) {
            grown.add(rank + coordinate * stride);
          }
        }
        ranks = grown;
      }
      stride *= size;
    }
    return ranks;
  }
}
