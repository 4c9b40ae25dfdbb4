package io.heddle.processor.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Engine;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** When a stage holds most, against a sum over all passes at every action of the schedule. */
final class StageHoldingsProperties {
  private static final int PARTS = 3;

  /** A schedule and its pipeline. */
  private record Case(PipelineSchedule schedule, Pipeline pipeline) {
    static Case of(int kind, int stages, int microBatches) {
      List<PipelineSchedule> all = PipelineSchedule.all();
      PipelineSchedule schedule = all.get(kind % all.size());
      Map<String, Integer> settings =
          schedule.settings().stream().anyMatch(setting -> setting.name().equals("chunks"))
              ? Map.of("chunks", 2)
              : Map.of();
      int chunks = stages == 1 ? 1 : schedule.chunks(settings);
      Pipeline pipeline = new Pipeline(stages, microBatches, chunks, settings);
      Assume.that(schedule.objection(pipeline).isEmpty());
      return new Case(schedule, pipeline);
    }
  }

  @Property(tries = 300)
  void theFullestMomentIsThatOfAllMoments(
      @ForAll @IntRange(max = 20) int kind,
      @ForAll @IntRange(min = 1, max = 4) int stages,
      @ForAll @IntRange(min = 1, max = 9) int microBatches,
      @ForAll Random random) {
    Case some = Case.of(kind, stages, microBatches);
    for (int stage = 0; stage < stages; stage++) {
      StageHoldings holdings = holdings(some, stage, random);
      assertThat(peak(some, stage, holdings)).isEqualTo(slowly(some, stage, holdings));
    }
  }

  /** Whatever grows, what a stage holds when it holds most does not shrink. */
  @Property(tries = 300)
  void moreIsNeverLess(
      @ForAll @IntRange(max = 20) int kind,
      @ForAll @IntRange(min = 1, max = 4) int stages,
      @ForAll @IntRange(min = 1, max = 9) int microBatches,
      @ForAll Random random) {
    Case some = Case.of(kind, stages, microBatches);
    for (int stage = 0; stage < stages; stage++) {
      StageHoldings holdings = holdings(some, stage, random);
      long peak = peak(some, stage, holdings);
      for (int part = 0; part < PARTS + 3; part++) {
        assertThat(peak(some, stage, larger(holdings, part, 1 + random.nextInt(100))))
            .isGreaterThanOrEqualTo(peak);
      }
    }
  }

  private static long peak(Case some, int stage, StageHoldings holdings) {
    return holdings.in(stage, some.schedule(), some.pipeline(), Engine.IDEAL).peak();
  }

  private static StageHoldings holdings(Case some, int stage, Random random) {
    int chunks = some.pipeline().chunks();
    List<StageHoldings.Chunk> all = new ArrayList<>();
    boolean any = false;
    for (int chunk = 0; chunk < chunks; chunk++) {
      boolean hasHead = some.schedule().chain(some.pipeline()).isLast(stage) && chunk == chunks - 1;
      any |= hasHead;
      long layers = random.nextInt(100);
      long head = hasHead ? random.nextInt(100) : 0;
      all.add(new StageHoldings.Chunk(layers, layers, hasHead, head, random.nextInt(100)));
    }
    long ofHead = any ? random.nextInt(200) : 0;
    return new StageHoldings(5, 7, 11, 0, random.nextInt(50), random.nextInt(200), ofHead, all);
  }

  private static StageHoldings larger(StageHoldings of, int part, long by) {
    List<StageHoldings.Chunk> chunks = new ArrayList<>();
    for (StageHoldings.Chunk chunk : of.chunks()) {
      long layers = chunk.layers() + (part == 3 ? by : 0);
      chunks.add(
          new StageHoldings.Chunk(
              layers,
              layers,
              chunk.hasHead(),
              chunk.head() + (part == 4 && chunk.hasHead() ? by : 0),
              chunk.held() + (part == 5 ? by : 0)));
    }
    return new StageHoldings(
        of.weights(),
        of.gradients(),
        of.optimizer(),
        of.cache(),
        of.again() + (part == 0 ? by : 0),
        of.transients() + (part == 1 ? by : 0),
        of.transientsOfHead() + (part == 2 ? by : 0),
        chunks);
  }

  /** The most over all actions, and over all that stands between two of them. */
  private static long slowly(Case some, int stage, StageHoldings of) {
    List<Action> actions = some.schedule().actions(stage, some.pipeline());
    long most = 0;
    for (int now = 0; now < actions.size(); now++) {
      long kept = 0;
      long keptBehind = 0;
      for (int begin = 0; begin <= now; begin++) {
        Action forward = actions.get(begin);
        if (forward.kind() == Action.Kind.FORWARD) {
          StageHoldings.Chunk chunk = of.chunks().get(forward.chunk());
          int backward = find(actions, forward, Action.Kind.BACKWARD, Action.Kind.BACKWARD_INPUT);
          int weights = find(actions, forward, Action.Kind.BACKWARD, Action.Kind.BACKWARD_WEIGHT);
          kept += begin < now && now <= backward ? chunk.layers() + chunk.head() : 0;
          kept += backward < now && now <= weights ? chunk.held() : 0;
          keptBehind += now < backward ? chunk.layers() + chunk.head() : 0;
          keptBehind += backward <= now && now < weights ? chunk.held() : 0;
        }
      }
      Action action = actions.get(now);
      StageHoldings.Chunk chunk = of.chunks().get(action.chunk());
      boolean makes =
          action.kind() == Action.Kind.BACKWARD || action.kind() == Action.Kind.BACKWARD_INPUT;
      // First the head's pass, with what it kept, then the layers', without.
      long inLayers = of.again() + of.transients() - chunk.head();
      long inHead = chunk.hasHead() ? of.transientsOfHead() : 0;
      most = Math.max(most, makes ? kept + Math.max(inLayers, inHead) : 0);
      most = Math.max(most, keptBehind);
    }
    return of.weights() + of.gradients() + of.optimizer() + most;
  }

  private static int find(List<Action> actions, Action of, Action.Kind one, Action.Kind other) {
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      if (action.microBatch() == of.microBatch()
          && action.chunk() == of.chunk()
          && (action.kind() == one || action.kind() == other)) {
        return i;
      }
    }
    throw new AssertionError("no backward pass of " + of);
  }
}
