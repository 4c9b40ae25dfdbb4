package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Weight;
import java.util.List;

/** Advice: a decode that multiplies all of the cache with weights takes far too long. */
final class CacheIsNotRemade implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Inference inference = subject.plan().inference();
    if (inference == null || !inference.kind().decodes()) {
      return;
    }
    for (Block block : subject.plan().model().allBlocks()) {
      block.operations().stream()
          .filter(Append.class::isInstance)
          .map(Append.class::cast)
          .findFirst()
          .ifPresent(append -> check(block, append, subject, diagnostics));
    }
  }

  private static void check(Block block, Append append, Subject subject, Diagnostics diagnostics) {
    block.operations().stream()
        .filter(operation -> multiplies(operation, append))
        .findFirst()
        .ifPresent(
            product ->
                diagnostics
                    .report(
                        Code.CACHE_REMADE,
                        product.span(),
                        product.name(),
                        subject.numbers().dims().get(append.keys()))
                    .help(
                        "say `absorbed` behind the tensors of `cache`, or keep keys and values"
                            + " themselves: name none of `%s`".formatted(block.name()))
                    .add());
  }

  private static boolean multiplies(Operation operation, Append append) {
    List<? extends Operation> parts =
        operation instanceof Fused fused ? fused.parts() : List.of(operation);
    return parts.stream()
        .anyMatch(
            part ->
                part instanceof Einsum product
                    && product.result().dims().contains(append.keys())
                    && product.inputs().stream().anyMatch(Weight.class::isInstance));
  }
}
