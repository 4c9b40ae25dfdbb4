package io.heddle.processor.check;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.Extents;
import io.heddle.processor.program.HeldMemory;
import io.heddle.processor.program.RankProgram;
import java.util.List;

/** Something a plan must satisfy. */
public interface Check {
  /** What the checks of a model and its shardings look at. */
  record Subject(
      Plan plan, PlanNumbers numbers, RankProgram program, Extents extents, HeldMemory memory) {}

  /** Reports what is wrong. */
  void run(Subject subject, Diagnostics diagnostics);

  /** Whether the plan makes sense on any machine. */
  List<Check> OF_PLAN =
      List.of(
          new RequirementsHold(),
          new WeightsAreUsed(),
          new AxesAreUsed(),
          new ConcatAddsUp(),
          new IdentitiesMatch(),
          new DimsDivide(),
          new CostsAreWhole(),
          new ShardedViewsFit(),
          new ContextIsUsed(),
          new OverlapIsUsed(),
          new CausalWorkBalances(),
          new LayersDivide(),
          new StepIsBounded(),
          new BatchDivides(),
          new ScheduleFits(),
          new PipelineIsFed(),
          new CountsFit(),
          new ProductsAreSplit(),
          new SmallSideTravels());

  /** Whether it fits the machine it names. */
  List<Check> OF_PLACEMENT =
      List.of(
          new MeshFillsCluster(),
          new RingsFitNetwork(),
          new FormatsAreTrainable(),
          new MemoryFits(),
          new TensorGroupsStayNear(),
          new ExchangesFitNetwork());

  /** Runs all checks of a list, advice only where warnings are wanted. */
  static void runAll(List<Check> checks, Subject subject, Diagnostics diagnostics) {
    for (Check check : checks) {
      if (check instanceof Advice && !diagnostics.wantsWarnings()) {
        continue;
      }
      check.run(subject, diagnostics);
    }
  }
}
