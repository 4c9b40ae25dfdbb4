package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  public List<Setting> settings() {
    return List.of(new Setting(Setting.CHUNKS, "their number on each stage", 2, true));
  }

  @Override
  public int chunks(Map<String, Integer> settings) {
    return settings.getOrDefault(Setting.CHUNKS, 1);
  }

  @Override
  public Optional<Objection> objection(Pipeline pipeline) {
    int stages = pipeline.stages();
    int microBatches = pipeline.microBatches();
    return pipeline.chunks() == 1 || microBatches % stages == 0
        ? Optional.empty()
        : Optional.of(
            new Objection(
                "`interleaved` needs micro-batches in groups of as many as there are stages: %d do not divide by %d"
                    .formatted(microBatches, stages),
                "the micro-batches must be a multiple of " + stages));
  }

  @Override
  public double waiting(Pipeline pipeline, double forward, double input, double weight) {
    return (pipeline.stages() - 1) * (forward + input + weight) / pipeline.chunks();
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    int stages = pipeline.stages();
    int chunks = pipeline.chunks();
    if (chunks == 1) {
      return ONE_CHUNK.actions(stage, pipeline);
    }
    objection(pipeline)
        .ifPresent(
            objection -> {
              throw new IllegalArgumentException(objection.problem());
            });
    int passes = pipeline.passes();
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
