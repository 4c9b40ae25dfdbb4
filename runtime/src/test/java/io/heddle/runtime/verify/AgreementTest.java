package io.heddle.runtime.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.EtBytes;
import io.heddle.runtime.simulate.GoldenCase;
import io.heddle.runtime.simulate.RandomProgram;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.SmallFlattener;
import io.heddle.runtime.simulate.TestMachine;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verifier says that a set ends exactly if the simulator takes it to its end. */
class AgreementTest {
  private static final List<String> ALGORITHMS = List.of("ring", "direct", "oneRing", "direct2");

  private static final Set<String> MALFORMED =
      Set.of("edge_unmatched_send", "meta_none_first_lost");

  private static boolean simulates(
      TraceWorkload traces, SimulationInput machine, SimulationOptions options) {
    return new Simulator(machine, options).run(traces).status() == Status.OK;
  }

  private static boolean timeDecides(Verification verification) {
    return verification.findings().stream()
        .anyMatch(finding -> finding.rule() == Rule.ORDER || finding.rule() == Rule.NODE);
  }

  static List<GoldenCase> goldens() {
    // Of some the files cannot be read, so that neither can begin.
    return GoldenCase.all().stream().filter(AgreementTest::canBegin).toList();
  }

  private static boolean canBegin(GoldenCase golden) {
    try {
      golden.input();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void onWhatAstraSimRan(GoldenCase golden) throws IOException {
    SimulationInput machine = golden.input();
    SimulationOptions options = golden.options(Backend.CONGESTION_UNAWARE);
    Verification verification =
        Verifier.verify(golden.workload(), TraceSetting.of(machine, options));
    assertThat(verification.ends())
        .as("%s", verification.findings())
        .isEqualTo(simulates(golden.workload(), machine, options));
    // A message that nobody receives, a node that is lost: AstraSim ends them all the same.
    boolean malformed = MALFORMED.contains(golden.name());
    assertThat(verification.sound()).isEqualTo(verification.ends() && !malformed);
    if (golden.astraSimAnswers(Backend.CONGESTION_UNAWARE)) {
      assertThat(verification.ends()).isTrue();
    }
  }

  /** What the system file says of AstraSim's own algorithms is nothing to them. */
  @ParameterizedTest
  @ValueSource(strings = {"custom_upstream_example", "custom_per_node", "custom_hd8_fc"})
  void collectivesThatAreTracesAreNotWarnedOf(String name) throws IOException {
    GoldenCase golden =
        GoldenCase.all().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    TraceSetting setting =
        TraceSetting.of(golden.input(), golden.options(Backend.CONGESTION_UNAWARE));
    assertThat(Verifier.verify(golden.workload(), setting).findings()).isEmpty();
  }

  @Property(tries = 400)
  void onRandomPrograms(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 8) int ranks,
      @ForAll @IntRange(min = 1, max = 30) int steps,
      @ForAll @IntRange(min = 0, max = 3) int algorithm,
      @ForAll @IntRange(min = 1, max = 3) int splits,
      @ForAll boolean chained,
      @ForAll boolean rendezvous) {
    RandomProgram program = new RandomProgram(seed, ranks, steps, chained);
    NetworkConfig network = TestMachine.line(Topology.SWITCH, ranks, 50, 500);
    SimulationInput machine =
        TestMachine.input(
            TestMachine.system(splits, 800, ALGORITHMS.get(algorithm)), network, program.groups);
    TraceWorkload traces = program.workload();
    Verification verification = TraceSet.verify(traces, machine, rendezvous);
    assertThat(verification.ends())
        .as("%s", verification.findings())
        .isEqualTo(
            simulates(traces, machine, SimulationOptions.DEFAULT.withRendezvous(rendezvous)));
    if (!timeDecides(verification)) {
      SimulationOptions congested =
          SimulationOptions.DEFAULT.with(Backend.CONGESTION_AWARE).withRendezvous(rendezvous);
      assertThat(simulates(traces, machine, congested)).isEqualTo(verification.ends());
    }
    if (!verification.ends()) {
      assertThat(verification.sound()).isFalse();
    }
  }

  /** A mutation is found, or it does no harm. */
  @Property(tries = 500)
  void onMutatedSets(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 2) int tensor,
      @ForAll @IntRange(min = 1, max = 3) int pipeline,
      @ForAll @IntRange(min = 1, max = 2) int data,
      @ForAll @IntRange(min = 1, max = 2) int mutations,
      @ForAll boolean rendezvous) {
    SmallFlattener flattener = small(tensor, Math.max(pipeline, 3 - tensor * data), data, seed);
    TraceSet set = TraceSet.of(flattener);
    Random random = new Random(seed);
    for (int i = 0; i < mutations; i++) {
      mutate(set, random);
    }
    TraceWorkload traces = set.write();
    SimulationInput machine = SimulationInput.of(flattener);
    Verification verification = TraceSet.verify(traces, machine, rendezvous);
    boolean ended =
        simulates(traces, machine, SimulationOptions.DEFAULT.withRendezvous(rendezvous));
    if (verification.sound()) {
      assertThat(verification.ends()).isTrue();
    }
    if (verification.ends()) {
      assertThat(ended).isTrue();
    } else if (verification.findings().stream().noneMatch(AgreementTest::mayEndByChance)) {
      assertThat(ended).as("%s", verification.findings()).isFalse();
    }
  }

  /** Unequal collectives may fit each other, and a bad node may stand where none comes. */
  private static boolean mayEndByChance(Finding finding) {
    return finding.rule() == Rule.SEQUENCE
        || finding.rule() == Rule.NODE
        || finding.rule() == Rule.COLLECTIVE;
  }

  private static SmallFlattener small(int tensor, int pipeline, int data, long seed) {
    return new SmallFlattener(
        new SmallFlattener.Shape(tensor, pipeline, data),
        1,
        2 + (int) Math.floorMod(seed, 2L),
        64,
        Schedule.of(Math.floorMod(seed, 3L) == 0 ? "gpipe" : "one_f_one_b"),
        Recompute.NONE);
  }

  private static void mutate(TraceSet set, Random random) {
    int rank = random.nextInt(set.ranks.size());
    List<TraceSet.Node> nodes = set.ranks.get(rank);
    TraceSet.Node node = nodes.get(random.nextInt(nodes.size()));
    TraceSet.Node other = nodes.get(random.nextInt(nodes.size()));
    List<TraceSet.Node> talking = nodes.stream().filter(n -> n.type != EtBytes.COMPUTE).toList();
    TraceSet.Node one = talking.isEmpty() ? node : talking.get(random.nextInt(talking.size()));
    switch (random.nextInt(9)) {
      case 0 -> set.drop(rank, one.id);
      case 1 -> one.values.computeIfPresent(EtAttribute.COMM_SIZE, (key, size) -> size + 1);
      case 2 -> one.values.computeIfPresent(EtAttribute.COMM_TAG, (key, tag) -> tag ^ 2);
      case 3 -> one.values.computeIfPresent(EtAttribute.COMM_DST, (key, to) -> to ^ 1);
      case 4 -> {
        if (node.type == other.type) {
          Map<EtAttribute, Long> values = Map.copyOf(node.values);
          node.values.clear();
          node.values.putAll(other.values);
          other.values.clear();
          other.values.putAll(values);
        }
      }
      case 5 -> node.after(other.id);
      case 6 -> node.parents.clear();
      case 7 -> one.values.computeIfPresent(EtAttribute.COMM_TYPE, (key, type) -> 7 - type);
      default -> one.values.computeIfPresent(EtAttribute.PG_NAME, (key, group) -> group ^ 1);
    }
  }

  @Property(tries = 40)
  void onPlansWhichAreNeverFaulted(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 2) int tensor,
      @ForAll @IntRange(min = 1, max = 4) int pipeline,
      @ForAll @IntRange(min = 1, max = 2) int data) {
    SmallFlattener flattener = small(tensor, pipeline, data, seed);
    Verification plan = Verifier.verify(flattener);
    assertThat(plan.findings()).isEmpty();
    assertThat(plan.ends()).isTrue();
    Verification strict =
        Verifier.verify(
            new FlattenerWorkload(flattener), TraceSetting.of(flattener).withRendezvous(true));
    assertThat(strict).isEqualTo(plan);
    Verification written =
        Verifier.verify(
            TraceSet.of(flattener).write(),
            TraceSetting.of(SimulationInput.of(flattener), SimulationOptions.DEFAULT));
    assertThat(written).isEqualTo(plan);
  }
}
