package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RecordedNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An all-to-all: messages on a network of two dimensions, one collective on one. */
class ExchangeTest {
  private static final int MEMBERS = 4;
  private static final int RANKS = 8;
  private static final long BYTES = 4096;

  /** Two exchanges among tp, each between kernels. */
  private static final class Exchanging extends PipelineFlattener {
    private final Exchange exchange;

    Exchanging(PlanValues plan, Exchange exchange) {
      super(plan, "pp", List.of(GroupKind.all("tp")));
      this.exchange = exchange;
      schedule(1, 1);
    }

    @Override
    protected long forwardEmbed(RankEmitter rank) {
      return rank.compute(Kernel.of("embed", 1000, 1000));
    }

    @Override
    protected long forwardLayer(RankEmitter rank, int layer, long x) {
      long there = rank.needs(x).allToAll("exchange.z", 0, BYTES, exchange);
      long made = rank.needs(there, x).compute(Kernel.of("experts", 1000, 1000));
      long back = rank.needs(made).allToAll("exchange.m", 0, BYTES, exchange);
      return rank.needs(back).compute(Kernel.of("combine", 1000, 1000));
    }

    @Override
    protected void forwardHead(RankEmitter rank, long x) {
      rank.needs(x).compute(Kernel.of("head", 1000, 1000));
    }

    @Override
    protected long backwardHead(RankEmitter rank) {
      return rank.compute(Kernel.of("head", 1000, 1000));
    }

    @Override
    protected long backwardLayer(RankEmitter rank, int layer, long dx) {
      return rank.needs(dx).compute(Kernel.of("layer", 1000, 1000));
    }

    @Override
    protected void backwardEmbed(RankEmitter rank, long dx) {
      rank.needs(dx).compute(Kernel.of("embed", 1000, 1000));
    }

    @Override
    protected void step(RankEmitter rank, int stage) {
      rank.compute(Kernel.of("optimizer", 1000, 1000));
    }

    @Override
    protected long streamBytes() {
      return BYTES;
    }

    @Override
    public long tokens() {
      return 1;
    }

    @Override
    public long parameters() {
      return 1;
    }
  }

  private record Message(int from, int to, int tag, long bytes) {}

  /** Notes messages, collectives and what kernels wait for. */
  private static final class Notes implements NodeSink {
    private final int rank;
    private final List<Message> sent = new ArrayList<>();
    private final List<Message> received = new ArrayList<>();
    private final List<Long> receives = new ArrayList<>();
    private final List<List<Long>> waits = new ArrayList<>();
    private int collectives;

    Notes(int rank) {
      this.rank = rank;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      List<Long> ids = new ArrayList<>();
      for (int i = 0; i < node.dataDependencies().size(); i++) {
        ids.add(node.dataDependencies().get(i));
      }
      waits.add(ids);
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      assertThat(collective).isEqualTo(Collective.ALL_TO_ALL);
      assertThat(bytes).isEqualTo(BYTES);
      collectives++;
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      sent.add(new Message(rank, peer, tag, bytes));
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      received.add(new Message(peer, rank, tag, bytes));
      receives.add(node.id());
    }
  }

  private static Exchanging on(NetworkDimension... network) {
    return on(Exchange.BY_NETWORK, network);
  }

  private static Exchanging on(Exchange exchange, NetworkDimension... network) {
    PlanValues plan = SmallFlattener.plan(1, RANKS / MEMBERS, MEMBERS, 1, 1);
    return new Exchanging(
        plan.on(new Cluster("pod", plan.cluster().device(), List.of(network))), exchange);
  }

  private static Exchanging ofEight(NetworkDimension... network) {
    PlanValues plan = SmallFlattener.plan(1, 1, RANKS, 1, 1);
    return new Exchanging(
        plan.on(new Cluster("pod", plan.cluster().device(), List.of(network))),
        Exchange.BY_NETWORK);
  }

  private static Exchanging onTwoDimensions() {
    return on(
        new NetworkDimension(Topology.SWITCH, 2, 400e9, 500),
        new NetworkDimension(Topology.SWITCH, 4, 50e9, 2000));
  }

  private static List<Notes> notes(Flattener flattener) {
    List<Notes> all = new ArrayList<>();
    for (int rank = 0; rank < RANKS; rank++) {
      Notes notes = new Notes(rank);
      flattener.emit(rank, notes);
      all.add(notes);
    }
    return all;
  }

  @Test
  void sendsAPartToEveryOtherMemberAndEveryMessageIsAwaited() {
    Set<Message> sent = new HashSet<>();
    Set<Message> received = new HashSet<>();
    for (Notes notes : notes(onTwoDimensions())) {
      assertThat(notes.collectives).isZero();
      assertThat(notes.sent).hasSize(2 * (MEMBERS - 1)).doesNotHaveDuplicates();
      assertThat(notes.sent).allMatch(message -> message.bytes() == BYTES / MEMBERS);
      sent.addAll(notes.sent);
      received.addAll(notes.received);
    }
    assertThat(sent).hasSize(RANKS * 2 * (MEMBERS - 1)).isEqualTo(received);
  }

  @Test
  void theKernelBehindItWaitsForAllThatArrives() {
    Notes notes = notes(onTwoDimensions()).get(0);
    assertThat(notes.waits.get(1)).containsAll(notes.receives.subList(0, MEMBERS - 1));
    assertThat(notes.waits.get(2))
        .containsExactlyInAnyOrderElementsOf(
            notes.receives.subList(MEMBERS - 1, 2 * (MEMBERS - 1)));
  }

  /**
   * Ahead of a stage's first kernel too: a receive that waits for nothing is on the lane at once.
   */
  @Test
  void noReceiveButTheFirstWaitsForNothing() {
    Exchanging flattener = onTwoDimensions();
    for (int rank = 0; rank < RANKS; rank++) {
      assertThat(RecordedNode.of(flattener, rank))
          .filteredOn(node -> node.kind() == RecordedNode.Kind.RECEIVE)
          .filteredOn(node -> node.data().isEmpty() && node.control().isEmpty())
          .hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void onOneDimensionItIsACollective() {
    List<Notes> all = notes(on(new NetworkDimension(Topology.SWITCH, RANKS, 400e9, 500)));
    assertThat(all)
        .allSatisfy(
            notes -> {
              assertThat(notes.collectives).isEqualTo(2);
              assertThat(notes.sent).isEmpty();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "CONGESTION_UNAWARE, false",
    "CONGESTION_UNAWARE, true",
    "CONGESTION_AWARE, false",
    "CONGESTION_AWARE, true",
  })
  void ends(Backend backend, boolean rendezvous) {
    Exchanging flattener = onTwoDimensions();
    SimulationOptions options = SimulationOptions.DEFAULT.with(backend).withRendezvous(rendezvous);
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), options).run(new FlattenerWorkload(flattener));
    assertThat(result.diagnosis()).isEmpty();
    assertThat(result.status()).isEqualTo(Status.OK);
  }

  /**
   * Closed forms on two dimensions, of which the group has one, and on one: n - 1 messages of
   * messages, one after the other, each held until it arrives; n(n-1)/2 of a ring, and n - 1 at the
   * same time of the direct algorithm. A collective begins each step 10 ns after what it waits for,
   * and ends with another 10 ns.
   */
  @ParameterizedTest
  @CsvSource({
    "PAIRWISE, true, 3, 0",
    "BY_NETWORK, true, 3, 0",
    "DIRECT, true, 6, 7",
    "PAIRWISE, false, 3, 0",
    "BY_NETWORK, false, 1, 2",
    "DIRECT, false, 1, 2",
  })
  void stepsFollowEachOther(
      Exchange exchange, boolean twoDimensions, long messages, long endpointDelays) {
    NetworkDimension inner =
        new NetworkDimension(
            Topology.SWITCH, twoDimensions ? MEMBERS : RANKS, (1L << 30) * 1.0, 500);
    NetworkDimension outer =
        new NetworkDimension(Topology.SWITCH, twoDimensions ? RANKS / MEMBERS : 1, 50e9, 2000);
    Exchanging flattener = on(exchange, inner, outer);
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(flattener));
    long message = (long) (2 * 500 + BYTES / MEMBERS / ((1L << 30) / 1e9));
    assertThat(result.ranks())
        .allSatisfy(
            rank ->
                assertThat(rank.lanes().orElseThrow().communication())
                    .isEqualTo(2 * (messages * message + endpointDelays * 10)));
  }

  /**
   * All ranks of one group of eight exchange with all on nodes of four. Four places on, programs,
   * hops and links are the same, and yet ranks do not end together where links are shared: which of
   * two messages goes first that reach a link in one tick follows from the numbers of ranks.
   */
  @Test
  void whereLinksAreSharedRanksThatLookAlikeAreNot() throws UnfinishedStepException {
    Exchanging flattener =
        ofEight(
            new NetworkDimension(Topology.SWITCH, 4, 450e9, 500),
            new NetworkDimension(Topology.SWITCH, 2, 50e9, 2000));
    SimulationOptions shared = SimulationOptions.DEFAULT.with(Backend.CONGESTION_AWARE);
    StepReport report = StepSimulation.run(flattener, shared, StepProgress.SILENT);
    assertThat(report.symmetry()).isEqualTo(Symmetry.unfolded(RANKS, Unfolded.CONGESTION));
    StepReport alone =
        StepSimulation.run(flattener, SimulationOptions.DEFAULT, StepProgress.SILENT);
    StepReport everyRank =
        StepSimulation.run(
            flattener, SimulationOptions.DEFAULT.withSymmetry(false), StepProgress.SILENT);
    assertThat(alone.symmetry().unfolded()).isEmpty();
    assertThat(alone.symmetry().colours()).isLessThan(RANKS);
    assertThat(alone.ranks()).isEqualTo(everyRank.ranks());
    RanksByColour colours = RanksByColour.of(alone.ranks());
    Set<List<Long>> ends = new HashSet<>();
    for (int rank = 0; rank < RANKS; rank++) {
      ends.add(List.of((long) colours.colour(rank), report.ranks().get(rank).cycles()));
    }
    assertThat(ends).hasSizeGreaterThan(alone.symmetry().colours());
  }
}
