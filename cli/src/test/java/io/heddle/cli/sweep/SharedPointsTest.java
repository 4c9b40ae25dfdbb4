package io.heddle.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.load.FlattenerLoader;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.Stragglers;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Points that are run together have programs, checks, memory and the work of micro-batches in
 * common; each must be what it is alone, compiled anew and run by its generated class.
 */
class SharedPointsTest {
  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan P of Llama3_8B(layers = 8, seq = 1024) {
        mesh   pp = 2, dp = 4, tp = 2
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp  stream: s over tp }
        batch  64  micro_batch 1
        optimizer adam sharded over dp
        dtype  bf16, gradients fp32
        on     hgx_h100(nodes = 2)
      }
      sweep All of P {
        tp          in 1, 2, 4
        pp          in 1, 2, 4
        dp          = 16 / (tp * pp)
        micro_batch in 1, 2
        layout      in (pp > dp > tp), (dp > pp > tp)
        schedule    in one_f_one_b, interleaved(chunks = 2), zero_bubble
        recompute   in none, attend, full
        optimizer   in (adam sharded over dp), (adam sharded over dp, gradients sharded),
                       (adam sharded over dp, gradients whole, weights sharded)
        reduce      in (at end), (in gaps)
        overlap     in (), (tp chunks 2)
        batch       in 8, 16, 24, 32, 64, 96, 256
      }
      """;

  private static final int BATCHES = 7;
  private static final int LAYOUTS = 5;

  /** The place of the choice of it. */
  private static final int LAYOUT = 3;

  private static SweepCompiler sweep() {
    return TfmCompiler.read(new Source("sweep.tfm", FILE), Imports.LIBRARY_ONLY)
        .sweep("All", PlanChanges.NONE)
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"HIERARCHICAL", "ANALYTICAL"})
  void aPointIsWhatItIsAlone(Mode mode) throws UnfinishedStepException {
    Random random = new Random(7);
    SweepCompiler shared = sweep();
    PointSimulation simulation =
        new PointSimulation(
            shared,
            new PointSimulation.Settings(Stragglers.NONE, mode, true, Optional.empty()),
            fault -> {
              throw new AssertionError(fault);
            });
    int kept = 0;
    long first = 0;
    for (int i = 0; i < 2 * LAYOUTS; i++) {
      // Each in both orders of the mesh, which share what does not depend on it.
      first =
          i % 2 == 0
              ? shared.space().next(random.nextLong(shared.size() / BATCHES) * BATCHES)
              : shared.space().with(first, LAYOUT, 1 - shared.space().alternative(first, LAYOUT));
      FlattenerLoader loader = null;
      for (long number = first; number < first + BATCHES; number++) {
        PointResult point = simulation.run(simulation.point(number), () -> false).orElseThrow();
        SweepCompiler.Outcome alone = sweep().point(number);
        assertThat(point.values()).isEqualTo(alone.point().values());
        assertThat(point.reason()).isEqualTo(alone.reason());
        if (alone instanceof SweepCompiler.Kept of) {
          loader = loader == null ? FlattenerLoader.of(of.compiled()) : loader;
          Figures figures =
              Figures.of(
                  ModeSimulation.run(
                      loader.load(of.compiled().numbers().values()),
                      mode,
                      SimulationOptions.DEFAULT,
                      StepProgress.SILENT),
                  PointResult.Memory.of(of.compiled()));
          assertThat(point.figures()).contains(figures);
          kept++;
        }
      }
    }
    assertThat(kept).isGreaterThan(LAYOUTS);
  }
}
