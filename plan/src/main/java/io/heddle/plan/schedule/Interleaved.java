package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Interleaved one forward, one backward (Narayanan et al. 2021, arXiv:2104.04473, section 2.2.2):
 * micro-batches go in groups of as many as there are stages, each group through one chunk after the
 * other. The warm-up is 2 (stages - 1 - stage) + (chunks - 1) stages forwards, so that (chunks + 1)
 * stages - 1 passes are in flight at most. Bubble: (p - 1) / (v m + p - 1). With one chunk it is
 * 1F1B.
 */
final class Interleaved implements PipelineSchedule {
  private static final PipelineSchedule ONE_CHUNK = new OneForwardOneBackward();

  @Override
  public String name() {
    return "interleaved";
  }

  @Override
  public Optional<String> objection(int stages, long microBatches, int chunks) {
    return chunks == 1 || microBatches % stages == 0
        ? Optional.empty()
        : Optional.of(
            "`interleaved` needs micro-batches in groups of as many as there are stages: "
                + microBatches
                + " do not divide by "
                + stages);
  }

  @Override
  public double waiting(
      int stages, int microBatches, int chunks, double forward, double input, double weight) {
    return (stages - 1) * (forward + input + weight) / chunks;
  }

  @Override
  public List<Action> actions(int stage, int stages, int microBatches, int chunks) {
    if (chunks == 1) {
      return ONE_CHUNK.actions(stage, stages, microBatches, chunks);
    }
    objection(stages, microBatches, chunks)
        .ifPresent(
            objection -> {
              throw new IllegalArgumentException(objection);
            });
    int passes = microBatches * chunks;
    int warmUp = Math.min(passes, 2 * (stages - 1 - stage) + (chunks - 1) * stages);
    List<Action> actions = new ArrayList<>(2 * passes);
    for (int i = 0; i < warmUp; i++) {
      actions.add(pass(Kind.FORWARD, i, stages, chunks));
    }
    for (int i = warmUp; i < passes; i++) {
      actions.add(pass(Kind.FORWARD, i, stages, chunks));
      actions.add(pass(Kind.BACKWARD, i - warmUp, stages, chunks));
    }
    for (int i = passes - warmUp; i < passes; i++) {
      actions.add(pass(Kind.BACKWARD, i, stages, chunks));
    }
    return actions;
  }

  /** The pass of this number in its direction; backward passes begin with the last chunk. */
  private static Action pass(Kind kind, int number, int stages, int chunks) {
    int group = number / (stages * chunks);
    int inGroup = number % (stages * chunks);
    int chunk = inGroup / stages;
    return new Action(
        kind, group * stages + inGroup % stages, kind == Kind.FORWARD ? chunk : chunks - 1 - chunk);
  }
}
