package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Interleaved one forward, one backward (Narayanan et al. 2021, arXiv:2104.04473, section 2.2.2):
 * micro-batches go in groups, each group through one chunk after the other. A group has as many as
 * there are stages, or as many more as a plan says; then their number need not be a multiple of the
 * stages, as long as the last group fills them too. The warm-up is 2 (stages - 1 - stage) + (chunks
 * - 1) group forwards, so that 2 stages - 1 + (chunks - 1) group passes are in flight at most.
 * Bubble: (p - 1) / (v m + p - 1), whatever the group. With one chunk it is 1F1B.
 */
final class Interleaved implements PipelineSchedule {
  private static final String GROUP = "group";
  private static final PipelineSchedule ONE_CHUNK = new OneForwardOneBackward();

  @Override
  public String name() {
    return "interleaved";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(Setting.CHUNKS, "their number on each stage", 2, true),
        new Setting(GROUP, "micro-batches that go through a chunk together", 8, false));
  }

  @Override
  public int chunks(Map<String, Integer> settings) {
    return settings.getOrDefault(Setting.CHUNKS, 1);
  }

  @Override
  public Optional<Objection> objection(Pipeline pipeline) {
    int stages = pipeline.stages();
    int microBatches = pipeline.microBatches();
    int group = group(pipeline);
    if (pipeline.chunks() == 1 || fits(group, pipeline)) {
      return Optional.empty();
    }
    String problem =
        group == stages
            ? "`interleaved` needs micro-batches in groups of as many as there are stages: %d do not divide by %d"
                .formatted(microBatches, stages)
            : "`interleaved` needs as many micro-batches as stages, %d, in each group: %d in groups of %d leave a group of %d"
                .formatted(stages, microBatches, group, smallestGroup(group, microBatches));
    return Optional.of(new Objection(problem, remedy(pipeline)));
  }

  private static int group(Pipeline pipeline) {
    return pipeline.setting(GROUP, pipeline.stages());
  }

  private static int smallestGroup(int group, int microBatches) {
    int rest = microBatches % group;
    return rest == 0 ? group : rest;
  }

  /** Whether every group has as many micro-batches as there are stages. */
  private static boolean fits(int group, Pipeline pipeline) {
    return smallestGroup(group, pipeline.microBatches()) >= pipeline.stages();
  }

  private static String remedy(Pipeline pipeline) {
    int stages = pipeline.stages();
    String multiple = "the micro-batches must be a multiple of " + stages;
    if (pipeline.microBatches() < stages) {
      return multiple;
    }
    int fitting = stages;
    while (!fits(fitting, pipeline)) {
      fitting++;
    }
    return fitting == stages
        ? "leave out `group`"
        : multiple + ", or write `group = %d`".formatted(fitting);
  }

  @Override
  public double waiting(Pipeline pipeline, double forward, double input, double weight) {
    return (pipeline.stages() - 1) * (forward + input + weight) / pipeline.chunks();
  }

  @Override
  public boolean receivesAsUsed(Pipeline pipeline) {
    return pipeline.chunks() == 1 || group(pipeline) == pipeline.stages();
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
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
    int group = Math.min(group(pipeline), pipeline.microBatches());
    int warmUp = Math.min(passes, 2 * (pipeline.stages() - 1 - stage) + (chunks - 1) * group);
    List<Action> actions = new ArrayList<>(2 * passes);
    for (int i = 0; i < warmUp; i++) {
      actions.add(pass(Kind.FORWARD, i, group, pipeline));
    }
    for (int i = warmUp; i < passes; i++) {
      actions.add(pass(Kind.FORWARD, i, group, pipeline));
      actions.add(pass(Kind.BACKWARD, i - warmUp, group, pipeline));
    }
    for (int i = passes - warmUp; i < passes; i++) {
      actions.add(pass(Kind.BACKWARD, i, group, pipeline));
    }
    return actions;
  }

  /** The pass of this number in its direction; backward passes begin with the last chunk. */
  private static Action pass(Kind kind, int number, int group, Pipeline pipeline) {
    int chunks = pipeline.chunks();
    int first = number / (group * chunks) * group;
    int inGroup = number % (group * chunks);
    int here = Math.min(group, pipeline.microBatches() - first);
    int chunk = inGroup / here;
    return new Action(
        kind, first + inGroup % here, kind == Kind.FORWARD ? chunk : chunks - 1 - chunk);
  }
}
