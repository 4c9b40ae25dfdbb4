package io.heddle.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.ManySteps;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PointSimulationTest {
  private final List<Throwable> faults = new ArrayList<>();

  /** Of one point, by a simulation that knows nothing of others. */
  private Optional<PointResult> run(Mode mode, BooleanSupplier interrupted) {
    String sweep = "sweep Some of Desk8 { pp in 2  tp in 1  dp in 4 }\n";
    SweepCompiler points =
        TfmCompiler.read(new Source("some.tfm", Execution.tinyText() + sweep), Imports.LIBRARY_ONLY)
            .sweep("Some", PlanChanges.NONE)
            .orElseThrow();
    PointSimulation simulation =
        new PointSimulation(
            points,
            new PointSimulation.Settings(Stragglers.NONE, mode, true, Optional.empty()),
            faults::add);
    return simulation.run(simulation.point(0), interrupted);
  }

  private static boolean isWithinStep() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames.anyMatch(frame -> frame.getClassName().equals(ManySteps.class.getName())));
  }

  /** It ends wherever it is told to before the step is done, and what is done is kept. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void isToldToEndWithinTheStepAndNotBehindIt(Mode mode) {
    List<Boolean> asked = new ArrayList<>();
    PointResult whole =
        run(
                mode,
                () -> {
                  asked.add(isWithinStep());
                  return false;
                })
            .orElseThrow();
    assertThat(whole.figures()).isPresent();
    assertThat(asked).last().isEqualTo(true);
    assertThat(asked.stream().filter(within -> within).count()).isGreaterThan(1);
    for (int last : List.of(1, asked.size() / 2, asked.size())) {
      List<Boolean> before = new ArrayList<>();
      assertThat(
              run(
                  mode,
                  () -> {
                    before.add(true);
                    return before.size() == last;
                  }))
          .isEmpty();
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void aFaultIsHeardOfAndMayRunAgain() {
    IllegalStateException fault = new IllegalStateException("broken");
    PointResult result =
        run(
                Mode.ANALYTICAL,
                () -> {
                  throw fault;
                })
            .orElseThrow();
    assertThat(result.reason())
        .isEqualTo("a fault of Heddle: java.lang.IllegalStateException: broken");
    assertThat(result.mayRunAgain()).isTrue();
    assertThat(faults).containsExactly(fault);
  }
}
