package io.heddle.cli.request;

import io.heddle.runtime.serving.StepSums;
import io.heddle.runtime.serving.StepTimes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The times of a pool's steps, from surfaces over steps of its plans. A step that draws tokens is
 * one of as many sequences with their mean context. A step of prompts is one of as many sequences
 * of equal length behind a context, which have the same number of new tokens and of pairs of a new
 * token and one that it sees. A step of both is that of all its tokens as prompts, and what their
 * contexts add to a step that draws as many tokens.
 *
 * <p>In a pool of prompts all are prompts: a piece of one token behind a cache, too, which sums
 * count as a draw.
 */
final class PoolTimes implements StepTimes {
  private final @Nullable StepSurface prompts;
  private final @Nullable StepSurface draws;
  private final int each;

  /** What a stage of a pipeline has of steps; null where there is one. */
  private final @Nullable PoolTimes ofStage;

  /**
   * The times of two kinds of steps.
   *
   * @param each tokens that a step computes of a sequence which draws
   */
  PoolTimes(Optional<StepSurface> prompts, Optional<StepSurface> draws, int each) {
    this(prompts, draws, each, null);
  }

  /**
   * The times of a pipeline.
   *
   * @param ofStage what a stage has of steps; null where there is one
   */
  PoolTimes(
      Optional<StepSurface> prompts,
      Optional<StepSurface> draws,
      int each,
      @Nullable PoolTimes ofStage) {
    this.each = each;
    this.ofStage = ofStage;
    this.prompts = prompts.orElse(null);
    this.draws = draws.orElse(null);
  }

  @Override
  public long nanos(StepSums sums) {
    int decodes = sums.decodes();
    double nanos;
    if (draws == null) {
      nanos =
          prompt(
              sums.prompts() + decodes,
              sums.newTokens() + decodes,
              (double) sums.pairs() + sums.context() + decodes);
    } else if (sums.prompts() == 0) {
      nanos = draw(draws, decodes, (double) sums.context() / decodes);
    } else if (decodes == 0) {
      nanos = prompt(sums.prompts(), sums.newTokens(), (double) sums.pairs());
    } else {
      nanos =
          prompt(
                  sums.prompts() + decodes,
                  sums.newTokens() + (long) decodes * each,
                  sums.pairs() + decodes * (each * (each + 1) / 2.0))
              + draw(draws, decodes, (double) sums.context() / decodes)
              - draw(draws, decodes, 0);
    }
    return Math.max(1, Math.round(nanos));
  }

  @Override
  public long interval(StepSums sums) {
    return ofStage == null ? nanos(sums) : ofStage.nanos(sums);
  }

  private static double draw(StepSurface draws, int sequences, double context) {
    return draws.at(sequences, context, 0);
  }

  private double prompt(int sequences, long tokens, double pairs) {
    if (prompts == null) {
      throw new IllegalStateException("a pool that draws tokens takes in no prompts");
    }
    double each = (double) tokens / sequences;
    double context = Math.max(0, pairs / tokens - (each + 1) / 2);
    return prompts.at(sequences, each, context);
  }
}
