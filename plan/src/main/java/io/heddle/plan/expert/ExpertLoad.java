package io.heddle.plan.expert;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How a router shares out tokens among experts. Only the ratios of its weights count: how many rows
 * they come to is {@link ExpertShares}'s. The same on every machine, whoever asks.
 */
public sealed interface ExpertLoad
    permits ExpertLoad.Even, ExpertLoad.Hot, ExpertLoad.LogNormal, RecordedLoad {
  /** In place of a seed: nothing is drawn, all layers and micro-batches have one load. */
  long NOT_DRAWN = 0;

  /** What a plan calls the loads that need no declaration. */
  List<String> WORDS = List.of("even", "hot_expert", "hot_rank", "log_normal");

  /**
   * What each expert gets, in proportion.
   *
   * @param experts of all ranks
   * @param ranks that have as many of them each
   * @param draw which of the loads that are told apart, below {@link #draws}
   * @return a number for each expert, 0 or more, not all 0
   */
  double[] weights(int experts, int ranks, int draw);

  /** Loads that are told apart. */
  int draws();

  /** Which of them a layer has in a micro-batch. */
  int draw(int microBatch, int layer);

  /** As a plan says it: {@code hot_rank(factor = 2)}. */
  String text();

  /** Every expert gets as much as every other, to a row. */
  static ExpertLoad even() {
    return new Even();
  }

  /**
   * One expert gets more than all others, which share the rest evenly.
   *
   * @param factor what it gets over an even share, a decimal number of at least 1
   * @param seed draws another expert for each layer and micro-batch; {@link #NOT_DRAWN}: the first
   *     expert
   */
  static ExpertLoad hotExpert(String factor, long seed) {
    return new Hot(false, factor, seed);
  }

  /**
   * The experts of one rank get more than those of all others.
   *
   * @param factor what each of them gets over an even share, a decimal number of at least 1
   * @param seed draws another rank for each layer and micro-batch; {@link #NOT_DRAWN}: the first
   */
  static ExpertLoad hotRank(String factor, long seed) {
    return new Hot(true, factor, seed);
  }

  /**
   * Loads are log-normally distributed: the exponential of a normal variable of mean 0.
   *
   * @param sigma standard deviation of the normal variable, a decimal number
   * @param seed draws a load for each layer and micro-batch, at least 1
   */
  static ExpertLoad logNormal(String sigma, long seed) {
    return new LogNormal(sigma, seed);
  }

  /** All alike. */
  record Even() implements ExpertLoad {
    @Override
    public double[] weights(int experts, int ranks, int draw) {
      double[] weights = new double[experts];
      Arrays.fill(weights, 1);
      return weights;
    }

    @Override
    public int draws() {
      return 1;
    }

    @Override
    public int draw(int microBatch, int layer) {
      return 0;
    }

    @Override
    public String text() {
      return "even";
    }
  }

  /**
   * Some are hot.
   *
   * @param rank whether all experts of a rank are
   */
  record Hot(boolean rank, String factor, long seed) implements ExpertLoad {
    @Override
    public double[] weights(int experts, int ranks, int draw) {
      int together = rank ? experts / ranks : 1;
      int places = experts / together;
      int hot = isDrawn() ? Draws.random(seed, draw).nextInt(places) : 0;
      double share = Math.min(1, Double.parseDouble(factor) * together / experts);
      double[] weights = new double[experts];
      Arrays.fill(weights, places == 1 ? 1 : (1 - share) / (experts - together));
      Arrays.fill(weights, hot * together, (hot + 1) * together, share / together);
      return weights;
    }

    private boolean isDrawn() {
      return seed != NOT_DRAWN;
    }

    @Override
    public int draws() {
      return isDrawn() ? Draws.COUNT : 1;
    }

    @Override
    public int draw(int microBatch, int layer) {
      return isDrawn() ? Draws.of(microBatch, layer) : 0;
    }

    @Override
    public String text() {
      return "%s(factor = %s%s)"
          .formatted(rank ? "hot_rank" : "hot_expert", factor, isDrawn() ? ", seed = " + seed : "");
    }
  }

  /** Drawn from a log-normal distribution. */
  record LogNormal(String sigma, long seed) implements ExpertLoad {
    @Override
    public double[] weights(int experts, int ranks, int draw) {
      Random random = Draws.random(seed, draw);
      double deviation = Double.parseDouble(sigma);
      double[] weights = new double[experts];
      for (int i = 0; i < experts; i++) {
        // StrictMath, and Random's nextGaussian with it, is the same everywhere.
        weights[i] = StrictMath.exp(deviation * random.nextGaussian());
      }
      return weights;
    }

    @Override
    public int draws() {
      return Draws.COUNT;
    }

    @Override
    public int draw(int microBatch, int layer) {
      return Draws.of(microBatch, layer);
    }

    @Override
    public String text() {
      return "log_normal(sigma = %s, seed = %d)".formatted(sigma, seed);
    }
  }
}
