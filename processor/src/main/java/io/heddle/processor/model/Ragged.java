package io.heddle.processor.model;

import io.heddle.processor.syntax.Expression;
import java.util.List;

/**
 * Sequences of two lengths in one row of tokens, as a mixed step has them. Of the new tokens, those
 * of prompts but for their last ones stand first, then the last ones, then those that are decoded,
 * so that all whose next token is drawn stand side by side. The keys stand sequence by sequence,
 * each with those of the cache before those of its new tokens.
 *
 * @param prompts sequences that take in pieces of prompts
 * @param decodes sequences that get one token each, or verify some that were guessed
 */
public record Ragged(Segment prompts, Segment decodes) {
  /**
   * Sequences that are alike.
   *
   * @param sequences how many there are
   * @param tokens new ones of each
   * @param before keys that the cache has of each, as far as they are seen
   */
  public record Segment(Expression sequences, Expression tokens, Expression before) {}

  /** Both kinds. */
  public List<Segment> segments() {
    return List.of(prompts, decodes);
  }
}
