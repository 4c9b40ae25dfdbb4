package io.heddle.runtime.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.SmallFlattener;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

class PathRecorderTest {
  /** Layers exchange their results from member to member besides. */
  private static final class Exchanging extends SmallFlattener {
    private static final int TENSOR = 0;
    private final boolean several;

    Exchanging(Shape shape, int microBatches, Schedule schedule) {
      super(shape, 2, microBatches, 64, schedule, Recompute.NONE);
      several = shape.tensor() > 1;
    }

    @Override
    protected long forwardLayer(RankEmitter rank, int layer, long x) {
      long y = super.forwardLayer(rank, layer, x);
      return several
          ? rank.needs(y).allToAll("experts.exchange", TENSOR, streamBytes(), Exchange.PAIRWISE)
          : y;
    }
  }

  @Provide
  Arbitrary<Flattener> steps() {
    Arbitrary<Jitter> jitters =
        Combinators.combine(Arbitraries.integers().between(0, 500_000), Arbitraries.longs())
            .as((amplitude, seed) -> new Jitter(BigDecimal.valueOf(amplitude, 6), seed));
    return steps(jitters.map(jitter -> new Stragglers(List.of(), jitter)), 2);
  }

  /** Steps of which most ranks are alike: at most one of them is slow. */
  @Provide
  Arbitrary<Flattener> alike() {
    Arbitrary<Stragglers> slow =
        Arbitraries.of(true, false)
            .map(
                isNone ->
                    isNone
                        ? Stragglers.NONE
                        : new Stragglers(
                            List.of(new Straggler(Scope.RANK, 0, new BigDecimal("1.5"))),
                            Jitter.NONE));
    return steps(slow, 4);
  }

  private static Arbitrary<Flattener> steps(Arbitrary<Stragglers> stragglers, int mostReplicas) {
    Arbitrary<SmallFlattener.Shape> shapes =
        Combinators.combine(
                Arbitraries.integers().between(1, 3),
                Arbitraries.integers().between(1, 3),
                Arbitraries.integers().between(1, mostReplicas))
            .as(SmallFlattener.Shape::new);
    return Combinators.combine(
            shapes,
            Arbitraries.integers().between(1, 4),
            Arbitraries.of("gpipe", "one_f_one_b", "interleaved", "zero_bubble"),
            Arbitraries.of(true, false),
            stragglers)
        .as(
            (shape, microBatches, name, exchanging, slow) -> {
              boolean chunks = name.equals("interleaved") && shape.pipeline() > 1;
              Schedule schedule =
                  chunks
                      ? new Schedule(name, 2)
                      : Schedule.of(name.equals("interleaved") ? "gpipe" : name);
              int batches = chunks ? microBatches * shape.pipeline() : microBatches;
              Flattener flattener =
                  exchanging
                      ? new Exchanging(shape, batches, schedule)
                      : new SmallFlattener(shape, 2, batches, 64, schedule, Recompute.NONE);
              return StragglingFlattener.of(flattener, slow);
            });
  }

  @Property(tries = 300)
  void followsWhatLetEachNodeBeginFromTheStartToTheEnd(
      @ForAll("steps") Flattener flattener,
      @ForAll Backend backend,
      @ForAll @IntRange(min = 1, max = 2) int queues,
      @ForAll boolean rendezvous)
      throws UnfinishedStepException {
    List<Map<Long, RanNode>> ran = RanNode.of(flattener);
    StepReport report =
        StepSimulation.run(
            flattener,
            SimulationOptions.DEFAULT
                .with(backend)
                .withQueuesPerDimension(queues)
                .withRendezvous(rendezvous),
            StepRecording.NONE.with(RanNode.timing(ran)).withCriticalPath(true),
            StepProgress.SILENT);
    assertLeadsToTheEnd(report, ran);
  }

  /** What one rank of each colour tells is a path through the run of all. */
  @Property(tries = 300)
  void ofOneRankOfEachColourIsThatOfAll(@ForAll("alike") Flattener flattener)
      throws UnfinishedStepException {
    List<Map<Long, RanNode>> ran = RanNode.of(flattener);
    StepReport whole =
        StepSimulation.run(
            flattener,
            SimulationOptions.DEFAULT,
            StepRecording.NONE.with(RanNode.timing(ran)),
            StepProgress.SILENT);
    StepReport folded =
        StepSimulation.run(
            flattener,
            SimulationOptions.DEFAULT,
            StepRecording.NONE.withCriticalPath(true),
            StepProgress.SILENT);
    Statistics.collect(folded.symmetry().unfolded().isEmpty());
    assertThat(folded.iterationNanos()).isEqualTo(whole.iterationNanos());
    assertThat(folded.ranks()).isEqualTo(whole.ranks());
    assertThat(folded.counts()).isEqualTo(whole.counts());
    assertLeadsToTheEnd(folded, ran);
  }

  /** Nodes of the ranks that run for others are those of each, to the tick. */
  @Property(tries = 100)
  void whoRunsForOthersRunsAsTheyDo(@ForAll("alike") Flattener flattener)
      throws UnfinishedStepException {
    List<Map<Long, RanNode>> ran = RanNode.of(flattener);
    StepRecording all = StepRecording.NONE.with(RanNode.timing(ran));
    StepSimulation.run(flattener, SimulationOptions.DEFAULT, all, StepProgress.SILENT);
    List<Map<Long, RanNode>> one = RanNode.of(flattener);
    StepReport folded =
        StepSimulation.run(
            flattener,
            SimulationOptions.DEFAULT,
            StepRecording.NONE.withOneOfEachColour(RanNode.timing(one)),
            StepProgress.SILENT);
    RanksByColour ranks = RanksByColour.of(folded.ranks());
    for (int rank = 0; rank < ran.size(); rank++) {
      int standIn = ranks.alike().get(ranks.colour(rank)).times().rank();
      Map<Long, RanNode> nodes = one.get(standIn);
      ran.get(rank)
          .forEach(
              (id, node) -> {
                assertThat(nodes.get(id)).isNotNull();
                assertThat(nodes.get(id).issued).isEqualTo(node.issued);
                assertThat(nodes.get(id).completed).isEqualTo(node.completed);
              });
    }
  }

  private static void assertLeadsToTheEnd(StepReport report, List<Map<Long, RanNode>> ran) {
    List<PathNode> path = report.criticalPath().orElseThrow().nodes();

    assertThat(path.get(0).issued()).isZero();
    assertThat(path.get(path.size() - 1).completed()).isEqualTo(report.iterationNanos());
    assertThat(path.stream().mapToLong(PathNode::nanos).sum()).isEqualTo(report.iterationNanos());
    for (int i = 0; i < path.size(); i++) {
      PathNode node = path.get(i);
      RanNode trace = ran.get(node.rank()).get(node.id());
      assertThat(node.name()).isEqualTo(trace.name);
      assertThat(node.kind()).isEqualTo(trace.kind);
      assertThat(node.completed()).isEqualTo(trace.completed);
      if (i > 0) {
        assertThat(node.issued()).isEqualTo(path.get(i - 1).completed());
        assertIsCause(path.get(i - 1), node, ran);
      }
    }
  }

  private static void assertIsCause(PathNode cause, PathNode node, List<Map<Long, RanNode>> ran) {
    RanNode trace = ran.get(node.rank()).get(node.id());
    if (trace.kind == NodeKind.COLLECTIVE) {
      RanNode latest = latestMember(trace, ran);
      assertThat(node.issued()).isEqualTo(latest.issued);
      RanNode there = memberOn(cause.rank(), trace, ran);
      assertThat(there.issued).isEqualTo(latest.issued);
      assertFrees(cause, there);
    } else if (trace.kind == NodeKind.RECEIVE && trace.issued != trace.completed) {
      assertThat(cause.rank()).isEqualTo(trace.peer);
      RanNode send = ran.get(cause.rank()).get(cause.id());
      assertThat(send.kind).isEqualTo(NodeKind.SEND);
      assertThat(send.peer).isEqualTo(node.rank());
      assertThat(send.tag).isEqualTo(trace.tag);
    } else {
      assertThat(cause.rank()).isEqualTo(node.rank());
      assertThat(node.issued()).isEqualTo(trace.issued);
      assertFrees(cause, trace);
    }
  }

  /** The node waits for its cause, or for the lane that its cause held. */
  private static void assertFrees(PathNode cause, RanNode node) {
    assertThat(Stream.concat(node.parents.stream(), Stream.of(node.before))).contains(cause.id());
    assertThat(cause.completed()).isEqualTo(node.issued);
  }

  private static RanNode memberOn(int rank, RanNode node, List<Map<Long, RanNode>> ran) {
    return ran.get(rank).values().stream()
        .filter(other -> other.group == node.group && node.group != null)
        .filter(other -> other.turn == node.turn)
        .findFirst()
        .orElseThrow();
  }

  private static RanNode latestMember(RanNode node, List<Map<Long, RanNode>> ran) {
    return Stream.iterate(0, rank -> rank < ran.size(), rank -> rank + 1)
        .filter(rank -> node.group != null && node.group.position(rank) >= 0)
        .map(rank -> memberOn(rank, node, ran))
        .max(Comparator.comparingLong(member -> member.issued))
        .orElseThrow();
  }

  private static Flattener small(int tensor, int data, int microBatches) {
    return new SmallFlattener(
        new SmallFlattener.Shape(tensor, 1, data),
        2,
        microBatches,
        64,
        Schedule.of("gpipe"),
        Recompute.NONE);
  }

  private static PathRecorder run(Flattener flattener, int mostRecords) {
    PathRecorder recorder =
        new PathRecorder(flattener.groups(), flattener.mesh().ranks(), mostRecords);
    new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
        .run(new FlattenerWorkload(flattener), recorder);
    return recorder;
  }

  @Test
  void isNotKeptBeyondTheBoundAndSaysSo() {
    Flattener flattener = small(1, 4, 8);
    int needed = run(flattener, PathRecorder.MOST_RECORDS).mostKept();

    assertThat(run(flattener, needed).path(flattener).notKept()).isEmpty();
    CriticalPath path = run(flattener, needed - 1).path(flattener);
    assertThat(path.nodes()).isEmpty();
    assertThat(path.notKept()).hasValueSatisfying(why -> assertThat(why).contains("More than"));
  }

  /** Members of a group share their history from each collective on. */
  @Test
  void keepsOneHistoryForTheRanksOfATensorGroup() {
    PathRecorder apart = run(small(1, 4, 64), PathRecorder.MOST_RECORDS);
    PathRecorder together = run(small(4, 1, 64), PathRecorder.MOST_RECORDS);
    Flattener flattener = small(4, 1, 64);
    int length = together.path(flattener).nodes().size();
    assertThat(together.mostKept()).isBetween(length, length + 64);
    assertThat(apart.mostKept()).isGreaterThan(3 * apart.path(small(1, 4, 64)).nodes().size());
  }

  @Test
  void isThereOnlyIfAskedFor() throws UnfinishedStepException {
    assertThat(StepSimulation.run(small(2, 1, 1), StepProgress.SILENT).criticalPath())
        .isEqualTo(Optional.empty());
  }
}
