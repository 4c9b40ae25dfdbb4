package io.heddle.runtime.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SmallFlattener;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Slow ranks end like others, and their traces are as sound. */
class StragglersTest {
  @Property(tries = 40)
  void plansWithStragglersEnd(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 2) int tensor,
      @ForAll @IntRange(min = 2, max = 4) int pipeline,
      @ForAll @IntRange(min = 1, max = 2) int data,
      @ForAll @IntRange(min = 1_000_000, max = 1_000_000_000) int factor,
      @ForAll @IntRange(max = 500_000) int amplitude) {
    SmallFlattener plain =
        new SmallFlattener(
            new SmallFlattener.Shape(tensor, pipeline, data),
            1,
            3,
            512,
            Schedule.of(Math.floorMod(seed, 2L) == 0 ? "gpipe" : "zero_bubble"),
            Recompute.NONE);
    Straggler slow =
        new Straggler(
            Scope.RANK,
            (int) Math.floorMod(seed, (long) plain.mesh().ranks()),
            BigDecimal.valueOf(factor, 6));
    Flattener slowed =
        StragglingFlattener.of(
            plain,
            new Stragglers(List.of(slow), new Jitter(BigDecimal.valueOf(amplitude, 6), seed)));
    Verification plan = Verifier.verify(slowed);
    assertThat(plan.findings()).isEmpty();
    assertThat(plan.ends()).isTrue();
    Verification written =
        Verifier.verify(
            TraceSet.of(slowed).write(),
            TraceSetting.of(SimulationInput.of(slowed), SimulationOptions.DEFAULT));
    assertThat(written).isEqualTo(plan);
  }
}
