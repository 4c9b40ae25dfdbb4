package io.heddle.cli.search;

import io.heddle.cli.request.BuiltPool;
import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Role;
import java.util.Arrays;

/**
 * What no instance of a pool falls below, from a few of its steps: the time of a prompt that is
 * alone, of a token that is drawn alone, and what a token takes in the best of steps. It rests on
 * longer steps not being faster, and on the time of a drawn token not falling faster than with one
 * over the sequences beside it; as neither is so to the last percent, times count 5 % less. A step
 * that speculates may yield all that it guesses.
 */
final class PoolBound {
  /** What steps count for. */
  private static final double SURE = 0.95;

  private static final double NANOS = 1e9;

  private final BuiltPool pool;
  private final Role role;
  private final RequestProfile profile;

  /** The most tokens of prompts in a step; 0 where all prompts come at once. */
  private final int most;

  /** Seconds of a prompt alone, and of a token behind it, by {@link RequestProfile#lengths}. */
  private final double[] prompt;

  private final double[] draw;
  private final double perPromptToken;

  /** Steps that draw tokens: sequences, and seconds of each. */
  private final long[] sequences;

  private final double[] steps;

  /** What the context adds to a token that is drawn beside prompts, seconds. */
  private final double perContext;

  /**
   * Times the steps.
   *
   * @param role whether prompts, draws or both happen there
   */
  PoolBound(BuiltPool pool, Role role, BatchPolicy policy, RequestProfile profile) {
    this.pool = pool;
    this.most = policy == BatchPolicy.STATIC ? 0 : pool.limits().tokens();
    this.role = role;
    this.profile = profile;
    boolean hasPrompts = role != Role.DECODE && profile.requests.blockTokens() == 0;
    this.prompt = new double[profile.lengths.length];
    this.draw = new double[profile.lengths.length];
    for (int i = 0; i < profile.lengths.length; i++) {
      prompt[i] = hasPrompts ? promptSeconds(profile.lengths[i]) : 0;
      draw[i] = role == Role.PREFILL ? 0 : drawSeconds(1, profile.lengths[i]);
    }
    this.perPromptToken = hasPrompts && most > 0 ? perPromptToken() : 0;
    this.sequences = role == Role.PREFILL ? new long[0] : sequences();
    this.steps =
        Arrays.stream(sequences)
            .mapToDouble(count -> drawSeconds(count, profile.meanContext))
            .toArray();
    this.perContext =
        sequences.length == 0
            ? 0
            : Math.max(0, (steps[steps.length - 1] - drawSeconds(largest(), 0)) / largest());
  }

  /** Of a token of each sequence, if a step yields all that it computes. */
  private double drawSeconds(long count, long context) {
    return seconds(pool.drawNanos(count, context)) / pool.limits().speculation().tokens();
  }

  private static double seconds(long nanos) {
    return SURE * nanos / NANOS;
  }

  /** A prompt is cut at the tokens of a step. */
  private double promptSeconds(int input) {
    if (most == 0) {
      return seconds(pool.promptNanos(1, input));
    }
    long whole = input / most;
    int rest = input % most;
    return (whole == 0 ? 0 : whole * seconds(pool.promptNanos(1, most)))
        + (rest == 0 ? 0 : seconds(pool.promptNanos(1, rest)));
  }

  /**
   * The least over steps of one prompt, of the shortest prompts, and of as many sequences as run,
   * from the largest step on.
   */
  private double perPromptToken() {
    double least = Double.MAX_VALUE;
    for (long tokens = most; tokens >= 1; tokens /= 2) {
      long run = Math.min(pool.limits().sequences(), tokens);
      for (long count : new long[] {1, Math.min(run, tokens / profile.leastInput), run}) {
        if (count > 0) {
          long each = tokens / count;
          least = Math.min(least, seconds(pool.promptNanos(count, each)) / (count * each));
        }
      }
    }
    return least;
  }

  /** Twice as many each time, up to the most that can run. */
  private long[] sequences() {
    long room = (long) pool.limits().pages() * pool.limits().pageTokens();
    long most = Math.max(1, Math.min(pool.limits().sequences(), room / (profile.leastInput + 1L)));
    return java.util.stream.LongStream.concat(
            java.util.stream.LongStream.iterate(1, count -> count < most, count -> 2 * count),
            java.util.stream.LongStream.of(most))
        .toArray();
  }

  private long largest() {
    return sequences[sequences.length - 1];
  }

  /** Seconds of a request's prompt, alone. */
  double prompt(int request) {
    return prompt[below(profile.requests.input(request))];
  }

  /** Seconds of each token behind the first, alone. */
  double draw(int request) {
    return draw[below(profile.requests.input(request))];
  }

  /** The last length that a prompt is not shorter than. */
  private int below(int input) {
    int at = Arrays.binarySearch(profile.lengths, input);
    return at >= 0 ? at : -at - 2;
  }

  /** Seconds of a replica that a token of a prompt takes at least. */
  double perPromptTokenSeconds() {
    return perPromptToken;
  }

  /**
   * Seconds of a replica that a token which is drawn takes at least.
   *
   * @param longest step that such tokens have in the mean, seconds
   */
  double perDrawSeconds(double longest) {
    if (sequences.length == 0) {
      return 0;
    }
    double least = Double.MAX_VALUE;
    for (int i = 0; i < sequences.length; i++) {
      if (steps[i] <= longest || i == 0) {
        least = Math.min(least, steps[i] / sequences[i]);
      } else {
        // Between two sizes, where a step takes as long as it may.
        double share =
            Math.max(0, (longest - steps[i - 1]) / Math.max(1e-12, steps[i] - steps[i - 1]));
        double count = sequences[i - 1] + share * (sequences[i] - sequences[i - 1]);
        least = Math.min(least, longest / count);
        break;
      }
    }
    return role == Role.BOTH ? Math.min(least, perPromptToken + perContext) : least;
  }
}
