package io.heddle.cli.measure;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The experts of the busiest rank where loads follow a power law, as NVIDIA aiconfigurator draws
 * them for its tables: a load of each expert with the density x^-alpha, scaled to all assignments
 * and rounded. What a rank gets is the mean of some draws, always the same ones.
 *
 * @param hit experts of the rank that get a token
 * @param assigned tokens that they get, each as often as it is sent
 */
record SkewedExperts(double hit, double assigned) {
  private static final int DRAWS = 20;
  private static final long SEED = 1;

  /** The share of the tokens that an expert gets at most, before loads are scaled. */
  private static final double MOST = 0.8;

  private static final double LEAST_OF_FEW = 0.01;
  private static final double MOST_OF_FEW = 2;

  private static final Map<Drawn, SkewedExperts> KNOWN = new ConcurrentHashMap<>();

  private record Drawn(long tokens, int experts, long each, int ranks, double alpha) {}

  /**
   * Of the busiest of so many ranks.
   *
   * @param tokens before they are sent
   * @param experts of all ranks
   * @param each experts that a token is sent to
   * @param alpha of the power law
   */
  static SkewedExperts of(long tokens, int experts, long each, int ranks, double alpha) {
    return KNOWN.computeIfAbsent(
        new Drawn(tokens, experts, each, ranks, alpha), SkewedExperts::drawn);
  }

  private static SkewedExperts drawn(Drawn of) {
    SplittableRandom random = new SplittableRandom(SEED);
    double hit = 0;
    double assigned = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      SkewedExperts busiest = busiest(of, loads(of, random));
      hit += busiest.hit;
      assigned += busiest.assigned;
    }
    return new SkewedExperts(Math.max(1, hit / DRAWS), Math.max(1, assigned / DRAWS));
  }

  private static double[] loads(Drawn of, SplittableRandom random) {
    boolean few = (double) of.tokens * of.each <= of.experts;
    double power = 1 - of.alpha;
    double least = StrictMath.pow(few ? LEAST_OF_FEW : 1, power);
    double most = StrictMath.pow(few ? MOST_OF_FEW : Math.max(2, MOST * of.tokens), power);
    double[] loads = new double[of.experts];
    double sum = 0;
    for (int i = 0; i < loads.length; i++) {
      loads[i] = StrictMath.pow(least + random.nextDouble() * (most - least), 1 / power);
      sum += loads[i];
    }
    for (int i = 0; i < loads.length; i++) {
      loads[i] = Math.rint(Math.min((double) of.tokens, loads[i] / sum * of.tokens * of.each));
    }
    return loads;
  }

  private static SkewedExperts busiest(Drawn of, double[] loads) {
    int local = Math.max(1, of.experts / of.ranks);
    SkewedExperts busiest = new SkewedExperts(0, -1);
    for (int first = 0; first + local <= loads.length; first += local) {
      double hit = 0;
      double assigned = 0;
      for (int i = first; i < first + local; i++) {
        hit += loads[i] > 0 ? 1 : 0;
        assigned += loads[i];
      }
      if (assigned > busiest.assigned) {
        busiest = new SkewedExperts(hit, assigned);
      }
    }
    return busiest;
  }
}
