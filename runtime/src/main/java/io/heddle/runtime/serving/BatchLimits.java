package io.heddle.runtime.serving;

import io.heddle.plan.serving.Speculation;

/**
 * What a scheduler may put into a step, and what its cache holds.
 *
 * @param tokens of a step, new ones of all sequences
 * @param sequences that run at a time
 * @param pages of the cache
 * @param pageTokens tokens of a page
 * @param speculation what is guessed of each sequence that draws, for which it needs pages, too
 */
public record BatchLimits(
    int tokens, int sequences, int pages, int pageTokens, Speculation speculation) {
  /** Checks that there is something of each. */
  public BatchLimits {
    if (tokens < 1 || sequences < 1 || pages < 1 || pageTokens < 1) {
      throw new IllegalArgumentException("limits of a batch are at least 1");
    }
  }

  /** Without guesses. */
  public BatchLimits(int tokens, int sequences, int pages, int pageTokens) {
    this(tokens, sequences, pages, pageTokens, Speculation.NONE);
  }

  /** Pages that so many tokens take. */
  int pagesFor(int cached) {
    return (cached + pageTokens - 1) / pageTokens;
  }
}
