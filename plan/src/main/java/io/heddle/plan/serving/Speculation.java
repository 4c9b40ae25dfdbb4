package io.heddle.plan.serving;

/**
 * Tokens that are guessed behind the last one of each sequence, and computed with it in one step:
 * those that the model would have drawn, too, are kept up to the first one that it would not, and
 * behind them one more that the step draws by itself.
 *
 * @param drafts tokens that are guessed of a sequence in a step, at least 0
 * @param accept how likely the model agrees with a guess whose predecessors it agrees with, 0 to 1,
 *     the same for each
 */
public record Speculation(int drafts, double accept) {
  /** More tokens are not guessed at a time. */
  public static final int MOST_DRAFTS = 64;

  /** One token of each sequence in a step. */
  public static final Speculation NONE = new Speculation(0, 0);

  /** Checks that both are in range. */
  public Speculation {
    if (drafts < 0 || drafts > MOST_DRAFTS || !(accept >= 0 && accept <= 1)) {
      throw new IllegalArgumentException("%d drafts, accepted %s".formatted(drafts, accept));
    }
  }

  /** Tokens of a sequence that a step computes. */
  public int tokens() {
    return 1 + drafts;
  }

  /**
   * Tokens that a step is expected to yield for a sequence: 1 + a + a² + … + a^k for k drafts, each
   * accepted with the probability a. It is equation (1) of Leviathan, Kalman and Matias 2023, "Fast
   * Inference from Transformers via Speculative Decoding" (arXiv:2211.17192), (1 − a^(k+1)) / (1 −
   * a), written so that a may be 1.
   */
  public double expectedTokens() {
    double sum = 1;
    double reached = 1;
    for (int draft = 0; draft < drafts; draft++) {
      reached *= accept;
      sum += reached;
    }
    return sum;
  }

  /**
   * Tokens beyond the first that a step yields, in one case.
   *
   * @param chance of the case, uniform from 0 to below 1
   * @return from 0 to {@link #drafts}; as many as successive powers of {@code accept} it is below
   */
  public int accepted(double chance) {
    int accepted = 0;
    double reached = accept;
    while (accepted < drafts && chance < reached) {
      accepted++;
      reached *= accept;
    }
    return accepted;
  }
}
