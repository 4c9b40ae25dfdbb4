package io.heddle.processor.program;

import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.View;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the groups of a plan over some axes lie in the nodes of its network. */
public final class NodeGroups {
  private final List<String> axes;
  private final int nodeRanks;
  private final int members;
  private final int nodes;
  private final int inNode;
  private final boolean twoLevel;

  private NodeGroups(
      List<String> axes, int nodeRanks, int members, int nodes, int inNode, boolean twoLevel) {
    this.axes = axes;
    this.nodeRanks = nodeRanks;
    this.members = members;
    this.nodes = nodes;
    this.inNode = inNode;
    this.twoLevel = twoLevel;
  }

  /**
   * How they lie.
   *
   * @param numbers of at most 2^31 ranks
   */
  public static NodeGroups of(List<String> axes, Plan plan, PlanNumbers numbers) {
    int nodeRanks = numbers.values().cluster().nodeRanks();
    Mesh mesh = new Mesh(numbers.values().axes(), views(plan, numbers));
    io.heddle.plan.mesh.Group first =
        Groups.around(
            0,
            mesh,
            List.of(new GroupKind(axes, GroupKind.Members.TWO_LEVEL)),
            numbers.values().cluster().ringOrder())[0];
    if (first == null) {
      return new NodeGroups(axes, nodeRanks, 1, 1, 1, false);
    }
    int nodes =
        nodeRanks == 0
            ? 1
            : (int) Arrays.stream(first.ring()).map(rank -> rank / nodeRanks).distinct().count();
    return new NodeGroups(
        axes,
        nodeRanks,
        first.size(),
        nodes,
        first.membersInNode(nodeRanks),
        first.inside() != null);
  }

  private static List<View> views(Plan plan, PlanNumbers numbers) {
    List<View> views = new ArrayList<>();
    for (Plan.View view : plan.views()) {
      views.add(
          new View(
              view.from(),
              view.to().stream()
                  .map(axis -> new Axis(axis.name(), Math.toIntExact(numbers.axis(axis.name()))))
                  .toList()));
    }
    return views;
  }

  /** The axes along which members differ. */
  public List<String> axes() {
    return axes;
  }

  /** Members of each group. */
  public int members() {
    return members;
  }

  /** Nodes that have members of a group. */
  public int nodes() {
    return nodes;
  }

  /** Whether a sum can go in two levels. */
  public boolean isTwoLevel() {
    return twoLevel;
  }

  /**
   * Whether a group lies in one node, or each node has one of its members, or several and as many
   * of each group.
   */
  public boolean isEven() {
    return twoLevel || inNode == 1 || inNode == members;
  }

  /** Why a sum cannot go in two levels. */
  public String obstacle() {
    if (nodeRanks == 0) {
      return "the network has one dimension";
    }
    if (nodes == 1) {
      return "each group lies in one node of " + nodeRanks;
    }
    return nodes == members
        ? "each node of " + nodeRanks + " has one rank of a group"
        : "nodes of " + nodeRanks + " have different numbers of their ranks";
  }

  /** A group, as {@link Sizes#describe} or {@code over dp (4 nodes of 8)}. */
  static String describe(LocalGroup group, Plan plan, PlanNumbers numbers, Sizes sizes) {
    if (group instanceof LocalGroup.Along along && along.twoLevel()) {
      NodeGroups lie = of(along.axes(), plan, numbers);
      if (lie.isTwoLevel()) {
        return "over %s (%d nodes of %d)"
            .formatted(String.join(", ", lie.axes), lie.nodes, lie.members / lie.nodes);
      }
    }
    if (group instanceof LocalGroup.Stages stages) {
      List<String> holders = sizes.holders(stages, plan).stream().map(String::valueOf).toList();
      return "stages %s (%d)".formatted(String.join(", ", holders), holders.size());
    }
    return sizes.describe(group);
  }
}
