package io.heddle.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** A pipeline that is full holds no more when more micro-batches follow. */
class FullPipelineProperties {
  @Provide
  Arbitrary<RandomPipeline> pipelines() {
    return RandomPipeline.any();
  }

  @Property(tries = 200)
  void fewMicroBatchesHoldAsMuchAsMany(
      @ForAll("pipelines") RandomPipeline some,
      @ForAll @IntRange(min = 9, max = 20) int rounds,
      @ForAll @IntRange(min = 1, max = 50) int kept,
      @ForAll @IntRange(min = 1, max = 50) int held,
      @ForAll @IntRange(min = 0, max = 50) int within) {
    Pipeline longer =
        some.pipeline().with(some.microBatches() + 60 * rounds * some.stages() * some.chunks());
    if (some.schedule().objection(longer).isPresent()) {
      return;
    }
    Pipeline shorter = some.schedule().shortestAsFull(longer);
    assertThat(some.schedule().objection(shorter)).isEmpty();
    for (int stage = 0; stage < some.stages(); stage++) {
      assertThat(some.schedule().fullest(stage, shorter, c -> kept + c, c -> held, c -> within))
          .isEqualTo(some.schedule().fullest(stage, longer, c -> kept + c, c -> held, c -> within));
      assertThat(some.schedule().mostInFlight(stage, shorter, c -> 1))
          .isEqualTo(some.schedule().mostInFlight(stage, longer, c -> 1));
    }
  }
}
