package io.heddle.processor.lower;

import io.heddle.plan.NumberFormat;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel that writes new tokens into the cache. It lies as what is written does, with all
 * tokens of a sequence on each rank that has the sequence.
 */
final class Caches {
  private Caches() {}

  /** The dimensions that it runs over. */
  static List<Dim> dims(Append op) {
    List<Dim> dims = new ArrayList<>();
    for (Tensor token : op.tokens()) {
      dims = new ArrayList<>(Kernels.union(dims, token.dims()));
    }
    return Kernels.union(dims, List.of(op.keys()));
  }

  /** The tokens of a sequence are whole on each rank, and so is what is read as one. */
  static Binding binding(Append op) {
    Map<Dim, List<String>> whole = new HashMap<>();
    whole.put(op.over(), List.of());
    whole.put(op.keys(), List.of());
    if (op.joined() != null) {
      op.joined().own().forEach(dim -> whole.put(dim, List.of()));
    }
    return Binding.of(whole, Origin.Rule.KEPT_WHOLE, null);
  }

  /** Bytes of an element of the cache. */
  static Size elementBytes(@Nullable Inference inference) {
    NumberFormat format = inference == null ? null : inference.cacheFormat();
    return format == null ? new Size.ElementBytes(Size.Format.TENSOR) : Size.of(format.bytes());
  }

  /** Whether the values that attention reads are a part of the keys, so that they are there. */
  static boolean hasValuesInKeys(BlockContext context, Attend op) {
    return op.v().equals(op.k())
        || context.block.operations().stream()
            .anyMatch(
                other ->
                    other instanceof Append append
                        && append.joined() != null
                        && append.joined().whole().equals(op.k())
                        && append.joined().parts().contains(op.v()));
  }

  /** Whether a tensor that is read is a cache. */
  static boolean isOf(BlockContext context, Tensor read) {
    return context.block.operations().stream()
        .anyMatch(other -> other instanceof Append append && append.results().contains(read));
  }

  /** Whether the keys and values that attention reads are those of a cache. */
  static boolean holdsKeys(BlockContext context, Attend op) {
    return context.block.operations().stream()
        .anyMatch(
            other ->
                other instanceof Append append
                    && append.results().containsAll(List.of(op.k(), op.v())));
  }

  /** Reads the new tokens and writes them where they are kept. */
  static Value append(
      NodeList nodes,
      Append op,
      Sharding assignment,
      @Nullable Inference inference,
      List<Value> inputs) {
    List<Size> elements = new ArrayList<>();
    List<Size> bytes = new ArrayList<>();
    for (Tensor token : op.tokens()) {
      Size each = assignment.restrictedTo(token.dims()).elements(token.dims());
      elements.add(each);
      bytes.add(nodes.bytes(token, assignment));
      bytes.add(Size.product(each, elementBytes(inference)));
    }
    Size all = Size.sum(elements);
    Kernel kernel =
        new Kernel(
            op.name(),
            KernelFunction.copy("append"),
            new Shape.Elements(all),
            all,
            Size.sum(bytes),
            Size.ZERO,
            assignment,
            op.span());
    return nodes.compute(kernel.making(Size.ZERO), op.name(), inputs);
  }

  /** What stays in memory of one tensor: whole pages of each sequence. */
  static Saved saved(Append op, Tensor cache, Sharding lies, @Nullable Inference inference) {
    List<Dim> rest = cache.dims().stream().filter(dim -> !dim.equals(op.keys())).toList();
    long page = inference == null ? 1 : inference.page();
    Size tokens;
    if (op.ragged() == null) {
      tokens = inPages(lies.elements(List.of(op.keys())), page, op.span());
    } else {
      List<Size> sequences = new ArrayList<>();
      for (Ragged.Segment segment : op.ragged().segments()) {
        Size each = Size.sum(new Size.Value(segment.before()), new Size.Value(segment.tokens()));
        sequences.add(
            Size.product(new Size.Value(segment.sequences()), inPages(each, page, op.span())));
      }
      tokens = Size.sum(sequences);
    }
    Size bytes = Size.product(lies.elements(rest), tokens, elementBytes(inference));
    return new Saved(cache.name(), Saved.Kind.CACHE, bytes);
  }

  private static Size inPages(Size tokens, long page, Span span) {
    return page > 1 ? Size.roundedUp(tokens, page, span) : tokens;
  }
}
