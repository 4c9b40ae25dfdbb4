package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An operation that only steps of inference have. */
public sealed interface InferenceOperation extends Operation {
  /**
   * New tokens written behind those of the cache, in one kernel.
   *
   * @param tokens what of each new token is kept
   * @param caches for each of these the cache with the new tokens in it
   * @param joined some of the caches side by side in memory, read as one; null: none are
   * @param over the dimension of the new tokens
   * @param keys the dimension of all tokens in the cache
   * @param ragged the sequences of the row; null where it is one
   */
  record Append(
      String name,
      List<Tensor> tokens,
      List<Tensor> caches,
      @Nullable Joined joined,
      Dim over,
      Dim keys,
      @Nullable Ragged ragged,
      Span span)
      implements InferenceOperation {
    /**
     * Caches that are read as one tensor.
     *
     * @param whole of them all; its last dimension is theirs, one behind the other
     * @param parts the caches, in order
     */
    public record Joined(Tensor whole, List<Tensor> parts) {
      public Joined {
        parts = List.copyOf(parts);
      }

      /** The dimensions that are one behind the other. */
      public List<Dim> own() {
        return parts.stream().map(part -> part.dims().get(part.dims().size() - 1)).toList();
      }
    }

    public Append {
      tokens = List.copyOf(tokens);
      caches = List.copyOf(caches);
    }

    /** The caches, and what is read of several as one. */
    @Override
    public List<Tensor> results() {
      if (joined == null) {
        return caches;
      }
      List<Tensor> all = new ArrayList<>(caches);
      all.add(joined.whole());
      return all;
    }

    @Override
    public void accept(OperationVisitor visitor) {
      visitor.append(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.copyOf(tokens);
    }
  }

  /** The next token of each sequence, drawn by the logits of its last one. */
  record Sample(String name, Tensor logits, Span span) implements InferenceOperation {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.sample(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(logits);
    }

    @Override
    public List<Tensor> results() {
      return List.of();
    }

    /** The dimension of the vocabulary. */
    public Dim dim() {
      return logits.dims().get(logits.dims().size() - 1);
    }
  }
}
