package io.heddle.processor.check;

import io.heddle.processor.check.Check.Subject;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Step;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The axes over which a plan has groups of two ranks and more. */
final class CollectiveGroups {
  private CollectiveGroups() {}

  /** Those of the layers, the embedding and the head. */
  static Set<List<String>> ofLayers(Subject subject) {
    Set<List<String>> axes = new LinkedHashSet<>();
    for (Section block : subject.program().allBlocks()) {
      for (LocalNode node : block.nodes()) {
        if (node instanceof Communicate collective) {
          add(axes, subject, collective.axes());
        } else if (node instanceof Ring ring) {
          add(axes, subject, ring.axes());
        }
      }
    }
    return axes;
  }

  /** Those of the end of the step too: gradients are reduced, and new weights gathered. */
  static Set<List<String>> all(Subject subject) {
    Set<List<String>> axes = ofLayers(subject);
    subject.program().step().first().forEach(group -> add(axes, subject, group.axes()));
    for (Step.DataGroup group : subject.program().step().data()) {
      add(axes, subject, group.scattered());
      add(axes, subject, group.others());
    }
    for (Section block : subject.program().allBlocks()) {
      for (LocalWeight weight : block.weights()) {
        add(axes, subject, weight.gatheredAxes());
      }
    }
    return axes;
  }

  private static void add(Set<List<String>> groups, Subject subject, List<String> axes) {
    long members = axes.stream().mapToLong(subject.numbers()::axis).reduce(1, Math::multiplyExact);
    if (members > 1) {
      groups.add(axes);
    }
  }
}
