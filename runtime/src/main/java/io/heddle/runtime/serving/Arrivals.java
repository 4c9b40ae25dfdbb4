package io.heddle.runtime.serving;

import io.heddle.plan.serving.ServeLimits;
import java.util.Random;

/** When requests come, and how long they are, drawn from a seed: the same on every machine. */
public sealed interface Arrivals {
  /** How many requests there are. */
  int count();

  /** Draws the requests. */
  Requests draw(Lengths lengths, long seed);

  /**
   * Lengths of requests: whole tokens, uniform from a share of the nominal length to the whole.
   *
   * @param input nominal tokens of a prompt
   * @param output nominal tokens of an answer
   * @param least share of both that the shortest has, above 0 to 1
   */
  record Lengths(int input, int output, double least) {
    /** Checks the share. */
    public Lengths {
      if (!(least > 0 && least <= 1)) {
        throw new IllegalArgumentException("the least share is above 0 and at most 1");
      }
    }

    private int draw(int nominal, Random random) {
      int from = Math.max(1, (int) Math.ceil(nominal * least));
      return from + random.nextInt(nominal - from + 1);
    }

    private int[][] draw(int count, long seed) {
      Random random = new Random(seed ^ LENGTHS);
      int[][] columns = new int[2][count];
      for (int i = 0; i < count; i++) {
        columns[0][i] = draw(input, random);
        columns[1][i] = draw(output, random);
      }
      return columns;
    }
  }

  /** Keeps lengths what they are whatever the arrivals. */
  long LENGTHS = 0x5deece66dL;

  /** Seconds in ns. */
  double NANOS = 1e9;

  /**
   * Requests that come independently of each other.
   *
   * @param rate requests per second
   */
  record Poisson(double rate, int count) implements Arrivals {
    /** Checks rate and count. */
    public Poisson {
      checkRate(rate);
      checkCount(count);
    }

    @Override
    public Requests draw(Lengths lengths, long seed) {
      Random random = new Random(seed);
      return open(count, lengths, seed, () -> -StrictMath.log(1 - random.nextDouble()) / rate);
    }
  }

  /**
   * Requests whose distances have a gamma distribution: in bursts where they vary more than those
   * of a Poisson process.
   *
   * @param rate requests per second
   * @param variation standard deviation of the distances over their mean; 1 is a Poisson process
   */
  record Gamma(double rate, double variation, int count) implements Arrivals {
    /** Checks the numbers: of distances that hardly vary none would ever be drawn. */
    public Gamma {
      checkRate(rate);
      checkCount(count);
      check(
          variation >= ServeLimits.LEAST_VARIATION && variation <= ServeLimits.MOST_VARIATION,
          "distances vary by %s to %s of their mean"
              .formatted(ServeLimits.LEAST_VARIATION, ServeLimits.MOST_VARIATION));
    }

    @Override
    public Requests draw(Lengths lengths, long seed) {
      Random random = new Random(seed);
      double shape = 1 / (variation * variation);
      return open(count, lengths, seed, () -> gamma(shape, random) / (shape * rate));
    }

    /**
     * A number of a gamma distribution of scale 1, by Marsaglia and Tsang (ACM TOMS 26, 2000);
     * shapes below 1 by their boost.
     */
    private static double gamma(double shape, Random random) {
      if (shape < 1) {
        double boost = StrictMath.pow(1 - random.nextDouble(), 1 / shape);
        return gamma(shape + 1, random) * boost;
      }
      double d = shape - 1.0 / 3;
      double c = 1 / Math.sqrt(9 * d);
      while (true) {
        double normal = random.nextGaussian();
        double v = 1 + c * normal;
        if (v <= 0) {
          continue;
        }
        v = v * v * v;
        double u = 1 - random.nextDouble();
        if (StrictMath.log(u) < normal * normal / 2 + d * (1 - v + StrictMath.log(v))) {
          return d * v;
        }
      }
    }
  }

  /**
   * Users who wait for each answer before they send the next request.
   *
   * @param users who begin at once
   */
  record Closed(int users, int count) implements Arrivals {
    /** Checks both. */
    public Closed {
      check(users >= 1, "a closed loop has at least one user");
      checkCount(count);
    }

    @Override
    public Requests draw(Lengths lengths, long seed) {
      int[][] columns = lengths.draw(count, seed);
      return Requests.closed(users, columns[0], columns[1]);
    }
  }

  /** Distances between requests, seconds. */
  @FunctionalInterface
  interface Distances {
    /** The next one. */
    double next();
  }

  private static void checkRate(double rate) {
    check(
        rate >= ServeLimits.LEAST_RATE && rate <= ServeLimits.MOST_RATE,
        "%s to %s requests come per second"
            .formatted(ServeLimits.LEAST_RATE, ServeLimits.MOST_RATE));
  }

  private static void checkCount(int count) {
    check(
        count >= 1 && count <= ServeLimits.MOST_REQUESTS,
        "1 to %,d requests can be drawn".formatted(ServeLimits.MOST_REQUESTS));
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }

  private static Requests open(int count, Lengths lengths, long seed, Distances distances) {
    long[] times = new long[count];
    double seconds = 0;
    for (int i = 0; i < count; i++) {
      seconds += distances.next();
      times[i] = Math.round(seconds * NANOS);
    }
    int[][] columns = lengths.draw(count, seed);
    return Requests.open(times, columns[0], columns[1], Requests.Prefixes.NONE);
  }
}
