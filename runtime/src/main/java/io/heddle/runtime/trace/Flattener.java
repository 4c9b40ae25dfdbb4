package io.heddle.runtime.trace;

import io.heddle.plan.PlanValues;
import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.runtime.straggler.Stragglers;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * Writes the trace of any rank of one plan, one rank at a time. A rank's trace is a pure function
 * of plan and rank; it comes in actions (a forward or backward pass of one micro-batch, the end of
 * the step), so that many ranks can be asked in turn. Implementations are immutable: ranks may be
 * asked for on any number of threads, each opened by its own.
 */
@Api
public interface Flattener {
  /** The values this flattener was made for. */
  PlanValues plan();

  /** All ranks of the plan. */
  Mesh mesh();

  /** The groups in which ranks run collectives. */
  Groups groups();

  /** Number of pipeline stages. */
  int stages();

  /** The pipeline stage of a rank. */
  int stage(int rank);

  /**
   * Difference of rank numbers between neighbours along the pipeline, 0 where there is one stage.
   * It is present only where the traces of two ranks of one stage differ in nothing but the ranks
   * and groups that they name, the sizes that follow from where these lie in the network, and those
   * that follow from their {@linkplain #expertParts parts of the experts}, and where a message goes
   * to the same coordinates of another stage or to another member of a group: only then can one
   * rank stand for many.
   */
  default OptionalInt ranksToNextStage() {
    return OptionalInt.empty();
  }

  /**
   * For each load of experts, which part of them a rank has: ranks that have different parts
   * compute and send different numbers of rows. Empty where experts are all alike.
   */
  default List<IntUnaryOperator> expertParts() {
    return List.of();
  }

  /** Micro-batches that one replica runs in a step. */
  int microBatches();

  /**
   * Tokens (elements of the stream tensor without its last dimension) in one step, all replicas.
   */
  long tokens();

  /** Trained values of the whole model, shared ones counted once. */
  long parameters();

  /**
   * Operations of the model's matrix products in one step, all replicas, forward and backward: each
   * once, however many ranks repeat it or compute it again, of dimensions without padding, and of
   * experts whose rows are the tokens, each as often as it is sent. Empty if nobody has worked them
   * out.
   */
  default Optional<BigInteger> modelOperations() {
    return Optional.empty();
  }

  /** What makes kernels last longer or shorter than their work says. */
  default Stragglers stragglers() {
    return Stragglers.NONE;
  }

  /** What of the plan it emits. */
  default Emission emission() {
    return Emission.WHOLE;
  }

  /** The trace of {@code rank}, of which nothing is written yet. */
  default RankTrace open(int rank) {
    return open(rank, emission());
  }

  /** As {@link #open(int)}, of what is said. */
  RankTrace open(int rank, Emission emission);

  /** Number of actions of {@code rank}. */
  int actions(int rank);

  /** Writes the whole trace of {@code rank}. */
  default void emit(int rank, NodeSink sink) {
    RankTrace trace = open(rank);
    int actions = actions(rank);
    for (int action = 0; action < actions; action++) {
      trace.emit(action, sink);
    }
  }
}
