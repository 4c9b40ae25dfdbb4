package io.heddle.runtime.serving;

/**
 * What the time of a step depends on: sums over its sequences. A sequence that gets one token
 * behind a cache decodes, any other is a piece of a prompt. One object is filled again for every
 * step.
 */
public final class StepSums {
  private int decodes;
  private long context;
  private int prompts;
  private long newTokens;
  private long pairs;

  /** Forgets all sequences. */
  public void clear() {
    decodes = 0;
    context = 0;
    prompts = 0;
    newTokens = 0;
    pairs = 0;
  }

  /** Adds a sequence of so many new tokens behind so many that are cached. */
  public void add(int tokens, int cached) {
    if (tokens == 1 && cached > 0) {
      decodes++;
      context += cached;
    } else {
      prompts++;
      newTokens += tokens;
      pairs += (long) tokens * cached + tokens * (tokens + 1L) / 2;
    }
  }

  /** Adds sequences that draw, at once: one token each, or those that are verified with it. */
  public void addDecodes(int sequences, long cached) {
    decodes += sequences;
    context += cached;
  }

  /** Sequences that get one token each. */
  public int decodes() {
    return decodes;
  }

  /** Tokens in the caches of those that decode, before the step. */
  public long context() {
    return context;
  }

  /** Pieces of prompts. */
  public int prompts() {
    return prompts;
  }

  /** Tokens of the pieces of prompts. */
  public long newTokens() {
    return newTokens;
  }

  /**
   * Pairs of a new token of a prompt and a token that it sees, itself included: new tokens times
   * context, as causal attention counts them.
   */
  public long pairs() {
    return pairs;
  }

  /** Whether the step has no sequence. */
  public boolean isEmpty() {
    return decodes == 0 && prompts == 0;
  }
}
