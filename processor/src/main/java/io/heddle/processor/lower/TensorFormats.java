package io.heddle.processor.lower;

import io.heddle.plan.ActivationFormats;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Loss;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.Size.Format;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The formats of a block's tensors, where the plan stores some of them otherwise than the rest.
 *
 * <p>The stream is what the block takes and returns, and each sum on the way of which it is a term;
 * rows of the embedding that are added to become the stream are of it, too. Logits are what the
 * loss reads or a token is drawn by, back to the product that makes them. Of a tensor that is of
 * two kinds, the stream comes first, then logits. Another name of a tensor has its format. Numbers
 * of keys that are selected, and the targets that attention makes for them, have four bytes each,
 * whatever the plan says.
 */
final class TensorFormats {
  private final Map<Tensor, Format> kinds = new HashMap<>();
  private final Map<Tensor, Format> apart = new HashMap<>();

  TensorFormats(Block block, Plan plan) {
    Precision precision = plan.formats().precision();
    List<Operation> operations = new ArrayList<>();
    for (Operation operation : block.operations()) {
      operations.addAll(operation instanceof Fused fused ? fused.parts() : List.of(operation));
    }
    operations.forEach(this::selection);
    if (precision.hasPlainActivations()) {
      return;
    }
    List<Operation> reversed = new ArrayList<>(operations);
    Collections.reverse(reversed);
    stream(block, operations);
    reversed.forEach(this::logits);
    operations.forEach(this::qkv);
    operations.forEach(this::ofName);
    reversed.forEach(this::ofNamed);
    ActivationFormats formats = precision.activations();
    kinds.forEach(
        (tensor, kind) -> {
          if (isApart(kind, formats, precision.tensors())) {
            apart.put(tensor, kind);
          }
        });
    for (Operation operation : operations) {
      if (operation instanceof Dispatch dispatch && staysQuantised(plan, dispatch)) {
        apart.put(dispatch.result(), Format.ROW);
      }
    }
  }

  private static boolean isApart(Format kind, ActivationFormats formats, NumberFormat tensors) {
    return switch (kind) {
      case STREAM -> formats.stream() != tensors;
      case QKV -> formats.qkv() != tensors;
      case LOGIT -> formats.logits() != tensors;
      default -> false;
    };
  }

  /** How rows that travel to experts are quantised; null where they are not, or do not travel. */
  static @Nullable Quantisation travelling(Plan plan, Dispatch dispatch) {
    Quantisation exchanges = plan.formats().precision().activations().exchanges();
    return exchanges == null || new ExpertLayout(plan, dispatch).exchangeAxes().isEmpty()
        ? null
        : exchanges;
  }

  /** Whether the products of experts read rows as they came: both are quantised alike. */
  static boolean staysQuantised(Plan plan, Dispatch dispatch) {
    Quantisation exchanges = travelling(plan, dispatch);
    return exchanges != null && exchanges == plan.formats().precision().products();
  }

  private void stream(Block block, List<Operation> operations) {
    Consumer<Tensor> mark = tensor -> kinds.put(tensor, Format.STREAM);
    if (block.argument() != null) {
      mark.accept(block.argument());
    }
    block.sides().forEach(mark);
    if (block.result() != null) {
      mark.accept(block.result());
    }
    for (Operation operation : operations) {
      if (operation instanceof PointWise sum && addsToStream(sum)) {
        mark.accept(sum.result());
      }
      ofName(operation);
    }
    for (Operation operation : operations) {
      if (operation instanceof Lookup lookup && isAddedToStream(lookup.result(), operations)) {
        mark.accept(lookup.result());
      }
    }
  }

  private boolean isAddedToStream(Tensor tensor, List<Operation> operations) {
    return operations.stream()
        .anyMatch(
            operation ->
                operation instanceof PointWise sum
                    && kinds.get(sum.result()) == Format.STREAM
                    && sum.terms().stream()
                        .anyMatch(term -> sum.isAddend(term) && term.operand().equals(tensor)));
  }

  private boolean addsToStream(PointWise sum) {
    return sum.terms().stream()
        .filter(sum::isAddend)
        .map(PointWise.Input::operand)
        .anyMatch(
            term ->
                kinds.get(term) == Format.STREAM
                    && term.dims().size() == sum.result().dims().size());
  }

  /** To be asked of each operation behind those that read what it makes. */
  private void logits(Operation operation) {
    if (operation instanceof Loss loss) {
      kinds.putIfAbsent(loss.input(), Format.LOGIT);
    } else if (operation instanceof Sample sample) {
      kinds.putIfAbsent(sample.logits(), Format.LOGIT);
    } else if (operation instanceof PointWise changed
        && kinds.get(changed.result()) == Format.LOGIT) {
      for (Operand operand : changed.inputs()) {
        if (operand instanceof Tensor tensor
            && tensor.dims().size() == changed.result().dims().size()) {
          kinds.putIfAbsent(tensor, Format.LOGIT);
        }
      }
    }
    ofNamed(operation);
  }

  private void selection(Operation operation) {
    if (operation instanceof Select select) {
      apart.put(select.result(), Format.STATISTIC);
    } else if (operation instanceof Alias alias && apart.containsKey(alias.input())) {
      apart.put(alias.result(), Format.STATISTIC);
    }
  }

  private void qkv(Operation operation) {
    if (operation instanceof Attend attend) {
      List.of(attend.q(), attend.k(), attend.v())
          .forEach(tensor -> kinds.putIfAbsent(tensor, Format.QKV));
    }
  }

  private void ofName(Operation operation) {
    if (operation instanceof Alias alias && kinds.containsKey(alias.input())) {
      kinds.putIfAbsent(alias.result(), kinds.get(alias.input()));
    }
  }

  private void ofNamed(Operation operation) {
    if (operation instanceof Alias alias && kinds.containsKey(alias.result())) {
      kinds.putIfAbsent(alias.input(), kinds.get(alias.result()));
    }
  }

  /** Whether all tensors of the block have the format of tensors. */
  boolean isPlain() {
    return apart.isEmpty();
  }

  /** The format of a tensor or weight. */
  Format of(Operand operand) {
    return operand instanceof Tensor tensor
        ? apart.getOrDefault(tensor, Format.TENSOR)
        : Format.TENSOR;
  }

  /** The format of a tensor's gradient: that of the tensor, but for rows of experts. */
  Format ofGradient(Operand operand) {
    Format format = of(operand);
    return format == Format.ROW ? Format.TENSOR : format;
  }
}
