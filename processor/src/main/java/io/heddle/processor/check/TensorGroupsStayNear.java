package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlannedCluster;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Advice: a group that splits the matrices of a layer has collectives in every layer and direction,
 * and does best inside the innermost network, if that is the fastest.
 */
final class TensorGroupsStayNear implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    List<PlannedCluster.Network> networks =
        subject.numbers().cluster().networks().stream().filter(each -> each.size() > 1).toList();
    Placement placement = new Placement(subject.plan(), subject.numbers());
    List<String> tensorAxes = tensorAxes(subject.plan());
    for (List<String> axes : CollectiveGroups.ofLayers(subject)) {
      if (tensorAxes.containsAll(axes)) {
        int[] ranks = placement.groups(axes).get(0);
        if (leaves(ranks, networks)) {
          report(subject, axes, ranks, networks.get(0).size(), diagnostics);
        }
      }
    }
  }

  /** Axes of the mesh that split neither tokens nor layers. */
  private static List<String> tensorAxes(Plan plan) {
    List<String> axes = new ArrayList<>(plan.layout().stream().map(Plan.MeshAxis::name).toList());
    for (Dim dim : plan.model().streamDims()) {
      axes.removeAll(plan.shardOf(dim));
    }
    if (plan.pipelineAxis() != null) {
      axes.remove(plan.pipelineAxis().axis());
    }
    return axes;
  }

  /** Whether the group goes over a network that is slower than the innermost. */
  private static boolean leaves(int[] ranks, List<PlannedCluster.Network> networks) {
    BigDecimal fastest = networks.get(0).bandwidth();
    long inner = 1;
    for (PlannedCluster.Network network : networks) {
      for (int rank : ranks) {
        boolean crosses = rank / inner % network.size() != ranks[0] / inner % network.size();
        if (crosses && network.bandwidth().compareTo(fastest) < 0) {
          return true;
        }
      }
      inner *= network.size();
    }
    return false;
  }

  private static void report(
      Subject subject, List<String> axes, int[] ranks, long near, Diagnostics diagnostics) {
    String names = String.join(", ", axes);
    diagnostics
        .report(
            Code.TENSOR_GROUP_LEAVES,
            RingsFitNetwork.place(subject.plan(), axes),
            names,
            ranks.length,
            near)
        .note(
            subject.numbers().cluster().span(),
            "one such group: ranks " + RingsFitNetwork.shown(ranks))
        .help(
            ranks.length <= near
                ? "lay %s out innermost".formatted(names)
                : "at most %d ranks are so near: split over fewer".formatted(near))
        .add();
  }
}
