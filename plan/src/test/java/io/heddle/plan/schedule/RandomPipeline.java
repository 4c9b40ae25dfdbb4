package io.heddle.plan.schedule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** A schedule with numbers that it can run. */
record RandomPipeline(PipelineSchedule schedule, Pipeline pipeline) {
  /** Any schedule that there is. */
  static Arbitrary<RandomPipeline> any() {
    return Arbitraries.of(PipelineSchedule.all()).flatMap(RandomPipeline::of);
  }

  /** A schedule with stages, micro-batches and settings that it can run. */
  static Arbitrary<RandomPipeline> of(PipelineSchedule schedule) {
    Arbitrary<Map<String, Integer>> settings = Arbitraries.just(Map.of());
    for (Setting setting : schedule.settings()) {
      int most = setting.name().equals(Setting.CHUNKS) ? 4 : 12;
      Arbitrary<Integer> value = Arbitraries.integers().between(0, most);
      settings = Combinators.combine(settings, value).as((some, n) -> with(some, setting, n));
    }
    return Combinators.combine(
            Arbitraries.integers().between(1, 8), Arbitraries.integers().between(1, 24), settings)
        .as(
            (stages, microBatches, given) -> {
              int chunks = stages == 1 ? 1 : schedule.chunks(given);
              return new RandomPipeline(
                  schedule, new Pipeline(stages, microBatches, chunks, given));
            })
        .filter(10_000, some -> schedule.objection(some.pipeline()).isEmpty());
  }

  /** With one setting more; without it where it is 0. */
  private static Map<String, Integer> with(Map<String, Integer> some, Setting setting, int value) {
    Map<String, Integer> more = new LinkedHashMap<>(some);
    if (value > 0) {
      more.put(setting.name(), value);
    }
    return more;
  }

  Chain chain() {
    return schedule.chain(pipeline);
  }

  List<Action> actions(int stage) {
    return schedule.actions(stage, pipeline);
  }

  int stages() {
    return pipeline.stages();
  }

  int microBatches() {
    return pipeline.microBatches();
  }

  int chunks() {
    return pipeline.chunks();
  }

  int places() {
    return stages() * chunks();
  }

  long mostInFlight(int stage) {
    return schedule.mostInFlight(stage, pipeline, chunk -> 1);
  }
}
