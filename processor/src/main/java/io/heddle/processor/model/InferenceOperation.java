package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/** An operation that only steps of inference have. */
public sealed interface InferenceOperation extends Operation {
  /**
   * New tokens written behind those of the cache, in one kernel.
   *
   * @param tokens what of each new token is kept
   * @param results for each of these the cache with the new tokens in it
   * @param over the dimension of the new tokens
   * @param keys the dimension of all tokens in the cache
   */
  record Append(
      String name, List<Tensor> tokens, List<Tensor> results, Dim over, Dim keys, Span span)
      implements InferenceOperation {
    public Append {
      tokens = List.copyOf(tokens);
      results = List.copyOf(results);
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
