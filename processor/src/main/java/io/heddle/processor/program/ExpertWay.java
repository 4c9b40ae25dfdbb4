package io.heddle.processor.program;

import io.heddle.processor.model.Dim;

/**
 * What an exchange of experts takes where.
 *
 * @param rows the dimension of an expert's rows
 * @param toExperts whether rows go to their experts, not back to their tokens
 * @param spread what decides to how many nodes a token goes
 */
public record ExpertWay(Dim rows, boolean toExperts, Spread spread) {
  /**
   * Tokens and the experts that they may go to.
   *
   * @param tokens of a rank
   * @param experts of all ranks
   * @param top experts for each token
   * @param nodes to which a token goes at most; 0: any number
   */
  public record Spread(Size tokens, Size experts, Size top, long nodes) {}
}
