package io.heddle.processor.program;

import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.LocalNode.StepCollective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The end of the step on some stages that all do the same there.
 *
 * @param stages in order
 * @param parts nodes that have something to do, waiting for one another
 */
public record StageStep(List<Integer> stages, List<Part> parts) {
  /**
   * A node on these stages.
   *
   * @param amount parameters of a kernel, bytes of a collective
   */
  public record Part(LocalNode node, long amount) {}

  public StageStep {
    stages = List.copyOf(stages);
    parts = List.copyOf(parts);
  }

  /**
   * The end of the step on all stages of a plan; none for a program without.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  public static List<StageStep> of(RankProgram program, PlanNumbers numbers, Sizes sizes) {
    if (program.step().pass().nodes().isEmpty()) {
      return List.of();
    }
    int stages = numbers.stages(program.plan());
    Map<List<Part>, List<Integer>> alike = new LinkedHashMap<>();
    for (int stage = 0; stage < stages; stage++) {
      List<Part> parts = parts(program, sizes.onStage(program.plan(), stage));
      alike.computeIfAbsent(parts, unused -> new ArrayList<>()).add(stage);
    }
    List<StageStep> steps = new ArrayList<>();
    alike.forEach((parts, same) -> steps.add(new StageStep(same, parts)));
    return steps;
  }

  private static List<Part> parts(RankProgram program, Sizes stage) {
    List<Part> parts = new ArrayList<>();
    Map<Value, Value> instead = new HashMap<>();
    for (LocalNode each : program.step().pass().nodes()) {
      LocalNode node =
          each.waitingFor(
              each.inputs().stream().map(value -> instead.getOrDefault(value, value)).toList());
      long amount;
      if (node instanceof StepCollective collective) {
        amount = stage.takesPart(collective.group()) ? stage.of(collective.bytes()) : 0;
        if (amount == 0) {
          Value other = collective.instead();
          instead.put(node.output(), instead.getOrDefault(other, other));
          continue;
        }
      } else {
        amount = stage.of(((Shape.Elements) ((Compute) node).shape()).elements());
      }
      parts.add(new Part(node, amount));
    }
    return parts;
  }

  /** {@code step, stages 1 to 6}. */
  public String title() {
    int first = stages.get(0);
    int last = stages.get(stages.size() - 1);
    if (stages.size() == 1) {
      return "step, stage " + first;
    }
    boolean isRun = last - first == stages.size() - 1;
    return "step, stages "
        + (isRun
            ? first + " to " + last
            : String.join(", ", stages.stream().map(String::valueOf).toList()));
  }
}
