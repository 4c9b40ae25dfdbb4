package io.heddle.runtime.compare;

import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.util.HashMap;
import java.util.Map;

/** One plan's step in any mode under any conditions. Each is taken once. */
final class Steps {
  private final Flattener flattener;
  private final Stragglers stragglers;
  private final SimulationOptions options;
  private final StepProgress progress;
  private final Map<Question, ModeResult> answers = new HashMap<>();

  /** What a step is taken for. */
  private record Question(Mode mode, Conditions conditions) {}

  /**
   * @param flattener without stragglers
   * @param stragglers that flattened ranks have where conditions say so
   * @param options of all simulations, but for what conditions say
   * @param progress of every step by itself
   */
  Steps(
      Flattener flattener,
      Stragglers stragglers,
      SimulationOptions options,
      StepProgress progress) {
    this.flattener = flattener;
    this.stragglers = stragglers;
    this.options = options;
    this.progress = progress;
  }

  /** Iteration time, ns. */
  long nanos(Mode mode, Conditions conditions) throws UnfinishedStepException {
    return result(mode, conditions).report().iterationNanos();
  }

  ModeResult result(Mode mode, Conditions conditions) throws UnfinishedStepException {
    Question question = new Question(mode, heeded(mode, conditions));
    ModeResult answer = answers.get(question);
    if (answer == null) {
      answer = take(question);
      answers.put(question, answer);
    }
    return answer;
  }

  /** The conditions without those that the mode cannot tell. */
  private static Conditions heeded(Mode mode, Conditions asked) {
    return switch (mode) {
      case FLATTENED -> asked;
      case HIERARCHICAL -> asked.withoutStragglers();
      case HYBRID -> asked.withoutStragglers();
      case ANALYTICAL -> asked.withoutStragglers().withoutCongestion();
    };
  }

  private ModeResult take(Question question) throws UnfinishedStepException {
    Conditions conditions = question.conditions();
    Flattener asked =
        conditions.stragglers() ? StragglingFlattener.of(flattener, stragglers) : flattener;
    Emission emission = conditions.emission();
    if (!emission.equals(Emission.WHOLE)) {
      asked = new AlteredFlattener(asked, emission);
    }
    SimulationOptions how =
        options.with(conditions.backend()).withOpenLane(emission.laneOfEachGroup());
    long begin = System.nanoTime();
    StepReport report =
        ModeSimulation.run(asked, question.mode(), conditions.simpler(), how, progress);
    return new ModeResult(report, System.nanoTime() - begin);
  }
}
