package io.heddle.processor.model;

import io.heddle.plan.serving.Role;
import io.heddle.processor.diagnose.Span;
import java.util.List;
import java.util.Optional;

/**
 * The best of many fleets: pools with other numbers of instances, plans with other numbers, other
 * limits of steps.
 *
 * @param serving what the fleets vary
 * @param varied in order; the last varies fastest
 * @param mostGpus that a fleet may have
 */
public record ServeSearch(
    String name, Serving serving, List<Varied> varied, ServeAim aim, int mostGpus, Span span) {
  /** The number of a pool's instances. */
  public static final String COUNT = "count";

  /** The word before numbers of {@code batching}. */
  public static final String BATCHING = "batching";

  /** Tokens of a step. */
  public static final String TOKENS = "tokens";

  /** Sequences that run at a time. */
  public static final String SEQUENCES = "sequences";

  public ServeSearch {
    varied = List.copyOf(varied);
  }

  /**
   * A number that is varied.
   *
   * @param pool whose it is; empty for one of {@code batching}
   * @param number {@link #COUNT}, one of the pool's plans, {@link #TOKENS} or {@link #SEQUENCES}
   * @param isOfMesh whether it is the size of an axis, so that a fleet has as many GPUs at least
   * @param values at least one, ascending or as written
   */
  public record Varied(Optional<Role> pool, String number, boolean isOfMesh, List<Integer> values) {
    public Varied {
      values = List.copyOf(values);
    }

    /** Such as {@code decode.tp}. */
    public String name() {
      return pool.map(Role::word).orElse(BATCHING) + "." + number;
    }

    /** Whether it is the number of a pool's instances. */
    public boolean isCount() {
      return pool.isPresent() && number.equals(COUNT);
    }
  }

  /** How many fleets there are before any is dropped; at most 2^63 - 1. */
  public long size() {
    long size = 1;
    for (Varied each : varied) {
      size =
          size > Long.MAX_VALUE / each.values().size()
              ? Long.MAX_VALUE
              : size * each.values().size();
    }
    return size;
  }

  /** Such as {@code minimize gpus when gpus <= 64}. */
  public String aimText() {
    return aim + " when gpus <= " + mostGpus;
  }
}
