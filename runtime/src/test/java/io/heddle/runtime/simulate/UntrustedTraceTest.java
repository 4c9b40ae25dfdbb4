package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces and files that somebody broke. */
class UntrustedTraceTest {
  private static final EtBytes SOUND = new EtBytes().add(EtBytes.compute(0, 1));

  private static SimulationResult run(EtBytes first) {
    return new Simulator(
            TestMachine.input(
                TestMachine.system(1, 100, "ring"),
                TestMachine.line(Topology.RING, 2, 50, 500),
                Map.of(1, new int[] {0, 1})),
            SimulationOptions.DEFAULT)
        .run(TestMachine.traces(List.of(first, SOUND)));
  }

  private static void fails(EtBytes trace, int offset, String... words) {
    SimulationResult result = run(trace);
    assertThat(result.status()).isEqualTo(Status.ERROR);
    assertThat(result.diagnosis()).hasSize(1);
    assertThat(result.diagnosis().get(0)).contains("w.0.et: byte " + offset + ": ").contains(words);
  }

  @Test
  void aFileThatIsCutOffSaysWhere() {
    byte[] whole = new EtBytes().add(EtBytes.compute(0, 1)).toBytes();
    byte[] body = Arrays.copyOfRange(whole, 2, whole.length - 1);
    EtBytes cut = new EtBytes().length(body.length + 1L);
    int at = 1;
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(TestMachine.traces(List.of(cut, SOUND)));

    assertThat(result.diagnosis().get(0))
        .contains("w.0.et: byte " + at + ": a record of " + (body.length + 1) + " bytes, but only");
  }

  @Test
  void aLengthThatLiesIsNotBelieved() {
    fails(new EtBytes().length(0x7fff_ffffL), 1, "a record of 2147483647 bytes, but only 0");
    fails(new EtBytes().length(-1L), 1, "the length of a record is no 32-bit number");
    fails(
        new EtBytes().record(EtBytes.openField(10, "\u007fshort")),
        3,
        "node 0",
        "a field of 127 bytes where only 5 are left");
  }

  /** As in AstraSim. */
  @Test
  void ofAnIdThatIsThereTwiceTheLastCounts() {
    SimulationResult result =
        run(new EtBytes().add(EtBytes.compute(7, 1)).add(EtBytes.compute(7, 5)));

    assertThat(result.status()).isEqualTo(Status.OK);
    assertThat(result.rank(0).orElseThrow().cycles()).isEqualTo(5000);
  }

  @Test
  void parentsThatAreNotThereAreCounted() {
    EtBytes trace = new EtBytes().add(EtBytes.compute(7, 1));
    int second = trace.size();

    fails(
        trace.add(EtBytes.compute(8, 1).after(99)).add(EtBytes.compute(9, 1).after(99, 98)),
        second,
        "node 8 names parent 99",
        "in all 3 dependencies name 2 missing nodes");
  }

  @Test
  void aParentThatIsNotThereSaysWhoNamesIt() {
    EtBytes trace = new EtBytes().add(EtBytes.compute(7, 1));
    int second = trace.size();

    fails(trace.add(EtBytes.compute(8, 1).after(99)), second, "node 8 names parent 99");
  }

  @Test
  void aCircleNamesItsNodes() {
    SimulationResult result =
        run(
            new EtBytes()
                .add(EtBytes.compute(1, 1))
                .add(EtBytes.compute(2, 1).after(3, 1))
                .add(EtBytes.compute(3, 1).after(2)));

    assertThat(result.status()).isEqualTo(Status.STALLED);
    assertThat(result.diagnosis().get(0))
        .contains("rank 0: nodes wait for each other in a circle: ")
        .contains("2 waits for 3")
        .contains("w.0.et: byte ");
  }

  @Test
  void aTypeThatChakraDoesNotHaveIsRefused() {
    fails(new EtBytes().add(new EtBytes.Node(1, 99)), 1, "node 1", "no type 99");
  }

  @Test
  void aCollectiveThatIsUnknownIsNamedAsItIs() {
    fails(
        new EtBytes()
            .add(
                new EtBytes.Node(1, EtBytes.COLLECTIVE)
                    .with("comm_type", 1000)
                    .with("comm_size", 8)),
        1,
        "comm_type 1000 cannot be simulated");
  }

  @Test
  void aTraceThatIsNotThereIsNamedWithoutAByte(@TempDir Path folder) {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(new TraceWorkload(folder.resolve("w"), 2));

    assertThat(result.diagnosis())
        .containsExactly(folder.resolve("w.0.et") + ": no such file; one trace per rank is needed");
  }

  @Test
  void aLoadThatEndsBeyondAllTimeIsRefused() {
    SimulationInput machine =
        new SimulationInput(
            TestMachine.system(1, 100, "ring"),
            TestMachine.line(Topology.RING, 2, 50, 500),
            new MemoryConfig(MemoryConfig.Kind.PER_RANK, 1L << 62, 1, 1),
            CommunicatorGroups.NONE);
    EtBytes.Node load = new EtBytes.Node(1, EtBytes.LOAD).with("tensor_size", -(1L << 62));

    SimulationResult result =
        new Simulator(machine, SimulationOptions.DEFAULT)
            .run(TestMachine.traces(List.of(new EtBytes().add(load), SOUND)));

    assertThat(result.status()).isEqualTo(Status.ERROR);
    assertThat(result.diagnosis().get(0)).contains("node 1", "ends beyond 2^64 ns");
  }

  @Test
  void attributesThatDoNotConvertAreRefusedWhenTheyAreNeeded() {
    fails(
        new EtBytes()
            .add(
                new EtBytes.Node(1, EtBytes.COLLECTIVE)
                    .with("comm_type", 0)
                    .with("comm_size", 2.5)),
        1,
        "node 1",
        "comm_size must be a whole number");
    fails(
        new EtBytes()
            .add(
                EtBytes.collective(1, Collective.ALL_REDUCE, 0, 8)
                    .with("x", "y")
                    .with("involved_dim", 1)),
        1,
        "involved_dim must be a bool_list");
    fails(
        new EtBytes().add(EtBytes.send(1, 1, 1, 8).with("comm_src", 1)),
        1,
        "comm_src is not the rank whose trace this is");
    fails(
        new EtBytes()
            .add(
                new EtBytes.Node(1, EtBytes.COLLECTIVE)
                    .with("comm_type", 0)
                    .with("comm_size", 8)
                    .with("pg_name", "data_parallel")),
        1,
        "pg_name must be a string that begins with a group's number",
        ", not \"data_parallel\"");
  }

  /** A name is shown as the trace has it, but for what would move a cursor. */
  @Test
  void groupsThatAreRefusedAreNamedAsTheTraceNamesThem() {
    fails(
        new EtBytes()
            .add(
                new EtBytes.Node(1, EtBytes.COLLECTIVE)
                    .with("comm_type", 0)
                    .with("comm_size", 8)
                    .with("pg_name", "77_tensor\u001b[2J")),
        1,
        "group 77 is not in the file of groups",
        "(pg_name is \"77_tensor\ufffd[2J\")");
    fails(
        new EtBytes()
            .add(
                new EtBytes.Node(1, EtBytes.COLLECTIVE)
                    .with("comm_type", 0)
                    .with("comm_size", 8)
                    .with("pg_name", "77")),
        1,
        "group 77 is not in the file of groups: was the right one given?");
  }

  @Test
  void absurdSizesAndRanksAreRefused() {
    fails(new EtBytes().add(EtBytes.send(1, 1, 1, 0)), 1, "0 bytes");
    fails(new EtBytes().add(EtBytes.send(1, 1, 1, -1)), 1, "18446744073709551615 bytes");
    fails(new EtBytes().add(EtBytes.send(1, 1_000_000, 1, 8)), 1, "there is no rank 1000000");
    fails(new EtBytes().add(EtBytes.send(1, -1, 1, 8)), 1, "there is no rank 4294967295");
    fails(
        new EtBytes().add(EtBytes.collective(1, Collective.ALL_REDUCE, 0, -5)),
        1,
        "must be below 2^63");
    fails(
        new EtBytes().add(EtBytes.collective(1, Collective.ALL_REDUCE, 9, 5)),
        1,
        "group 9 is not in the file of groups");
  }

  @Test
  void aWaitThatGoesRoundNamesTheRanks() {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 3, 50, 500),
                    Map.of(5, new int[] {0, 1}, 9, new int[] {0, 1})),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes()
                            .add(EtBytes.collective(17, Collective.ALL_REDUCE, 5, 64))
                            .add(EtBytes.collective(19, Collective.REDUCE_SCATTER, 9, 64)),
                        new EtBytes()
                            .add(EtBytes.collective(18, Collective.REDUCE_SCATTER, 9, 64))
                            .add(EtBytes.collective(20, Collective.ALL_REDUCE, 5, 64)),
                        SOUND)));

    assertThat(result.status()).isEqualTo(Status.STALLED);
    assertThat(result.ranks()).hasSize(1);
    assertThat(result.diagnosis().get(0))
        .isEqualTo(
            "circular wait: rank 0 issued all-reduce 17 of 64 bytes in group 5, which rank 1 has"
                + " not issued; rank 1 issued reduce-scatter 18 of 64 bytes in group 9, which rank"
                + " 0 has not issued");
  }

  @Test
  void collectivesOfAllRanksThatAreCountedDifferentlyDoNotMeet() {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 3, 50, 500),
                    Map.of(1, new int[] {0, 1})),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes()
                            .add(EtBytes.collective(0, Collective.ALL_REDUCE, 1, 64))
                            .add(EtBytes.collective(1, Collective.ALL_REDUCE, 0, 64).after(0)),
                        new EtBytes()
                            .add(EtBytes.collective(0, Collective.ALL_REDUCE, 1, 64))
                            .add(EtBytes.collective(1, Collective.ALL_REDUCE, 0, 64).after(0)),
                        new EtBytes().add(EtBytes.collective(5, Collective.ALL_REDUCE, 0, 64)))));

    assertThat(result.status()).isEqualTo(Status.STALLED);
    assertThat(result.diagnosis())
        .contains(
            "rank 1 issued all-reduce 1 of 64 bytes in the group of all ranks as chunk 2, rank 2"
                + " all-reduce 5 of 64 bytes in the group of all ranks as chunk 1: they do not meet"
                + " (a rank's collectives in smaller groups are counted with these)");
  }

  @Test
  void aMessageThatNobodySendsSaysWhoDidNot() {
    SimulationResult result = run(new EtBytes().add(EtBytes.receive(3, 1, 4, 100)));

    assertThat(result.diagnosis())
        .containsExactly(
            "rank 0 waits in receive 3 for 100 bytes with tag 4 from rank 1, but rank 1's trace has"
                + " no such send left");
  }

  @Test
  void ranksThatWaitForSendsThatAreNotThereDoNotWaitInACircle() {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes().add(EtBytes.receive(3, 1, 4, 100)),
                        new EtBytes()
                            .add(EtBytes.receive(5, 0, 6, 100))
                            .add(EtBytes.send(7, 0, 4, 100).after(5)))));

    assertThat(result.diagnosis())
        .containsExactly(
            "rank 0 waits in receive 3 for 100 bytes with tag 4 from rank 1, which has not issued"
                + " its send 7",
            "rank 1 waits in receive 5 for 100 bytes with tag 6 from rank 0, but rank 0's trace"
                + " has no such send left");
  }

  @Test
  void sendsBehindEachOthersReceivesWaitInACircle() {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes()
                            .add(EtBytes.receive(3, 1, 4, 100))
                            .add(EtBytes.compute(4, 1).after(3))
                            .add(EtBytes.send(8, 1, 6, 100).after(4)),
                        new EtBytes()
                            .add(EtBytes.receive(5, 0, 6, 100))
                            .add(EtBytes.send(7, 0, 4, 100).after(5)))));

    assertThat(result.diagnosis().get(0))
        .isEqualTo(
            "circular wait: rank 0 waits in receive 3 for 100 bytes with tag 4 from rank 1, which"
                + " has not issued its send 7; rank 1 waits in receive 5 for 100 bytes with tag 6"
                + " from rank 0, which has not issued its send 8");
  }

  @Test
  void aMessageOfAnotherSizeThanAskedForIsNamed() {
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes().add(EtBytes.receive(3, 1, 4, 101)),
                        new EtBytes().add(EtBytes.send(7, 0, 4, 100)))));

    assertThat(result.diagnosis())
        .containsExactly(
            "rank 0 waits in receive 3 for 101 bytes with tag 4 from rank 1, but rank 1 sent 100"
                + " bytes with this tag, which nobody asked for");
  }

  @Test
  void receivesAreListedUpToABound() {
    EtBytes trace = new EtBytes();
    for (int id = 1; id <= 10; id++) {
      trace.add(EtBytes.receive(id, 1, id, 100));
    }

    assertThat(run(trace).diagnosis().get(0))
        .contains("; also in receive 8 ")
        .doesNotContain("receive 9")
        .endsWith("; … and 2 more");
  }

  @Test
  void unequalCollectivesOfEqualMessagesAreCalledUnequal() {
    // A reduce-scatter over two ranks is the first half of the all-reduce.
    SimulationResult result =
        new Simulator(
                TestMachine.input(
                    TestMachine.system(1, 100, "ring"),
                    TestMachine.line(Topology.RING, 2, 50, 500),
                    Map.of()),
                SimulationOptions.DEFAULT)
            .run(
                TestMachine.traces(
                    List.of(
                        new EtBytes().add(EtBytes.collective(1, Collective.ALL_REDUCE, 0, 4096)),
                        new EtBytes()
                            .add(EtBytes.collective(1, Collective.REDUCE_SCATTER, 0, 4096)))));

    assertThat(result.diagnosis())
        .containsExactly(
            "rank 0 issued all-reduce 1 of 4096 bytes in the group of all ranks, but rank 1 has"
                + " ended what it issued as the same chunk: the members' collectives are unequal");
  }

  @Property(tries = 1500)
  void noBytesMakeMoreThanAMessage(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 12) int changes) {
    Random random = new Random(seed);
    EtBytes sound =
        new EtBytes()
            .add(EtBytes.compute(0, 3))
            .add(EtBytes.send(1, 1, 5, 100).after(0))
            .add(EtBytes.collective(2, Collective.ALL_GATHER, 1, 64).after(0, 1))
            .add(EtBytes.receive(3, 1, 6, 4).after(2));
    byte[] bytes = sound.toBytes();
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));

    SimulationResult result = run(EtBytes.of(random.nextBoolean() ? bytes : cut));

    assertThat(result.diagnosis().isEmpty()).isEqualTo(result.status() == Status.OK);
  }
}
