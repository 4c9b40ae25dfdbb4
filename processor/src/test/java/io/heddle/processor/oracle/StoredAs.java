package io.heddle.processor.oracle;

import io.heddle.plan.ActivationFormats;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.model.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The format of each tensor of a block by the words of the language's page, worked out until
 * nothing changes any more.
 */
final class StoredAs {
  private final List<Operation> operations;
  private final Precision precision;
  private final Set<Tensor> stream = new HashSet<>();
  private final Set<Tensor> logits = new HashSet<>();
  private final Set<Tensor> read = new HashSet<>();

  StoredAs(Block block, Precision precision) {
    this.precision = precision;
    this.operations =
        block.operations().stream()
            .flatMap(op -> op instanceof Fused fused ? fused.parts().stream() : Stream.of(op))
            .toList();
    if (block.argument() != null) {
      stream.add(block.argument());
    }
    stream.addAll(block.sides());
    if (block.result() != null) {
      stream.add(block.result());
    }
    for (int before = -1; before != marked(); ) {
      before = marked();
      operations.forEach(this::spread);
    }
  }

  private int marked() {
    return stream.size() + logits.size() + read.size();
  }

  private void spread(Operation op) {
    if (op instanceof Alias alias) {
      for (Set<Tensor> kind : List.of(stream, logits, read)) {
        if (kind.contains(alias.input()) || kind.contains(alias.result())) {
          kind.add(alias.input());
          kind.add(alias.result());
        }
      }
    } else if (op instanceof CrossEntropy loss) {
      logits.add(loss.input());
    } else if (op instanceof SquaredError loss) {
      logits.add(loss.input());
    } else if (op instanceof Attend attend) {
      read.addAll(List.of(attend.q(), attend.k(), attend.v()));
    } else if (op instanceof PointWise changed) {
      spread(changed);
    }
  }

  private void spread(PointWise op) {
    List<Tensor> addends =
        op.terms().stream()
            .filter(op::isAddend)
            .map(PointWise.Input::operand)
            .filter(Tensor.class::isInstance)
            .map(Tensor.class::cast)
            .toList();
    int rank = op.result().dims().size();
    if (addends.stream().anyMatch(t -> stream.contains(t) && t.dims().size() == rank)) {
      stream.add(op.result());
    }
    if (stream.contains(op.result())) {
      addends.stream().filter(this::isLookedUp).forEach(stream::add);
    }
    if (logits.contains(op.result())) {
      op.inputs().stream()
          .filter(operand -> operand instanceof Tensor t && t.dims().size() == rank)
          .forEach(operand -> logits.add((Tensor) operand));
    }
  }

  private boolean isLookedUp(Tensor tensor) {
    return operations.stream().anyMatch(op -> op instanceof Lookup l && l.result().equals(tensor));
  }

  /** Bytes of an element of a tensor or weight. */
  long bytes(Operand operand) {
    ActivationFormats formats = precision.activations();
    NumberFormat format =
        stream.contains(operand)
            ? formats.stream()
            : logits.contains(operand)
                ? formats.logits()
                : read.contains(operand) ? formats.qkv() : precision.tensors();
    return format.bytes();
  }
}
