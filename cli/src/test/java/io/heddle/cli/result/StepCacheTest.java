package io.heddle.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.path.PathNode;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.RooflineAverages;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.timeline.ActionTimes;
import io.heddle.runtime.timeline.BusyTime;
import io.heddle.runtime.timeline.StageTimeline;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeName;
import io.heddle.runtime.trace.Traffic;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class StepCacheTest {
  private static final CacheKey KEY = CacheKey.of("step", List.of("a test"));
  private static final BigInteger HUGE = BigInteger.TWO.pow(200).add(BigInteger.ONE);

  @TempDir private Path folder;

  private static PlanValues plan(int ranks) {
    return new PlanValues(
        "M",
        "P",
        Map.of("layers", 4L),
        List.of(new Axis("dp", ranks)),
        ranks,
        1,
        Schedule.of("gpipe"),
        StageSplit.EQUAL,
        Recompute.NONE,
        new Optimizer(Optimizer.Algorithm.ADAM, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster(
            "c",
            new Device("d", 1e12, 1, 1, 1e9, 1),
            List.of(new NetworkDimension(Topology.SWITCH, ranks, 1e9, 1))));
  }

  private static RankTimes rank(int rank, int stage, long compute) {
    return new RankTimes(
        rank,
        stage,
        Long.MIN_VALUE,
        compute,
        OptionalLong.of(7),
        OptionalLong.of(5),
        OptionalLong.empty(),
        List.of(
            new CommunicationTime(
                Communication.of(Collective.ALL_TO_ALL, List.of("dp", "tp")), -1, 5),
            new CommunicationTime(Communication.BETWEEN_STAGES, 0, 0)));
  }

  private static StepResult result(PlanValues plan, List<RankTimes> ranks) {
    PathNode node =
        new PathNode(
            1,
            1L << 40,
            new NodeName(Direction.RECOMPUTE, 3, -1, "ffn.\u00e9\u2028", -1, 2),
            NodeKind.COLLECTIVE,
            Optional.of(Communication.of(Collective.ALL_REDUCE, List.of("tp"))),
            -5,
            Long.MAX_VALUE);
    StepCounts counts =
        new StepCounts(
            1,
            2,
            3,
            4,
            HUGE,
            BigInteger.ZERO,
            BigInteger.TEN,
            BigInteger.ONE,
            HUGE.negate(),
            BigInteger.TWO,
            BigInteger.ZERO,
            List.of(new Traffic(Collective.ALL_GATHER, List.of("dp"), 9, HUGE)),
            List.of(StepCounts.UsedGroups.of(List.of("dp"), new int[] {1, 2, 2148})));
    Stragglers stragglers =
        new Stragglers(
            List.of(new Straggler(Straggler.Scope.STAGE, 1, new BigDecimal("1.50"))),
            new Jitter(new BigDecimal("0.050"), -7));
    StepReport report =
        StepReport.of(
            plan,
            stragglers,
            -2,
            3,
            11,
            12,
            HUGE,
            RanksByColour.of(ranks),
            Symmetry.unfolded(ranks.size(), Unfolded.JITTER),
            counts,
            Optional.of(new CriticalPath(List.of(node, node), Optional.empty())));
    RankResult log =
        new RankResult(
            0,
            -1,
            2,
            OptionalLong.of(3),
            OptionalLong.empty(),
            OptionalLong.of(-4),
            OptionalLong.of(5),
            Optional.of(new RooflineAverages(0.1, 1 / 3.0, 1e-300, Double.MAX_VALUE)),
            Optional.of(new LaneTimes(1, 2, 3, 4)));
    StageTimeline timeline =
        new StageTimeline(
            1,
            3,
            List.of(
                new ActionTimes(
                    Optional.of(new Action(Action.Kind.BACKWARD_INPUT, 5, 1)), 1, 2, 3, 4, 5),
                new ActionTimes(Optional.empty(), 6, 7, 8, 9, 10)),
            Map.of("send", List.of(new BusyTime(1, -1, 2))));
    return new StepResult(
        report,
        Optional.of(new SimulationResult(Status.OK, List.of(log), List.of(), 1, 2, 3, 4)),
        List.of("a warning \u00fc", ""),
        List.of(timeline),
        Detail.PASSES);
  }

  @Test
  void aStepIsReadAsItWasKept() {
    PlanValues plan = plan(4);
    StepResult result =
        result(plan, List.of(rank(0, 0, 1), rank(1, 1, 1), rank(2, 0, 1), rank(3, 1, -9)));
    StepCache cache = StepCache.of(Cache.in(folder));
    cache.keep(KEY, result);
    assertThat(cache.step(KEY, plan)).contains(result);
    StepResult unknown =
        new StepResult(
            result.report().withoutCriticalPath(),
            Optional.empty(),
            List.of(),
            List.of(),
            Detail.TIMES);
    cache.keep(KEY, unknown);
    assertThat(cache.step(KEY, plan)).contains(unknown);
  }

  @Test
  void whatIsNoResultIsNotThere() {
    PlanValues plan = plan(1);
    Cache files = Cache.in(folder);
    StepCache cache = StepCache.of(files);
    cache.keep(KEY, result(plan, List.of(rank(0, 0, 1))));
    byte[] whole = files.get(KEY).orElseThrow();
    files.put(KEY, Arrays.copyOf(whole, whole.length / 2));
    assertThat(cache.step(KEY, plan)).isEmpty();
    files.put(KEY, "{}".getBytes(StandardCharsets.US_ASCII));
    assertThat(cache.step(KEY, plan)).isEmpty();
    for (Record other :
        List.of(new StoredComparison(Map.of(), List.of(), List.of()), new Foreign(1))) {
      files.put(KEY, StoredForm.write(other));
      assertThat(cache.step(KEY, plan)).isEmpty();
    }
    assertThat(cache.comparison(KEY, plan)).isEmpty();
  }

  private record Foreign(int schema) {}

  /** A result of 8,192 ranks takes little room whether they are alike or not. */
  @Test
  void ranksThatAreAlikeTakeNoRoom() {
    int ranks = 8192;
    PlanValues plan = plan(ranks);
    Cache files = Cache.in(folder);
    StepCache cache = StepCache.of(files);
    cache.keep(
        KEY,
        result(
            plan, IntStream.range(0, ranks).mapToObj(rank -> rank(rank, rank % 16, 5)).toList()));
    assertThat(files.get(KEY).orElseThrow()).hasSizeLessThan(40_000);
    cache.keep(
        KEY,
        result(
            plan,
            IntStream.range(0, ranks)
                .mapToObj(rank -> rank(rank, rank % 16, 1_000_003L * rank))
                .toList()));
    assertThat(files.get(KEY).orElseThrow()).hasSizeLessThan(400_000);
    assertThat(cache.step(KEY, plan).orElseThrow().report().ranks()).hasSize(ranks);
  }
}
