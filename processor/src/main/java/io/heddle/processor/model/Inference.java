package io.heddle.processor.model;

import io.heddle.plan.NumberFormat;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A step of inference: the model of its plan is made for the tokens that are new.
 *
 * @param kind of step
 * @param tokens the dimension of a sequence's new tokens
 * @param speculates whether tokens are guessed of sequences that decode, and verified
 * @param cacheFormat of what is kept of them; null: as all tensors
 * @param page tokens of a page of the cache, of which a sequence has whole ones
 */
public record Inference(
    Kind kind,
    Dim tokens,
    boolean speculates,
    @Nullable NumberFormat cacheFormat,
    long page,
    Span span) {
  /** What a step does. */
  public enum Kind {
    /** Takes in prompts, or pieces of them. */
    PREFILL,
    /** Makes one token of each sequence, or verifies some that were guessed. */
    DECODE,
    /** Does both, for different sequences. */
    MIXED;

    /** Whether there are sequences that get one token each. */
    public boolean decodes() {
      return this != PREFILL;
    }

    /** The word that begins the line, or one of the lines. */
    public String word() {
      return (decodes() ? DECODE : PREFILL).name().toLowerCase(Locale.ROOT);
    }
  }

  /** The parameter with the tokens of each sequence that are in the cache before the step. */
  public String context() {
    return InferenceLines.CONTEXT;
  }

  /** The parameter with the sequences of a replica; of those that decode, in a mixed step. */
  public String sequences() {
    return kind.decodes() ? kind.word() : InferenceLines.SEQUENCES;
  }

  /**
   * The parameters of pieces of prompts beside sequences that decode.
   *
   * @param context of each
   */
  public record PromptParameters(String tokens, String sequences, String context) {}

  /** What a mixed step takes in besides; empty for any other. */
  public Optional<PromptParameters> promptParameters() {
    return kind == Kind.MIXED
        ? Optional.of(
            new PromptParameters(
                InferenceLines.PREFILL, InferenceLines.SEQUENCES, InferenceLines.PREFILL_CONTEXT))
        : Optional.empty();
  }

  /**
   * Tokens that sequences of a replica draw.
   *
   * @param sequences the parameter with how many there are
   * @param drafts the parameter with the tokens that each draws besides one; empty where it draws
   *     one
   */
  public record Drawn(String sequences, Optional<String> drafts) {
    /** How many that are. */
    public long count(ToLongFunction<String> parameter) {
      long each = 1 + drafts.map(parameter::applyAsLong).orElse(0L);
      return Math.multiplyExact(parameter.applyAsLong(sequences), each);
    }
  }

  /** What adds up to the tokens that a replica draws: of guesses, all that are verified. */
  public List<Drawn> drawn() {
    Optional<String> drafts = drafts();
    Drawn own = new Drawn(sequences(), drafts);
    return kind == Kind.MIXED
        ? List.of(new Drawn(InferenceLines.SEQUENCES, Optional.empty()), own)
        : List.of(own);
  }

  /** The parameter with the tokens that are guessed of each sequence; empty where none are. */
  public Optional<String> drafts() {
    return speculates ? Optional.of(InferenceLines.SPECULATE) : Optional.empty();
  }

  /**
   * The sequences of a replica: all of them are one micro-batch. Those of a mixed step are one
   * ragged row.
   */
  Plan.Batch batch() {
    Expression all =
        kind == Kind.MIXED
            ? new Expression.Literal(1, span)
            : new Expression.Reference(new Name(sequences(), span));
    return new Plan.Batch(all, all, span);
  }
}
