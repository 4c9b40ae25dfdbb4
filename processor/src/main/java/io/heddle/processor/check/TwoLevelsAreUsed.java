package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.NodeGroups;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Step;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Advice on {@code two_level}: it says nothing where no sum goes in two levels. */
final class TwoLevelsAreUsed implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Plan.TwoLevelSums tensors = subject.plan().twoLevelSums();
    Set<List<String>> summed = ofTensors(subject);
    for (Plan.AxisUse use : tensors.axes()) {
      if (summed.stream().noneMatch(axes -> axes.contains(use.axis()))) {
        diagnostics
            .report(Code.NOTHING_SUMMED, use.span(), "a tensor over `" + use.axis() + "`")
            .help(
                "name an axis over which partial sums are all-reduced, and all axes of that"
                    + " collective")
            .add();
      }
    }
    advise(tensors.span(), shared(subject, summed), diagnostics);
    if (subject.plan().reduction().twoLevel()) {
      Span line = subject.plan().reduction().span();
      List<NodeGroups> gradients = shared(subject, ofGradients(subject));
      if (gradients.isEmpty()) {
        diagnostics
            .report(Code.NOTHING_SUMMED, line, "gradients")
            .help("take `two_level` out: what is reduce-scattered goes in one level")
            .add();
      }
      advise(line, gradients, diagnostics);
    }
  }

  /** The groups over these axes that have several members. */
  private static List<NodeGroups> shared(Subject subject, Set<List<String>> sums) {
    return sums.stream()
        .map(axes -> NodeGroups.of(axes, subject.plan(), subject.numbers()))
        .filter(group -> group.members() > 1)
        .toList();
  }

  private static Set<List<String>> ofTensors(Subject subject) {
    Set<List<String>> axes = new LinkedHashSet<>();
    for (Section block : subject.program().allBlocks()) {
      for (LocalNode node : block.nodes()) {
        if (node instanceof Communicate collective
            && collective.twoLevel()
            && !collective.isByNode()) {
          axes.add(collective.axes());
        }
      }
    }
    return axes;
  }

  private static Set<List<String>> ofGradients(Subject subject) {
    Set<List<String>> axes = new LinkedHashSet<>();
    Step step = subject.program().step();
    for (LocalNode node : step.pass().nodes()) {
      if (node instanceof StepCollective collective
          && collective.group() instanceof LocalGroup.Along along
          && along.twoLevel()) {
        axes.add(along.axes());
      }
    }
    for (Step.Unit unit : step.units()) {
      unit.collectives().stream()
          .filter(collective -> collective.kind() == CollectiveKind.ALL_REDUCE)
          .forEach(collective -> axes.add(collective.group().axes()));
    }
    return axes;
  }

  /** Of the sums of a line, says of the first why it goes in one level, if all do. */
  private static void advise(Span line, List<NodeGroups> groups, Diagnostics diagnostics) {
    if (groups.isEmpty() || groups.stream().anyMatch(NodeGroups::isTwoLevel)) {
      return;
    }
    NodeGroups first = groups.get(0);
    diagnostics
        .report(
            Code.ONE_LEVEL,
            line,
            String.join(", ", first.axes()),
            first.members(),
            first.obstacle())
        .help(
            "take `two_level` out, or choose `layout` and sizes of axes for which each node has"
                + " several ranks of each group, and as many")
        .add();
  }
}
