package io.heddle.runtime.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipelineRecorderTest {
  private record Recorded(StepReport report, List<StageTimeline> timelines) {}

  private static Recorded run(Flattener flattener) throws UnfinishedStepException {
    PipelineRecorder recorder = new PipelineRecorder(flattener);
    StepReport report =
        StepSimulation.run(
            flattener,
            SimulationOptions.DEFAULT,
            StepRecording.NONE
                .withOneOfEachColour(recorder)
                .watching(recorder::flattener)
                .withCriticalPath(true),
            StepProgress.SILENT);
    return new Recorded(report, recorder.timelines());
  }

  private static Flattener flattener(int stages, int microBatches, PlanValues... changed) {
    PlanValues plan =
        changed.length > 0
            ? changed[0]
            : SmallFlattener.plan(stages, 2, 2, 2 * stages, microBatches);
    return new SmallFlattener(plan, 2);
  }

  @Property(tries = 40)
  void agreesWithTheTimesOfTheRank(
      @ForAll @IntRange(min = 1, max = 5) int stages,
      @ForAll @IntRange(min = 1, max = 9) int microBatches)
      throws UnfinishedStepException {
    Recorded recorded = run(flattener(stages, microBatches));
    assertThat(recorded.timelines()).hasSize(stages);
    for (StageTimeline stage : recorded.timelines()) {
      RankTimes times = recorded.report().ranks().get(stage.rank());
      assertThat(times.stage()).isEqualTo(stage.stage());
      List<ActionTimes> actions = stage.actions();
      assertThat(actions.stream().mapToLong(ActionTimes::compute).sum()).isEqualTo(times.compute());
      assertThat(actions.stream().mapToLong(ActionTimes::exposed).sum())
          .isEqualTo(times.exposedCommunication().orElseThrow());
      Map<String, Long> busy = new TreeMap<>();
      stage
          .communication()
          .forEach((axes, all) -> busy.put(axes, all.stream().mapToLong(BusyTime::busy).sum()));
      Map<String, Long> expected = new TreeMap<>();
      for (CommunicationTime time : times.communications()) {
        if (time.busy() > 0) {
          expected.merge(time.what().axesName(), time.busy(), Long::sum);
        }
      }
      assertThat(busy).isEqualTo(expected);
    }
  }

  @Property(tries = 40)
  void hasTheActionsOfTheScheduleInTheirOrder(
      @ForAll @IntRange(min = 1, max = 5) int stages,
      @ForAll @IntRange(min = 1, max = 9) int microBatches)
      throws UnfinishedStepException {
    for (StageTimeline stage : run(flattener(stages, microBatches)).timelines()) {
      List<Action> schedule =
          PipelineSchedule.named("one_f_one_b")
              .orElseThrow()
              .actions(stage.stage(), new Pipeline(stages, microBatches, 1));
      assertThat(stage.actions().stream().map(ActionTimes::action).flatMap(Optional::stream))
          .isEqualTo(schedule);
      assertThat(stage.actions().get(stage.actions().size() - 1).action()).isEmpty();
      for (int i = 0; i < stage.actions().size(); i++) {
        ActionTimes action = stage.actions().get(i);
        assertThat(action.start()).isLessThan(action.end());
        assertThat(action.compute()).isLessThanOrEqualTo(action.end() - action.start());
        if (i > 0) {
          assertThat(action.start()).isGreaterThanOrEqualTo(stage.actions().get(i - 1).end());
        }
      }
    }
  }

  @Test
  void tellsWhatIsComputedAgain() throws UnfinishedStepException {
    PlanValues plan = SmallFlattener.plan(2, 2, 2, 4, 6);
    List<StageTimeline> without = run(flattener(2, 6, plan)).timelines();
    List<StageTimeline> with = run(flattener(2, 6, plan.withRecompute(Recompute.FULL))).timelines();
    assertThat(without.stream().flatMap(stage -> stage.actions().stream()))
        .allMatch(action -> action.recompute() == 0);
    for (ActionTimes action : with.get(0).actions()) {
      boolean backward =
          action.action().map(pass -> pass.kind() == Action.Kind.BACKWARD).orElse(false);
      if (backward) {
        assertThat(action.recompute()).isPositive().isLessThan(action.compute());
      } else {
        assertThat(action.recompute()).isZero();
      }
    }
  }

  @Test
  void takesTheSlowestRankOfAStage() throws UnfinishedStepException {
    Stragglers slow =
        new Stragglers(
            List.of(new Straggler(Straggler.Scope.RANK, 2, new BigDecimal("1.5"))), Jitter.NONE);
    Recorded recorded = run(StragglingFlattener.of(flattener(2, 4), slow));
    assertThat(recorded.timelines()).extracting(StageTimeline::rank).containsExactly(2, 4);
  }

  @Test
  void choosesSomeOfVeryManyStages() throws UnfinishedStepException {
    PlanValues plan = SmallFlattener.plan(100, 1, 1, 100, 2).withSchedule(Schedule.of("gpipe"));
    assertThat(run(new SmallFlattener(plan, 2)).timelines())
        .extracting(StageTimeline::stage)
        .hasSize(64)
        .startsWith(0, 1)
        .endsWith(99)
        .isSorted()
        .doesNotHaveDuplicates();
  }
}
