package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every weight reaches the result: a trained one has a gradient then, and a frozen one is read by
 * what does.
 */
final class WeightsAreUsed implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    for (Section block : subject.program().allBlocks()) {
      Set<Operand> unread = unread(block.block());
      for (Weight weight : block.block().weights()) {
        boolean used = block.weights().stream().anyMatch(w -> w.weight().equals(weight));
        if (!used || unread.contains(weight)) {
          diagnostics
              .report(Code.UNUSED_WEIGHT, weight.span(), weight.fullName())
              .help(
                  !unread.contains(weight) && detaches(block.block())
                      ? "what reads it is detached: freeze it, or leave `detach` out"
                      : "remove it, or use it in something that the block returns")
              .add();
        }
      }
    }
  }

  private static boolean detaches(Block block) {
    return block.operations().stream()
        .anyMatch(operation -> operation instanceof Operation.Alias alias && alias.isDetached());
  }

  /** What is read by operations alone whose results reach no result of the block. */
  private static Set<Operand> unread(Block block) {
    if (block.result() == null) {
      return Set.of();
    }
    List<Operation> backwards =
        new ArrayList<>(block.operations().stream().flatMap(WeightsAreUsed::parts).toList());
    Collections.reverse(backwards);
    Set<Operand> read = new HashSet<>(Set.of(block.result()));
    Set<Operand> unread = new HashSet<>();
    for (Operation operation : backwards) {
      boolean reaches = operation.results().stream().anyMatch(read::contains);
      (reaches ? read : unread).addAll(operation.inputs());
    }
    unread.removeAll(read);
    return unread;
  }

  private static Stream<? extends Operation> parts(Operation operation) {
    return operation instanceof Operation.Fused fused
        ? fused.parts().stream()
        : Stream.of(operation);
  }
}
