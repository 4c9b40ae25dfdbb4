package io.heddle.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The optimizer of a plan, and how data-parallel ranks share gradients and weights.
 *
 * @param algorithm what it computes for each parameter
 * @param shardedOver axes over which its states are split (ZeRO-1), in the plan's order; empty:
 *     every data-parallel rank holds all states
 * @param gradients when they are reduced
 * @param weights how they are gathered, where they are split over the same axes
 */
@io.heddle.plan.marker.Api
public record Optimizer(
    Algorithm algorithm,
    List<String> shardedOver,
    GradientReduction gradients,
    WeightGathers weights) {
  /** Gradients reduced at the end of a step, weights whole. */
  public Optimizer(Algorithm algorithm, List<String> shardedOver) {
    this(algorithm, shardedOver, GradientReduction.AT_END, WeightGathers.NONE);
  }

  /**
   * What an update costs for each parameter.
   *
   * <p>Adam (Kingma and Ba 2015, algorithm 1, with decoupled weight decay): two moments, 14
   * operations. SGD with momentum: one moment, 4 operations.
   */
  public enum Algorithm {
    ADAM(2, 14),
    SGD(1, 4);

    private final int moments;
    private final int operations;

    Algorithm(int moments, int operations) {
      this.moments = moments;
      this.operations = operations;
    }

    /** As plans write them. */
    public static List<String> words() {
      return Arrays.stream(values()).map(Algorithm::word).toList();
    }

    /** As written in a plan. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Bytes of its states for one parameter: a master copy of the weight and the moments. */
    public int stateBytes(Precision precision) {
      return precision.master().bytes() + moments * precision.moments().bytes();
    }

    /** Additions, multiplications, roots and divisions for one parameter. */
    public int operations() {
      return operations;
    }

    /**
     * Bytes moved for one parameter: the gradient is read, the master weight and the moments are
     * read and written, the weight is written as the kernels use it.
     */
    public int bytes(Precision precision) {
      return precision.gradients().bytes()
          + 2 * stateBytes(precision)
          + precision.tensors().bytes();
    }
  }

  public Optimizer {
    shardedOver = List.copyOf(shardedOver);
  }
}
