package io.heddle.processor.model;

import io.heddle.plan.NumberFormat;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A step of inference: the model of its plan is made for the tokens that are new.
 *
 * @param kind of step
 * @param tokens the dimension of a sequence's new tokens
 * @param cacheFormat of what is kept of them; null: as all tensors
 * @param page tokens of a page of the cache, of which a sequence has whole ones
 */
public record Inference(
    Kind kind, Dim tokens, @Nullable NumberFormat cacheFormat, long page, Span span) {
  /** What a step does. */
  public enum Kind {
    /** Takes in prompts, or pieces of them. */
    PREFILL,
    /** Makes one token of each sequence. */
    DECODE;

    /** The word that begins the line. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The parameter with the tokens of each sequence that are in the cache before the step. */
  public String context() {
    return InferenceLines.CONTEXT;
  }

  /** The parameter with the sequences of a replica. */
  public String sequences() {
    return kind == Kind.DECODE ? kind.word() : InferenceLines.SEQUENCES;
  }

  /** The sequences of a replica: all of them are one micro-batch. */
  Plan.Batch batch() {
    Expression all = new Expression.Reference(new Name(sequences(), span));
    return new Plan.Batch(all, all, span);
  }
}
