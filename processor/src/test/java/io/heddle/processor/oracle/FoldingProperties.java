package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.path.PathNode;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** One rank of each colour tells of all ranks what all ranks tell of themselves. */
final class FoldingProperties {
  private static final List<Emission> WITH_OPEN_LANES =
      List.of(
          Emission.WHOLE.withLaneOfEachGroup(),
          Emission.WHOLE.withLaneOfEachGroup().withoutSharing(),
          Emission.WHOLE.withLaneOfEachGroup().withoutSharing().withLayersApart());

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @Property(tries = 100)
  void foldedIsUnfolded(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> flattener = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get(), Backend.CONGESTION_UNAWARE);
  }

  /** Only the first message of what goes back to the tokens is free of the shared expert. */
  private static final String SHARED_EXPERT =
      """
      tfm 1
      model M {
        dim b
        dim s = 64, h = 32, f = 48, fs = 512, e = 8, er = 8, t, voc = 16
        block moe(x[b s h]) {
          weight router[h er], up[e h f], down[e f h], ups[h fs], downs[fs h]
          p[b s er] = softmax(x * router)
          z[e t h]  = dispatch(x, p, top = 2)
          u[e t f]  = silu(z * up)
          m[e t h]  = u * down
          v[b s fs] = silu(x * ups)
          y[b s h]  = v * downs
          return x + y + combine(m, p)
        }
        embed tokens[voc h]
        stack 4 of moe
        head  logits[h voc] norm none
      }
      device d { peak bf16 1 TFLOPS  memory 1 GB at 1 TB/s }
      cluster c(ranks = 16) { device d  network switch ranks at 1 GB/s latency 1 us }
      plan P of M {
        mesh   pp = 2, dp = 8  view moe: (dp) = (edp ep) where ep = 4
        layout pp > dp
        shard  { b over dp  e over ep  layers over pp }
        batch  32  micro_batch 1
        optimizer adam sharded over dp
        on c(ranks = 16)
      }
      """;

  @Property(tries = 20)
  void exchangesBehindASharedExpertFold(@ForAll("seeds") long seed) {
    Flattener flattener = RandomFlattener.of(SHARED_EXPERT, new Random(seed)).orElseThrow();
    assertSame(flattener, Backend.CONGESTION_UNAWARE);
  }

  /** A rank to which the slowest sends first goes on while that one still computes. */
  @Property(tries = 20)
  void whoeverHasReceivedAllGoesOn(@ForAll("seeds") long seed) {
    String load = "experts load = log_normal(sigma = 1, seed = %d)".formatted(1 + (seed & 0xff));
    String text = SHARED_EXPERT.replace("optimizer adam", load + "\n  optimizer adam");
    Flattener flattener = RandomFlattener.of(text, new Random(seed)).orElseThrow();
    assertSame(flattener, Backend.CONGESTION_UNAWARE);
  }

  /** A plan of which some ranks have no rows of experts in some micro-batches. */
  private static final String SOME_WITHOUT_ROWS =
      """
      tfm 1
      import "std/devices.tfm"
      model M {
        dim b
        dim s = 3, h = 3, voc = 4, f = 3
        dim t
        dim ee = 3, er = 3, fe = 2
        block block0(x[b s h]) {
          weight w0[h er], w3[ee h fe], w4[ee fe h]
          t1[b s er] = x * w0
          t2[ee t h] = dispatch(x, t1, top = 2)
          t5[ee t fe] = t2 * w3
          t6[ee t h] = t5 * w4
          t7[b s h] = combine(t6, t1)
          return x + t7
        }
        embed tokens[voc h]
        stack 3 of block0
        head logits[h voc] norm rmsnorm
      }
      plan P of M {
        mesh u = 2, pp = 2, v = 3
        shard {
          voc over u
          fe over u
          b over v
          ee over v
          layers over pp
        }
        pin block0.t6[ee/v t/u h]
        experts load = log_normal(sigma = 1.5)
        batch 9  micro_batch 1
        schedule one_f_one_b(messages = split)
        recompute full every 2
        unfused
        stages 1 of 0, 1 of 3
        optimizer adam sharded over v, weights sharded(prefetch = 0, gathered = once)
        reduce in gaps
        overlap v chunks 4
        overlap experts
        on flat(n = 12)
      }
      cluster flat(n = 1) {
        device h100_sxm
        network switch n at 50 GB/s latency 1 us
      }
      """;

  /** On a network of one dimension exchanges are direct collectives. */
  @Example
  void directExchangesFold() {
    int plans = 0;
    for (long seed = 0; plans < 4; seed++) {
      Flattener flattener = RandomFlattener.of(SHARED_EXPERT, new Random(seed)).orElseThrow();
      List<NetworkDimension> network = flattener.plan().cluster().liveDimensions();
      if (network.size() == 1
          && network.get(0).topology() != Topology.RING
          && flattener.stragglers().isNone()) {
        plans++;
        assertSame(flattener, Backend.CONGESTION_UNAWARE);
        assertThat(run(flattener, SimulationOptions.DEFAULT).symmetry().colours()).isEqualTo(2);
      }
    }
  }

  /**
   * Gradients are reduced in the same order on ranks that send rows of experts and on those that
   * have none to send.
   */
  @Example
  void ranksWithNothingToSendReduceInTheSameOrder() {
    for (long seed = 0; seed < 8; seed++) {
      Flattener flattener = RandomFlattener.of(SOME_WITHOUT_ROWS, new Random(seed)).orElseThrow();
      assertSame(flattener, Backend.CONGESTION_UNAWARE);
    }
  }

  /** Ranks of a stage that have the same part of the experts have the same loads. */
  @Property(tries = 100)
  void loadsOfExpertsFold(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> any = RandomFlattener.of(RandomLoads.text(random), random);
    Assume.that(any.isPresent());
    Flattener flattener = any.get();
    assertSame(flattener, Backend.CONGESTION_UNAWARE);
    boolean folds = Fold.of(flattener, SimulationInput.of(flattener).machine()).isPresent();
    Statistics.collect(folds);
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
  }

  /**
   * Every node of a rank that runs for others ran when theirs did, and the critical path is one of
   * ranks of which each node ran when it says.
   */
  @Property(tries = 60)
  void nodesOfARankAreThoseOfAllThatAreAlike(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> any = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(any.isPresent());
    Flattener flattener = any.get();
    NodesThatRan all = new NodesThatRan();
    record(flattener, StepRecording.NONE.with(all));
    NodesThatRan few = new NodesThatRan();
    StepReport folded =
        record(flattener, StepRecording.NONE.withOneOfEachColour(few).withCriticalPath(true));
    RanksByColour ranks = RanksByColour.of(folded.ranks());
    all.times.forEach(
        (node, times) -> {
          int standIn = ranks.alike().get(ranks.colour(node.rank())).times().rank();
          assertThat(few.times).containsEntry(new NodesThatRan.Node(standIn, node.id()), times);
        });
    long end = 0;
    for (PathNode node : folded.criticalPath().orElseThrow().nodes()) {
      NodesThatRan.Times times = all.times.get(new NodesThatRan.Node(node.rank(), node.id()));
      assertThat(times).isNotNull();
      assertThat(node.completed()).isEqualTo(times.completed());
      assertThat(node.issued()).isEqualTo(end);
      end = node.completed();
    }
    assertThat(end).isEqualTo(folded.iterationNanos());
  }

  private static final class NodesThatRan implements SimulationObserver {
    record Node(int rank, long id) {}

    record Times(NodeKind kind, long issued, long completed) {}

    private final Map<Node, Times> times = new HashMap<>();

    @Override
    public void completed(
        int rank,
        long node,
        NodeKind kind,
        int collective,
        int group,
        long issued,
        long completed,
        long exposed) {
      times.put(new Node(rank, node), new Times(kind, issued, completed));
    }

    @Override
    public void restart() {
      times.clear();
    }
  }

  private static StepReport record(Flattener flattener, StepRecording recording) {
    try {
      return StepSimulation.run(
          flattener, SimulationOptions.DEFAULT, recording, StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(recording.toString(), e);
    }
  }

  /** Passes by themselves, and the pipeline with their times, fold as whole steps do. */
  @Property(tries = 40)
  void modesFold(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> any = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(any.isPresent());
    Flattener flattener = ForwardingFlattener.innermost(any.get());
    for (Mode mode : List.of(Mode.HIERARCHICAL, Mode.HYBRID)) {
      StepReport folded = run(flattener, mode, SimulationOptions.DEFAULT);
      StepReport unfolded = run(flattener, mode, SimulationOptions.DEFAULT.withSymmetry(false));
      assertThat(like(folded, unfolded.symmetry())).isEqualTo(unfolded);
    }
  }

  /**
   * What tells why modes differ folds too: a lane for each group, and less than the whole trace.
   */
  @Property(tries = 60)
  void openLanesFold(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> flattener = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(flattener.isPresent());
    for (Emission emission : WITH_OPEN_LANES) {
      Flattener altered = new AlteredFlattener(flattener.get(), emission);
      assertSame(altered, SimulationOptions.DEFAULT.withOpenLane(true));
    }
  }

  /** Otherwise the properties would say nothing: random meshes often lie askew in the network. */
  @Example
  void manyPlansFold() {
    Random seeds = new Random(20);
    int plans = 0;
    int folded = 0;
    while (plans < 40) {
      long seed = seeds.nextLong();
      Optional<Flattener> flattener = RandomFlattener.of(RandomModel.text(seed), new Random(seed));
      if (flattener.isPresent() && flattener.get().mesh().ranks() > 2) {
        plans++;
        StepReport report = run(flattener.get(), SimulationOptions.DEFAULT);
        folded += report.symmetry().unfolded().isEmpty() ? 1 : 0;
        StepReport open =
            run(
                new AlteredFlattener(flattener.get(), WITH_OPEN_LANES.get(0)),
                SimulationOptions.DEFAULT.withOpenLane(true));
        assertThat(open.symmetry()).isEqualTo(report.symmetry());
      }
    }
    assertThat(folded).isGreaterThanOrEqualTo(plans / 4);
  }

  @Property(tries = 10)
  void whereLinksAreSharedNothingFolds(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    Optional<Flattener> flattener = RandomFlattener.of(RandomModel.text(seed), random);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get(), Backend.CONGESTION_AWARE);
  }

  /** Llama 3 8B with eight layers on 64 ranks, nodes of eight. */
  private static Flattener llama(int tp, int dp, int pp) {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    GeneratedClass generated =
        GeneratedClass.of(compiler.compile("Pod64").orElseThrow().java("demo"));
    PlanValues plan = generated.defaults();
    List<NetworkDimension> network =
        List.of(
            new NetworkDimension(Topology.SWITCH, 8, 450e9, 500),
            new NetworkDimension(Topology.SWITCH, tp * dp * pp / 8, 50e9, 2000));
    return generated.flattener(
        plan.withParameter("layers", 8)
            .withAxis("pp", pp)
            .withAxis("dp", dp)
            .withAxis("tp", tp)
            .withBatch(8L * dp, 1)
            .on(new Cluster("nodes", plan.cluster().device(), network)));
  }

  private static void assertFolds(Flattener flattener, int colours) {
    SimulationInput machine = SimulationInput.of(flattener);
    Fold fold = Fold.of(flattener, machine.machine()).orElseThrow();
    assertThat(fold.symmetry().splitBy()).contains("pipeline stage");
    assertThat(fold.colours()).isEqualTo(colours);
    Simulator simulator = new Simulator(machine, SimulationOptions.DEFAULT);
    FlattenerWorkload workload = new FlattenerWorkload(flattener);
    SimulationResult folded =
        simulator.runFolded(workload, fold, SimulationObserver.NONE).orElseThrow();
    SimulationResult whole = simulator.run(workload);
    assertThat(folded.ranks()).hasSize(colours);
    assertThat(folded.maxCycles()).isEqualTo(whole.maxCycles());
    assertThat(folded.nodes()).isEqualTo(whole.nodes());
    assertThat(folded.messages()).isEqualTo(whole.messages());
    assertThat(folded.bytes()).isEqualTo(whole.bytes());
    assertSame(flattener, Backend.CONGESTION_UNAWARE);
  }

  @Example
  void aStageHasOneColour() {
    assertFolds(llama(8, 2, 4), 4);
    assertFolds(llama(4, 4, 4), 8);
  }

  /** The hop that closes a ring over three nodes is charged inside a node. */
  @Example
  void aClosingHopOfItsOwnKindTellsAllMembersApart() {
    assertFolds(llama(4, 6, 4), 24);
  }

  private static final String OF_ALL_RANKS =
      """
      tfm 1
      model M {
        dim b
        dim s = 48, h = 96, f = 192, voc = 96
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          u[b s f] = gelu(x * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack 3 of mlp
        head  logits[h voc] norm none
      }
      device d { peak bf16 1 TFLOPS  memory 1 GB at 1 TB/s }
      cluster c(ranks = 16) { device d  network switch ranks at 1 GB/s latency 1 us }
      plan P of M {
        mesh   %s = %d
        shard  { %s }
        batch  %d  micro_batch 1
        optimizer adam%s
        on c(ranks = %2$d)
      }
      """;

  /** Their phases go through the network by its dimensions. */
  @Property(tries = 60)
  void collectivesOfAllRanksFold(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    int ranks = List.of(4, 8, 12, 16, 24, 48).get(random.nextInt(6));
    boolean tensor = random.nextInt(3) == 0;
    String axis = tensor ? "tp" : "dp";
    String shards = tensor ? "f over tp  voc over tp  stream: s over tp" : "b over dp";
    String sharded =
        List.of(
                "",
                " sharded over dp",
                " sharded over dp, gradients sharded",
                " sharded over dp, weights sharded")
            .get(tensor ? 0 : random.nextInt(4));
    int batch = tensor ? 2 : 2 * ranks;
    String text = OF_ALL_RANKS.formatted(axis, ranks, shards, batch, sharded);
    Flattener flattener = RandomFlattener.of(text, random).orElseThrow();
    assertSame(flattener, Backend.CONGESTION_UNAWARE);
    StepReport report = run(flattener, SimulationOptions.DEFAULT);
    boolean folds = report.symmetry().unfolded().isEmpty();
    boolean inPhases = flattener.plan().cluster().liveDimensions().size() > 1;
    Statistics.collect(folds && inPhases);
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
    if (folds && flattener.stragglers().isNone()) {
      assertThat(report.symmetry().colours()).isEqualTo(inPhases ? 1 : distinct(report));
    }
  }

  private static void assertSame(Flattener flattener, Backend backend) {
    assertSame(flattener, SimulationOptions.DEFAULT.with(backend));
  }

  private static void assertSame(Flattener flattener, SimulationOptions options) {
    StepReport unfolded = run(flattener, options.withSymmetry(false));
    StepReport folded = run(flattener, options);
    assertThat(folded.ranks()).isEqualTo(unfolded.ranks());
    assertThat(folded.symmetry().ranks()).isEqualTo(unfolded.symmetry().ranks());
    assertThat(like(folded, unfolded.symmetry())).isEqualTo(unfolded);
    if (options.backend() == Backend.CONGESTION_AWARE) {
      // Ranks that are alike may then end apart: which of two messages is first is not a colour.
      return;
    }
    assertThat(distinct(unfolded)).isLessThanOrEqualTo(folded.symmetry().colours());
  }

  /** The report, as if as many ranks had run. */
  private static StepReport like(StepReport report, Symmetry symmetry) {
    return new StepReport(
        report.plan(),
        report.stragglers(),
        report.iterationNanos(),
        report.microBatches(),
        report.tokens(),
        report.parameters(),
        report.modelOperations(),
        report.ranks(),
        report.stages(),
        symmetry,
        report.counts(),
        report.criticalPath());
  }

  private static long distinct(StepReport report) {
    return report.ranks().stream()
        .map(
            rank ->
                new RankTimes(
                    0,
                    rank.stage(),
                    rank.cycles(),
                    rank.compute(),
                    rank.communication(),
                    rank.exposedCommunication(),
                    rank.idle(),
                    rank.communications()))
        .distinct()
        .count();
  }

  private static StepReport run(Flattener flattener, SimulationOptions options) {
    return run(flattener, Mode.FLATTENED, options);
  }

  private static StepReport run(Flattener flattener, Mode mode, SimulationOptions options) {
    try {
      return ModeSimulation.run(flattener, mode, options, StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(options.toString(), e);
    }
  }
}
