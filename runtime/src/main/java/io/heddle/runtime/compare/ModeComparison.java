package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Takes a step in all modes, and again and again without this and that, to say why they differ. */
public final class ModeComparison {
  private ModeComparison() {}

  /**
   * Compares the modes on one plan. It takes about as long as five flattened simulations of it.
   *
   * @param flattener without stragglers
   * @param stragglers of the flattened ranks; other modes know none
   * @param options of all that is simulated
   * @param progress of each step that is taken, one after the other
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static Comparison run(
      Flattener flattener, Stragglers stragglers, SimulationOptions options, StepProgress progress)
      throws UnfinishedStepException {
    Steps steps = new Steps(flattener, stragglers, options, progress);
    Conditions asked = Conditions.asked(!stragglers.isNone(), options.backend());
    Map<Mode, ModeResult> modes = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      modes.put(mode, steps.result(mode, asked));
    }
    List<Difference> differences = new ArrayList<>();
    differences.add(Ladder.between(Mode.FLATTENED, Mode.HIERARCHICAL, steps, asked));
    differences.add(Ladder.between(Mode.HIERARCHICAL, Mode.HYBRID, steps, asked));
    differences.add(Ladder.between(Mode.HYBRID, Mode.ANALYTICAL, steps, asked));
    return new Comparison(modes, differences);
  }
}
