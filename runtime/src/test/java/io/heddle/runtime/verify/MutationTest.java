package io.heddle.runtime.verify;

import static io.heddle.plan.mesh.Collective.ALL_GATHER;
import static io.heddle.plan.mesh.Collective.ALL_REDUCE;
import static io.heddle.plan.mesh.Collective.REDUCE_SCATTER;
import static io.heddle.runtime.verify.TraceSet.collective;
import static io.heddle.runtime.verify.TraceSet.compute;
import static io.heddle.runtime.verify.TraceSet.receive;
import static io.heddle.runtime.verify.TraceSet.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.TestMachine;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import io.heddle.runtime.simulate.config.SystemConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A healthy set, and what is said of it when one thing is wrong. */
class MutationTest {
  private static final int RANKS = 4;
  private static final NetworkConfig LINE = TestMachine.line(Topology.SWITCH, RANKS, 50, 500);

  /**
   * Groups 1 and 2 along one axis, 3 and 4 along the other; ranks 0 and 1 send to 2 and 3. Nodes 1,
   * 3, 6, 8 compute, 2 is an all-reduce, 4 the send, 5 the receive, 7 an all-gather.
   */
  private static TraceSet healthy() {
    TraceSet set = new TraceSet();
    set.groups.put(1, new int[] {0, 1});
    set.groups.put(2, new int[] {2, 3});
    set.groups.put(3, new int[] {0, 2});
    set.groups.put(4, new int[] {1, 3});
    for (int rank = 0; rank < RANKS; rank++) {
      boolean first = rank < 2;
      List<TraceSet.Node> nodes = new ArrayList<>();
      nodes.add(compute(1));
      nodes.add(collective(2, ALL_REDUCE, first ? 1 : 2, 65536).after(1));
      nodes.add(compute(3).after(2));
      nodes.add(
          first ? send(4, rank + 2, 5, 1000).after(3) : receive(5, rank - 2, 5, 1000).after(1));
      nodes.add(compute(6).after(first ? new long[] {3} : new long[] {3, 5}));
      nodes.add(
          collective(7, ALL_GATHER, 3 + rank % 2, 4096)
              .after(first ? new long[] {6, 4} : new long[] {6}));
      nodes.add(compute(8).after(7));
      set.ranks.add(nodes);
    }
    return set;
  }

  private static SystemConfig roofline(NetworkConfig network, Implementation implementation) {
    return SystemConfig.roofline(
        Collections.nCopies(network.dimensions().size(), implementation), 1e12, 300e12);
  }

  private static SystemConfig like(SystemConfig system, int endpointDelay, boolean replay) {
    return new SystemConfig(
        system.schedulingPolicy(),
        system.optimization(),
        OptionalInt.of(endpointDelay),
        system.activeChunks(),
        system.splits(),
        system.implementations(),
        system.localMemoryBandwidth(),
        system.peakPerformance(),
        !replay,
        replay);
  }

  private static SimulationInput machine(TraceSet set) {
    return TestMachine.input(roofline(LINE, Implementation.RING), LINE, set.groups);
  }

  private static Verification verify(TraceSet set) {
    return TraceSet.verify(set.write(), machine(set), false);
  }

  private static List<String> texts(TraceSet set) {
    return texts(verify(set));
  }

  private static List<String> texts(Verification verification) {
    return verification.findings().stream().map(Finding::toString).toList();
  }

  @Test
  void theHealthySetHasNoFindings() {
    for (boolean rendezvous : new boolean[] {false, true}) {
      Verification verification =
          TraceSet.verify(healthy().write(), machine(healthy()), rendezvous);
      assertThat(verification.findings()).isEmpty();
      assertThat(verification.ends()).isTrue();
      assertThat(verification.nodes()).isEqualTo(7L * RANKS);
    }
  }

  @Test
  void aDroppedReceive() {
    TraceSet set = healthy();
    set.drop(2, 5);
    Verification verification = verify(set);
    assertThat(texts(verification))
        .containsExactly(
            "error[message]: rank 0: no receive takes send 4 of 1000 bytes with tag 5 to rank 2");
    assertThat(verification.findings().get(0).nodes()).containsExactly(new Finding.Node(0, 4));
    // AstraSim does not wait for it.
    assertThat(verification.ends()).isTrue();
    assertThat(verification.sound()).isFalse();
  }

  @Test
  void aDroppedSend() {
    TraceSet set = healthy();
    set.drop(0, 4);
    assertThat(texts(set))
        .containsExactly(
            "error[message]: rank 2: no send serves receive 5 of 1000 bytes with tag 5 from rank 0",
            "error[termination]: 2 of 4 ranks do not end: rank 2 waits in receive 5 of 1000 bytes"
                + " with tag 5 from rank 0");
  }

  @Test
  void aWrongSize() {
    TraceSet set = healthy();
    set.node(0, 4).with(EtAttribute.COMM_SIZE, 999);
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[message]: send 4 of rank 0 and receive 5 of rank 2 differ in size: 999 and 1000"
                + " bytes");
    assertThat(verify(set).ends()).isFalse();
  }

  @Test
  void aWrongTag() {
    TraceSet set = healthy();
    set.node(2, 5).with(EtAttribute.COMM_TAG, 6);
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[message]: send 4 of rank 0 and receive 5 of rank 2 differ in tag: 5 and 6");
  }

  @Test
  void aWrongDestination() {
    TraceSet set = healthy();
    set.node(0, 4).with(EtAttribute.COMM_DST, 3);
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[message]: send 4 of rank 0 and receive 5 of rank 2 miss each other: the send"
                + " goes to rank 3");
  }

  @Test
  void aWrongSource() {
    TraceSet set = healthy();
    set.node(2, 5).with(EtAttribute.COMM_SRC, 3);
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[message]: send 4 of rank 0 and receive 5 of rank 2 miss each other: the receive"
                + " waits for rank 3");
  }

  @Test
  void aPeerThatIsNotThere() {
    TraceSet set = healthy();
    set.node(0, 4).with(EtAttribute.COMM_DST, 4);
    set.node(2, 5).with(EtAttribute.COMM_SRC, 2);
    assertThat(texts(set))
        .containsExactly(
            "error[node]: rank 0: send 4: there is no rank 4, only 4",
            "error[node]: rank 2: receive 5: a rank has no messages for itself");
  }

  @Test
  void anotherCollective() {
    TraceSet set = healthy();
    set.node(1, 2).with(EtAttribute.COMM_TYPE, REDUCE_SCATTER.chakraType());
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[sequence]: collective 1 in group 1 is all-reduce 2 of 65536 bytes on rank 0,"
                + " but reduce-scatter 2 of 65536 bytes on rank 1");
  }

  @Test
  void anotherSizeOfACollective() {
    TraceSet set = healthy();
    set.node(1, 2).with(EtAttribute.COMM_SIZE, 65537);
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[sequence]: collective 1 in group 1 is all-reduce 2 of 65536 bytes on rank 0,"
                + " but all-reduce 2 of 65537 bytes on rank 1");
  }

  @Test
  void aDroppedCollective() {
    TraceSet set = healthy();
    set.drop(3, 7);
    assertThat(texts(set))
        .containsExactly(
            "error[sequence]: rank 3 has 0 collectives in group 4, rank 1 has 1, the next of which"
                + " is all-gather 7 of 4096 bytes",
            "error[termination]: 1 of 4 ranks do not end: rank 1 waits in all-gather 7 of 4096"
                + " bytes in group 4");
  }

  /** Exchanges what two nodes do, but not where they stand. */
  private static void swap(TraceSet set, int rank, long one, long other) {
    TraceSet.Node a = set.node(rank, one);
    TraceSet.Node b = set.node(rank, other);
    var values = java.util.Map.copyOf(a.values);
    a.values.clear();
    a.values.putAll(b.values);
    b.values.clear();
    b.values.putAll(values);
  }

  @Test
  void swappedCollectivesLetRanksWaitInACircle() {
    TraceSet set = healthy();
    set.drop(0, 4);
    set.drop(1, 4);
    set.drop(2, 5);
    set.drop(3, 5);
    swap(set, 1, 2, 7);
    swap(set, 2, 2, 7);
    Verification verification = verify(set);
    assertThat(texts(verification))
        .containsExactly(
            "error[termination]: ranks wait for each other: rank 0 waits in all-reduce 2 of 65536"
                + " bytes in group 1 for all-reduce 7 of rank 1; rank 1 waits in all-gather 2 of"
                + " 4096 bytes in group 4 for all-gather 7 of rank 3; rank 3 waits in all-reduce 2"
                + " of 65536 bytes in group 2 for all-reduce 7 of rank 2; rank 2 waits in"
                + " all-gather 2 of 4096 bytes in group 3 for all-gather 7 of rank 0");
    assertThat(verification.findings().get(0).nodes())
        .containsExactly(
            new Finding.Node(0, 2),
            new Finding.Node(1, 7),
            new Finding.Node(1, 2),
            new Finding.Node(3, 7),
            new Finding.Node(3, 2),
            new Finding.Node(2, 7),
            new Finding.Node(2, 2),
            new Finding.Node(0, 7));
  }

  /** Of the circles that there are it names a shortest. */
  @Test
  void aCircleOfACollectiveAndAMessage() {
    TraceSet set = healthy();
    swap(set, 1, 2, 7);
    swap(set, 2, 2, 7);
    assertThat(texts(set))
        .containsExactly(
            "error[termination]: ranks wait for each other: rank 1 waits in all-gather 2 of 4096"
                + " bytes in group 4 for all-gather 7 of rank 3; rank 3 waits in receive 5 of 1000"
                + " bytes with tag 5 from rank 1 for send 4 of rank 1");
  }

  @Test
  void messagesThatWaitForEachOther() {
    TraceSet set = healthy();
    // Rank 0 sends only when it has heard of rank 2, and rank 2 speaks only when it has heard.
    set.ranks.get(0).add(receive(9, 2, 6, 10).after(1));
    set.node(0, 4).after(9);
    set.ranks.get(2).add(send(9, 0, 6, 10).after(2, 5));
    set.node(2, 7).after(9);
    assertThat(texts(set))
        .containsExactly(
            "error[termination]: ranks wait for each other: rank 0 waits in receive 9 of 10 bytes"
                + " with tag 6 from rank 2 for send 9 of rank 2; rank 2 waits in receive 5 of 1000"
                + " bytes with tag 5 from rank 0 for send 4 of rank 0");
  }

  /** Both send first: eager messages pass each other, by rendezvous each waits for the other. */
  @Test
  void sendsThatNeedNoReceiverStopWhereTheyDo() {
    TraceSet set = new TraceSet();
    for (int rank = 0; rank < 2; rank++) {
      set.ranks.add(List.of(send(1, 1 - rank, 3, 100), receive(2, 1 - rank, 3, 100).after(1)));
    }
    NetworkConfig two = TestMachine.line(Topology.SWITCH, 2, 50, 500);
    SimulationInput machine =
        TestMachine.input(roofline(two, Implementation.RING), two, set.groups);
    assertThat(TraceSet.verify(set.write(), machine, false).findings()).isEmpty();
    assertThat(texts(TraceSet.verify(set.write(), machine, true)))
        .containsExactly(
            "error[termination]: ranks wait for each other: rank 0 waits in send 1 of 100 bytes"
                + " with tag 3 to rank 1 for receive 2 of rank 1; rank 1 waits in send 1 of 100"
                + " bytes with tag 3 to rank 0 for receive 2 of rank 0");
  }

  @Test
  void aCircleInARank() {
    TraceSet set = healthy();
    set.node(3, 3).after(8);
    assertThat(texts(set))
        .containsExactly(
            "error[circle]: rank 3: nodes wait for each other: 3 waits for 8 waits for 7 waits for"
                + " 6 waits for 3");
    set.node(3, 8).after(3);
    assertThat(texts(set))
        .containsExactly(
            "error[circle]: rank 3: nodes wait for each other: 3 waits for 8 waits for 3");
  }

  @Test
  void aNodeThatWaitsForItself() {
    TraceSet set = healthy();
    set.node(3, 3).after(3);
    assertThat(texts(set))
        .containsExactly("error[circle]: rank 3: nodes wait for each other: 3 waits for 3");
  }

  @Test
  void anIdTwiceAndAParentThatIsMissing() {
    TraceSet set = healthy();
    set.ranks.get(1).add(compute(8).after(1));
    set.node(3, 8).after(99);
    assertThat(texts(set))
        .hasSize(2)
        .satisfiesExactly(
            text ->
                assertThat(text)
                    .startsWith("error[trace]: rank 3: ")
                    .endsWith("node 8 names parent 99, which is not there"),
            text ->
                assertThat(text)
                    .startsWith("warning[record]: rank 1: ")
                    .endsWith("node 8 is there twice: AstraSim takes what the last says"));
  }

  @Test
  void kernelsWithoutWork() {
    TraceSet set = healthy();
    set.node(0, 3).with(EtAttribute.NUM_OPS, 0);
    set.node(1, 1).with(EtAttribute.NUM_OPS, 1).with(EtAttribute.TENSOR_SIZE, 1);
    set.node(1, 3).with(EtAttribute.NUM_OPS, 1).with(EtAttribute.TENSOR_SIZE, 1);
    set.node(2, 3).values.remove(EtAttribute.NUM_OPS);
    assertThat(texts(set))
        .containsExactly(
            "error[node]: rank 2: compute 3: num_ops is missing",
            "error[work]: rank 0: compute 3: num_ops is 0: with the roofline it lasts 2^63 ns",
            "error[duration]: rank 1: compute 1: it lasts less than 1 ns, where AstraSim fails at"
                + " t = 0",
            "warning[duration]: rank 1: compute 3: it lasts less than 1 ns, where AstraSim fails at"
                + " t = 0");
  }

  @Test
  void aKernelThatTouchesNothingStopsItsRank() {
    TraceSet set = healthy();
    set.node(0, 8).with(EtAttribute.TENSOR_SIZE, 0);
    set.ranks.get(0).add(compute(10).after(8));
    Verification verification = verify(set);
    assertThat(texts(verification))
        .hasSize(2)
        .contains(
            "error[work]: rank 0: compute 8: tensor_size is 0: with the roofline it takes no time,"
                + " and AstraSim misses its end");
    assertThat(verification.findings().get(1).rule()).isEqualTo(Rule.TERMINATION);
    assertThat(verification.findings().get(1).message())
        .startsWith("rank 0: nothing is under way")
        .contains("node 10");
    assertThat(verification.ends()).isFalse();
  }

  @Test
  void aMemberThatIsMissingAndAGroupOfOne() {
    TraceSet set = healthy();
    set.groups.put(1, new int[] {0});
    assertThat(texts(set))
        .containsExactly(
            "error[collective]: rank 0: all-reduce 2: all-reduce with nobody to talk to (group of"
                + " one, or no dimension involved): AstraSim never ends it; leave the node out",
            "error[collective]: rank 1: all-reduce 2: all-reduce in group 1, of which rank 1 is no"
                + " member");
  }

  @Test
  void groupsThatAreNoGroups() {
    TraceSet set = healthy();
    set.groups.remove(1);
    set.groups.put(2, new int[] {2, 4});
    set.groups.put(3, new int[] {0, 2, 0});
    assertThat(texts(set))
        .contains(
            "error[collective]: rank 0: all-reduce 2: group 1 is not in the file of groups: was"
                + " the right one given?",
            "error[collective]: rank 2: all-reduce 2: group 2 names rank 4, but there are only 4",
            "error[collective]: rank 2: all-gather 7: group 3 names rank 0 twice");
  }

  @Test
  void aThirdMemberThatRunsNothing() {
    TraceSet set = healthy();
    set.groups.put(1, new int[] {0, 1, 2});
    assertThat(texts(set))
        .first()
        .isEqualTo(
            "error[sequence]: rank 2 has 0 collectives in group 1, rank 0 has 1, the next of which"
                + " is all-reduce 2 of 65536 bytes");
  }

  /** Moves a group to another id. */
  private static void rename(TraceSet set, int from, int to) {
    set.groups.put(to, set.groups.remove(from));
    for (List<TraceSet.Node> nodes : set.ranks) {
      for (TraceSet.Node node : nodes) {
        node.values.replace(EtAttribute.PG_NAME, (long) from, (long) to);
      }
    }
  }

  @Test
  void idsThatShareMessageTags() {
    TraceSet set = healthy();
    set.groups.put(3, new int[] {0, 1, 2});
    set.ranks.get(1).add(collective(9, ALL_GATHER, 3, 4096).after(8));
    rename(set, 3, 501);
    Verification verification = verify(set);
    assertThat(texts(verification))
        .containsExactly(
            "error[group]: groups 1 and 501 both send from rank 0 to rank 1, and their ids are"
                + " equal modulo 500: AstraSim takes their messages for each other's");
    rename(set, 501, 502);
    assertThat(texts(set)).isEmpty();
  }

  @Test
  void idsThatOverflow() {
    TraceSet set = healthy();
    rename(set, 3, 2148);
    assertThat(texts(set))
        .containsExactly(
            "warning[group]: group 2148 overflows AstraSim's message tags, as ids of 2148 and more"
                + " do");
  }

  @Test
  void anAllGatherBelowTheSplits() {
    TraceSet set = healthy();
    for (int rank : new int[] {0, 2}) {
      set.node(rank, 7).with(EtAttribute.COMM_SIZE, 7);
    }
    SimulationInput split = TestMachine.input(TestMachine.system(8, 800, "ring"), LINE, set.groups);
    assertThat(texts(TraceSet.verify(set.write(), split, false)))
        .containsExactly(
            "error[collective]: rank 0: all-gather 7: all-gather of 7 bytes in 8 splits never"
                + " ends: the shard must have a byte for each split",
            "error[collective]: rank 2: all-gather 7: all-gather of 7 bytes in 8 splits never"
                + " ends: the shard must have a byte for each split");
  }

  @Test
  void aCollectiveThatIsRaised() {
    TraceSet set = healthy();
    set.node(0, 2).with(EtAttribute.COMM_SIZE, 2);
    set.node(1, 2).with(EtAttribute.COMM_SIZE, 2);
    assertThat(texts(set))
        .containsExactly(
            "warning[meaning]: rank 0: all-reduce 2: AstraSim runs 2 bytes as 4: a byte for each"
                + " split and rank of the network",
            "warning[meaning]: rank 1: all-reduce 2: AstraSim runs 2 bytes as 4: a byte for each"
                + " split and rank of the network");
  }

  @Test
  void tagsThatAstraSimCutsAndMessagesThatRendezvousCannotTake() {
    TraceSet set = healthy();
    for (TraceSet.Node node : List.of(set.node(0, 4), set.node(2, 5))) {
      node.with(EtAttribute.COMM_TAG, 500_000_001).with(EtAttribute.COMM_SIZE, 1L << 31);
    }
    assertThat(texts(set))
        .containsExactly(
            "warning[node]: rank 0: send 4: comm_tag 500000001: AstraSim keeps tags modulo"
                + " 500,000,000",
            "warning[node]: rank 2: receive 5: comm_tag 500000001: AstraSim keeps tags modulo"
                + " 500,000,000");
    assertThat(texts(TraceSet.verify(set.write(), machine(set), true)))
        .contains(
            "error[node]: rank 0: send 4: comm_size 2147483648: with rendezvous AstraSim takes"
                + " less than 2 GiB");
  }

  @Test
  void lanesThatAreLeftOpen() {
    TraceSet set = healthy();
    set.node(0, 7).parents.remove(4L);
    set.node(1, 6).parents.clear();
    assertThat(texts(set))
        .containsExactly(
            "warning[order]: 1 rank leaves the order of the communication lane to time: on rank 0"
                + " neither of the nodes 4 and 7 waits for the other; with the times of this"
                + " machine every rank ends",
            "warning[order]: 1 rank leaves the order of the compute lane to time: on rank 1 neither"
                + " of the nodes 1 and 6 waits for the other");
  }

  /** The smaller id goes first where both are free: here each rank begins with another group. */
  @Test
  void anOpenLaneThatStops() {
    TraceSet set = healthy();
    for (int rank = 0; rank < RANKS; rank++) {
      set.ranks.set(
          rank,
          List.of(
              collective(rank == 1 || rank == 2 ? 9 : 2, ALL_REDUCE, rank < 2 ? 1 : 2, 65536),
              collective(7, ALL_GATHER, 3 + rank % 2, 4096)));
    }
    Verification verification = verify(set);
    assertThat(verification.ends()).isFalse();
    assertThat(texts(verification))
        .first()
        .asString()
        .startsWith("error[termination]: circular wait: rank ");
  }

  @Test
  void receivesThatArePostedAtTheStart() {
    TraceSet set = healthy();
    set.ranks.get(0).add(0, send(20, 2, 8, 10).after(2));
    set.node(0, 4).after(20);
    set.ranks.get(2).add(receive(21, 0, 8, 10));
    set.node(2, 5).parents.clear();
    assertThat(texts(set))
        .containsExactly(
            "warning[early-receive]: on 1 of 4 ranks several receives wait for nothing, on rank 2"
                + " 2: AstraSim posts them at t = 0 and counts communication from then on");
  }

  @Test
  void whatAGridOfSeveralDimensionsDoesOtherwise() {
    TraceSet set = new TraceSet();
    set.groups.put(1, new int[] {0, 1, 2, 3, 4, 5});
    for (int rank = 0; rank < 8; rank++) {
      set.ranks.add(rank < 6 ? List.of(collective(1, ALL_REDUCE, 1, 4096)) : List.of(compute(1)));
    }
    NetworkConfig grid =
        new NetworkConfig(
            List.of(
                new Dimension(Topology.RING, 2, 50, 500),
                new Dimension(Topology.SWITCH, 4, 50, 500)));
    SimulationInput machine =
        TestMachine.input(roofline(grid, Implementation.DIRECT), grid, set.groups);
    assertThat(texts(TraceSet.verify(set.write(), machine, false)))
        .containsExactly(
            "warning[meaning]: the rings of group 1 have hops that change several"
                + " digits of the network, which AstraSim charges in the innermost of these"
                + " dimensions only: list them as [0, 1, 3, 2, 4, 5]",
            "warning[meaning]: all-reduce in group 1 runs as a ring and not as the"
                + " system file says: it names several algorithms, and the groups are smaller than"
                + " the network");
  }

  @Test
  void whatTheSystemFileSaysInVain() {
    TraceSet set = healthy();
    SystemConfig ring = roofline(LINE, Implementation.RING);
    SystemConfig slow = like(ring, 25, false);
    assertThat(
            texts(TraceSet.verify(set.write(), TestMachine.input(slow, LINE, set.groups), false)))
        .containsExactly(
            "warning[meaning]: endpoint-delay is 25, but in groups smaller than the network"
                + " AstraSim takes 10");
    NetworkConfig grid =
        new NetworkConfig(
            List.of(
                new Dimension(Topology.RING, 2, 50, 500),
                new Dimension(Topology.SWITCH, 2, 50, 500)));
    TraceSet ofAll = new TraceSet();
    for (int rank = 0; rank < RANKS; rank++) {
      ofAll.ranks.add(List.of(collective(1, ALL_REDUCE, 0, 4096)));
    }
    assertThat(
            texts(
                TraceSet.verify(ofAll.write(), TestMachine.input(ring, grid, ofAll.groups), false)))
        .containsExactly(
            "warning[meaning]: all-reduce of all ranks runs only in the first 1 of 2 dimensions of"
                + " the network: the system file names no algorithm for the others");
  }

  /** Where every node is only replayed nobody waits for another rank. */
  @Test
  void replayNeedsNoPartners() {
    TraceSet set = healthy();
    set.drop(0, 4);
    set.groups.remove(1);
    SystemConfig replay = like(roofline(LINE, Implementation.RING), 10, true);
    Verification verification =
        TraceSet.verify(set.write(), TestMachine.input(replay, LINE, set.groups), false);
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.ends()).isTrue();
  }

  @Test
  void aMachineOfAnotherSize() {
    TraceSet set = healthy();
    set.ranks.remove(3);
    assertThat(texts(set))
        .containsExactly(
            "error[ranks]: there are traces of 3 ranks, but the network has 4: they must be the"
                + " same");
  }

  /** AstraSim numbers the chunks of all ranks' collectives together with those of groups. */
  @Test
  void collectivesOfAllRanksThatAreCountedDifferently() {
    TraceSet set = healthy();
    set.drop(1, 7);
    set.drop(3, 7);
    for (int rank = 0; rank < RANKS; rank++) {
      set.ranks.get(rank).add(collective(9, ALL_REDUCE, 0, 4096).after(8));
      if (rank == 1) {
        set.node(rank, 9).after(4);
      }
    }
    assertThat(texts(set))
        .startsWith(
            "error[sequence]: collective 1 in the group of all ranks is all-reduce 9 as chunk 2 on"
                + " rank 0, but all-reduce 9 as chunk 1 on rank 1: collectives in smaller groups"
                + " are counted with these");
  }

  @Test
  void findingsOfAKindAreCountedBeyondSome() {
    TraceSet set = healthy();
    for (int i = 0; i < 30; i++) {
      set.ranks.get(0).add(send(100 + i, 1, i, 10).after(i == 0 ? 7 : 99 + i));
    }
    List<String> texts = texts(set);
    assertThat(texts).hasSize(21).last().isEqualTo("error[message]: and 10 more of this kind");
    assertThat(Set.copyOf(texts)).hasSize(21);
  }
}
