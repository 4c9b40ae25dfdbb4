package io.heddle.processor.check;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.Extents;
import io.heddle.processor.program.HeldMemory;
import io.heddle.processor.program.ProgramFacts;
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
          new SomethingIsTrained(),
          new AxesAreUsed(),
          new ConcatAddsUp(),
          new IdentitiesMatch(),
          new DimsDivide(),
          new HalosReachNeighbours(),
          new LoadsCoverLayers(),
          new LoadsStayApart(),
          new CostsAreWhole(),
          new ShardedViewsFit(),
          new ContextIsUsed(),
          new OverlapIsUsed(),
          new StoredExpertsExist(),
          new CausalWorkBalances(),
          new LayersDivide(),
          new StepIsBounded(),
          new BatchDivides(),
          new ScheduleFits(),
          new PipelineIsFed(),
          new CachedKeysAreFinal(),
          new CacheIsNotRemade(),
          new CountsFit(),
          new ProductsAreSplit(),
          new SmallSideTravels());

  /** Whether it fits the machine it names. */
  List<Check> OF_PLACEMENT =
      List.of(
          new MeshFillsCluster(),
          new TokensFitNodes(),
          new RingsFitNetwork(),
          new FormatsAreTrainable(),
          new MemoryFits(),
          new TensorGroupsStayNear(),
          new ExchangesFitNetwork(),
          new TwoLevelsAreUsed());

  /**
   * Checks whether a plan makes sense on any machine. Where nobody reads warnings, a micro-batch of
   * which nothing was found is not looked at again.
   *
   * @param facts what was found before of the plan with other batches
   */
  static void runOfPlan(Subject subject, ProgramFacts facts, Diagnostics diagnostics) {
    boolean mayKnow = !diagnostics.wantsWarnings();
    boolean isSound = mayKnow && facts.isSound();
    PlanNumbers one =
        isSound ? subject.numbers() : subject.numbers().withMicroBatches(subject.plan(), 1);
    Subject ofOne =
        new Subject(subject.plan(), one, subject.program(), subject.extents(), subject.memory());
    for (Check check : OF_PLAN) {
      if (!(check instanceof OfMicroBatch)) {
        run(check, subject, diagnostics);
      } else if (!isSound) {
        run(check, ofOne, diagnostics);
      }
    }
    if (mayKnow && !isSound && !diagnostics.hasErrors()) {
      facts.setSound();
    }
  }

  /** Checks whether a plan fits the machine it names. */
  static void runOfPlacement(Subject subject, Diagnostics diagnostics) {
    OF_PLACEMENT.forEach(check -> run(check, subject, diagnostics));
  }

  private static void run(Check check, Subject subject, Diagnostics diagnostics) {
    if (diagnostics.wantsWarnings() || !(check instanceof Advice)) {
      check.run(subject, diagnostics);
    }
  }
}
