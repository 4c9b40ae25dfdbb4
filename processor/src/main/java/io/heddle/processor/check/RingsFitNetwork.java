package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.model.Cluster;
import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    for (List<String> axes : groupAxes(subject)) {
      List<Long> ranks = members(subject, axes);
      Cluster.Network inner = subject.plan().cluster().networks().get(0);
      long nodes = ranks.stream().map(rank -> rank / inner.size()).distinct().count();
      boolean straddles = nodes > 1 && nodes < ranks.size() && ranks.size() < nodes * inner.size();
      if (straddles) {
        diagnostics
            .report(
                Code.GROUP_STRADDLES,
                subject.plan().layout().get(0).span(),
                String.join(", ", axes))
            .help("one such group: ranks " + shown(ranks))
            .add();
      }
    }
  }

  private static String shown(List<Long> ranks) {
    List<String> first = ranks.stream().limit(16).map(String::valueOf).toList();
    return String.join(", ", first) + (ranks.size() > 16 ? ", …" : "");
  }

  private static Set<List<String>> groupAxes(Subject subject) {
    Set<List<String>> axes = new LinkedHashSet<>();
    for (BlockProgram block : subject.program().allBlocks()) {
      Stream.concat(block.forward().stream(), block.backward().stream())
          .filter(Communicate.class::isInstance)
          .forEach(node -> axes.add(((Communicate) node).axes()));
    }
    return axes;
  }

  /** The ranks of the group that rank 0 is in. */
  private static List<Long> members(Subject subject, List<String> axes) {
    List<Long> ranks = new ArrayList<>(List.of(0L));
    Map<String, Long> sizes = subject.numbers().axes();
    long stride = 1;
    List<Plan.MeshAxis> layout = subject.plan().layout();
    for (int i = layout.size() - 1; i >= 0; i--) {
      String axis = layout.get(i).name();
      long size = sizes.get(axis);
      if (axes.contains(axis)) {
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
