package io.heddle.processor.lower;

import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A backward pass in two: first the gradients of all tensors, later those of weights, and the
 * collectives that they alone need. Kernels keep the order of the whole pass.
 *
 * <p>What the first part gathered is kept for the second, not gathered again. The second does not
 * wait for it, nor for the gradient that came in: a kernel of the first part has. Where none would,
 * as in {@code x + w}, the weight's gradient stays in the first part.
 *
 * @param input gradients of tensors, those that lead back to no argument of the block too, and of
 *     weights that the same kernels make
 * @param weight the other gradients of weights; each collective stands one kernel ahead, so that it
 *     runs beside the kernel before the one that needs it
 * @param held the tensors that the second part reads and does not make: what a rank has of a
 *     micro-batch between the two
 */
public record BackwardSplit(List<LocalNode> input, List<LocalNode> weight, List<Saved> held) {
  public BackwardSplit {
    input = List.copyOf(input);
    weight = List.copyOf(weight);
    held = List.copyOf(held);
  }

  /**
   * Splits the backward pass of a block that has an argument.
   *
   * @param results the nodes that make the gradients of what the block takes; where nothing makes
   *     one, all stays in the first part
   * @param again values that the forward pass made before: they are made again in the first part,
   *     whose kernels read what those of the forward pass left
   */
  public static BackwardSplit of(List<LocalNode> nodes, List<Value> results, Set<Value> again) {
    if (results.stream().allMatch(Value::isBefore)) {
      return new BackwardSplit(nodes, List.of(), List.of());
    }
    Set<Value> early = new HashSet<>(again);
    results.stream().filter(result -> !result.isBefore()).forEach(early::add);
    nodes.stream().filter(BackwardSplit::isOfTensors).forEach(node -> early.add(node.output()));
    do {
      addWhatIsNeeded(nodes, early);
    } while (addWhatMustWait(nodes, early));
    List<LocalNode> input = new ArrayList<>();
    List<LocalNode> weight = new ArrayList<>();
    Set<Value> madeLater = new HashSet<>();
    for (LocalNode node : nodes) {
      if (isAmong(node, early)) {
        input.add(node);
      } else {
        madeLater.addAll(node.outputs());
        weight.add(node.waitingFor(node.inputs().stream().filter(madeLater::contains).toList()));
      }
    }
    return new BackwardSplit(
        input, oneKernelAhead(weight), new HeldTensors(input, madeLater).of(nodes));
  }

  /** Whether a node is a kernel that makes no gradient of a weight. */
  private static boolean isOfTensors(LocalNode node) {
    return node instanceof Compute kernel && !kernel.kernel().addsToGradient();
  }

  private static boolean isAmong(LocalNode node, Set<Value> values) {
    return node.outputs().stream().anyMatch(values::contains);
  }

  /** Adds to the values of the first part those that they are made from. */
  private static void addWhatIsNeeded(List<LocalNode> nodes, Set<Value> early) {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (isAmong(nodes.get(i), early)) {
        early.addAll(nodes.get(i).inputs());
      }
    }
  }

  /** Adds the first node that would read what no kernel of the first part waits for. */
  private static boolean addWhatMustWait(List<LocalNode> nodes, Set<Value> early) {
    Set<Value> known = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      LocalNode node = nodes.get(i);
      boolean isKernel = !(node instanceof Communicate);
      if (isKernel && isAmong(node, early)) {
        known.addAll(node.outputs());
        known.addAll(node.inputs());
      } else if (isAmong(node, known)) {
        known.addAll(node.inputs());
      }
    }
    for (LocalNode node : nodes) {
      if (!isAmong(node, early)) {
        for (Value input : node.inputs()) {
          boolean comesEarly = early.contains(input) || input.equals(Section.RESULT_GRADIENT);
          if (comesEarly && !known.contains(input)) {
            return early.add(node.output());
          }
        }
      }
    }
    return false;
  }

  private static List<LocalNode> oneKernelAhead(List<LocalNode> nodes) {
    List<LocalNode> ahead = new ArrayList<>();
    int lastKernel = -1;
    Set<Value> madeSince = new HashSet<>();
    for (LocalNode node : nodes) {
      boolean free = node.inputs().stream().noneMatch(madeSince::contains);
      if (node instanceof Communicate && lastKernel >= 0 && free) {
        ahead.add(lastKernel++, node);
        continue;
      }
      if (!(node instanceof Communicate)) {
        lastKernel = ahead.size();
        madeSince.clear();
      }
      madeSince.addAll(node.outputs());
      ahead.add(node);
    }
    return ahead;
  }
}
