package io.heddle.processor.model;

import io.heddle.processor.syntax.Expression;
import org.jspecify.annotations.Nullable;

/**
 * What attention does with its scores beside the softmax.
 *
 * @param dropout whether some are dropped behind the softmax
 * @param softcap c in c · tanh(score / c), before the softmax (Gemma Team 2024, arXiv:2408.00118,
 *     section 2); null: none
 * @param sinks one more score for each head, which no value belongs to (Xiao et al. 2023,
 *     arXiv:2309.17453); null: none
 */
public record ScoreChanges(boolean dropout, @Nullable Expression softcap, @Nullable Weight sinks) {
  /** Operations of the cap for a score: quotient, hyperbolic tangent, product. */
  public static final int CAP_FORWARD = 6;

  /** Operations for the gradient of a score through the cap, the cap itself included. */
  public static final int CAP_BACKWARD = 10;
}
