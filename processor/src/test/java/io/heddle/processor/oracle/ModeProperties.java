package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Schedule;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Percentage;

/** The modes agree where they must. */
final class ModeProperties {
  private static PipelineSchedule named(String schedule) {
    return PipelineSchedule.named(schedule).orElseThrow();
  }

  private static final Percentage ONE_PERCENT = Percentage.withPercentage(1);

  /** On it the small models that are drawn take time. */
  private static final Device SLOW = new Device("slow", 1e9, 1, 1L << 30, 1e9, 1);

  /** What a coarser mode may say of a random plan, of the flattened time (docs/modes.md). */
  private static final double SHORTEST = 0.75;

  private static final double LONGEST = 1.75;

  private static StepReport run(Flattener flattener, Mode mode) {
    return run(flattener, mode, SimulationOptions.DEFAULT);
  }

  private static StepReport run(Flattener flattener, Mode mode, SimulationOptions options) {
    try {
      return ModeSimulation.run(flattener, mode, options, StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(mode.toString(), e);
    }
  }

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  /**
   * What passes wait for stands in their stand-ins once, also where two passes are side by side.
   */
  @Example
  void passesSideBySideWaitOnce() {
    Source source =
        new Source(
            "p.tfm",
            """
            tfm 1
            import "std/devices.tfm"
            model M {
              dim b
              dim s = 2, h = 4, voc = 4, f = 3, e = 3
              block mlp(x[b s h]) {
                weight w0[h f e], w3[f e h]
                t1[b s f e] = x * w0
                t2[b s f e] = gelu(t1) + t1
                t4[b s h]   = t2 * w3
                return x + t4
              }
              embed tokens[voc h]
              stack 4 of mlp
              head  tied tokens norm layernorm
            }
            plan P of M {
              mesh u = 2, pp = 2, v = 4
              shard { voc over u  h over v  layers over pp  stream: s over u }
              batch 6  micro_batch 1
              schedule dualpipe_v(messages = split)
              optimizer adam sharded over v
              reduce per layer blocking
              on flat(n = 16)
            }
            cluster flat(n = 1) {
              device h100_sxm
              network switch n at 50 GB/s latency 1 us
            }
            """);
    assertSameWork(GeneratedClass.flattener(Sources.compile(source, "P")));
  }

  /** Layers without weights have no pass for them, which could wait. */
  @Example
  void emptyPassesDoNotWait() {
    Source source =
        new Source(
            "p.tfm",
            """
            tfm 1
            import "std/devices.tfm"
            model M {
              dim b
              dim s = 4, h = 2, voc = 6
              block squash(x[b s h]) {
                y[b s h] = sigmoid(x)
                return x + y
              }
              embed tokens[voc h]
              stack 2 of squash
              head logits[h voc] norm layernorm
            }
            plan P of M {
              mesh u = 2, v = 2
              shard { s over u  voc over v  stream: h over v }
              batch 1  micro_batch 1
              schedule zero_bubble
              optimizer adam
              reduce per layer
              on flat(n = 4)
            }
            cluster flat(n = 1) {
              device h100_sxm
              network switch n at 50 GB/s latency 1 us
            }
            """);
    assertSameWork(GeneratedClass.flattener(Sources.compile(source, "P")));
  }

  /** Layers before all that is trained have no backward pass, whoever else has their block. */
  @Example
  void layersThatLeadToNothingTrainedHaveNoBackwardPass() {
    for (String schedule : List.of("one_f_one_b", "zero_bubble", "dualpipe_v")) {
      Source source =
          new Source(
              "p.tfm",
              """
              tfm 1
              import "std/devices.tfm"
              model M {
                dim b
                dim s = 4, h = 8, voc = 8, f = 16, r = 4
                block mlp(x[b s h]) {
                  weight up[h f], down[f h]
                  t[b s f] = gelu(x * up)
                  y[b s h] = t * down
                  return x + y
                }
                block adapter(x[b s h]) {
                  weight a[h r], c[r h]
                  t[b s r] = x * a
                  y[b s h] = t * c
                  return x + y
                }
                embed tokens[voc h]
                stack 4 of mlp
                stack 4 of mlp, adapter
                head logits[h voc] norm layernorm
              }
              plan P of M {
                mesh pp = 2, dp = 2
                shard { b over dp  layers over pp }
                batch 8  micro_batch 1
                schedule %s
                freeze embed, mlp, head
                optimizer adam
                reduce per layer
                on flat(n = 4)
              }
              cluster flat(n = 1) {
                device h100_sxm
                network switch n at 50 GB/s latency 1 us
              }
              """
                  .formatted(schedule));
      assertSameWork(GeneratedClass.flattener(Sources.compile(source, "P")));
    }
  }

  /** Whatever is simulated, the work is the plan's: to the last node, byte and ns of a kernel. */
  @Property(tries = 60)
  void allModesDoTheSameWork(@ForAll("models") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    GeneratedClass generated = GeneratedClass.of(compiled.get().java("demo"));
    PlanValues plan = generated.defaults();
    Cluster cluster = new Cluster("slow", SLOW, plan.cluster().dimensions());
    assertSameWork(generated.flattener(plan.on(cluster)));
  }

  /** So it is where networks have figures, which the coarser modes must take alike. */
  @Property(tries = 30)
  void allModesDoTheSameWorkOnAMeasuredNetwork(@ForAll("models") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    GeneratedClass generated = GeneratedClass.of(compiled.get().java("demo"));
    PlanValues plan = generated.defaults();
    List<NetworkDimension> network =
        plan.cluster().dimensions().stream().map(ModeProperties::measured).toList();
    assertSameWork(generated.flattener(plan.on(new Cluster("slow", SLOW, network))));
  }

  private static NetworkDimension measured(NetworkDimension dimension) {
    List<TransferFigures> lines =
        Arrays.stream(MeasuredTransfer.values())
            .map(kind -> new TransferFigures(kind, 0, 0.8 * dimension.bandwidth(), 1e3, 200))
            .toList();
    return new NetworkDimension(
        dimension.topology(), dimension.size(), dimension.bandwidth(), 100, lines);
  }

  private static void assertSameWork(Flattener flattener) {
    StepReport flattened = run(flattener, Mode.FLATTENED);
    for (Mode mode : List.of(Mode.HIERARCHICAL, Mode.HYBRID, Mode.ANALYTICAL)) {
      StepReport report = run(flattener, mode);
      assertSameCounts(report.counts(), flattened.counts());
      for (RankTimes rank : report.ranks()) {
        RankTimes same = flattened.ranks().get(rank.rank());
        assertThat(rank.compute()).as("%s, rank %s", mode, rank.rank()).isEqualTo(same.compute());
        assertThat(rank.idle().orElseThrow()).as("%s", mode).isNotNegative();
        assertThat(rank.exposedCommunication().orElseThrow())
            .as("exposed in mode %s, rank %s", mode, rank.rank())
            .isBetween(0L, rank.communication().orElseThrow());
        assertThat(rank.cycles()).isBetween(rank.compute(), report.iterationNanos());
        assertThat(rank.compute() + rank.exposedCommunication().orElseThrow())
            .as("%s, rank %s", mode, rank.rank())
            .isLessThanOrEqualTo(report.iterationNanos());
      }
      assertThat((double) report.iterationNanos() / flattened.iterationNanos())
          .as("%s of flattened", mode)
          .isBetween(SHORTEST, LONGEST);
    }
  }

  private static void assertSameCounts(StepCounts counts, StepCounts flattened) {
    assertThat(counts.computeNodes()).isEqualTo(flattened.computeNodes());
    assertThat(counts.collectiveNodes()).isEqualTo(flattened.collectiveNodes());
    assertThat(counts.sendNodes()).isEqualTo(flattened.sendNodes());
    assertThat(counts.receiveNodes()).isEqualTo(flattened.receiveNodes());
    assertThat(counts.modelMatmulOperations()).isEqualTo(flattened.modelMatmulOperations());
    assertThat(counts.recomputedMatmulOperations())
        .isEqualTo(flattened.recomputedMatmulOperations());
    assertThat(counts.pointwiseOperations()).isEqualTo(flattened.pointwiseOperations());
    assertThat(counts.rescoreOperations()).isEqualTo(flattened.rescoreOperations());
    assertThat(counts.memoryBytes()).isEqualTo(flattened.memoryBytes());
    assertThat(counts.sentBytes()).isEqualTo(flattened.sentBytes());
    assertThat(counts.sentInGroupsBytes()).isEqualTo(flattened.sentInGroupsBytes());
    assertThat(counts.traffic()).isEqualTo(flattened.traffic());
  }

  private static final NetworkDimension NODE = new NetworkDimension(Topology.SWITCH, 8, 450e9, 500);

  /** A network as good as none. */
  private static final NetworkDimension FREE =
      new NetworkDimension(Topology.FULLY_CONNECTED, 8, 1e18, 0);

  /** Llama 3 8B with eight layers, four micro-batches, on eight ranks. */
  private static Flattener llama(
      PipelineSchedule schedule, int chunks, String axis, NetworkDimension network) {
    Map<String, Long> numbers =
        chunks == 1 ? Map.of("batch", 16L) : Map.of("batch", 16L, "chunks", (long) chunks);
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    GeneratedClass generated =
        GeneratedClass.of(
            compiler
                .compile(
                    "Pod64",
                    PlanChanges.of("schedule = " + schedule.name())
                        .and(PlanChanges.numbers(numbers)))
                .orElseThrow()
                .java("demo"));
    PlanValues plan = generated.defaults();
    Cluster cluster = new Cluster("eight", plan.cluster().device(), List.of(network));
    return generated.flattener(
        plan.withParameter("layers", 16)
            .withAxis("pp", axis.equals("pp") ? 8 : 1)
            .withAxis("dp", axis.equals("dp") ? 8 : 1)
            .withAxis("tp", axis.equals("tp") ? 8 : 1)
            .withBatch(axis.equals("dp") ? 16 : 8, 1)
            .withSchedule(new Schedule(schedule.name(), chunks))
            .on(cluster));
  }

  private static void assertHierarchicalIsFlattened(Flattener flattener) {
    for (Backend backend : Backend.values()) {
      SimulationOptions options = SimulationOptions.DEFAULT.with(backend);
      assertThat(run(flattener, Mode.HIERARCHICAL, options).iterationNanos())
          .as("%s", backend)
          .isCloseTo(run(flattener, Mode.FLATTENED, options).iterationNanos(), ONE_PERCENT);
    }
  }

  @Example
  void tensorParallelismAloneIsAsFlattened() {
    assertHierarchicalIsFlattened(llama(named("one_f_one_b"), 1, "tp", NODE));
  }

  @Example
  void dataParallelismAloneIsAsFlattened() {
    assertHierarchicalIsFlattened(llama(named("one_f_one_b"), 1, "dp", NODE));
  }

  @Example
  void pipelinesWithFreeMessagesAreAsFlattened() {
    assertHierarchicalIsFlattened(llama(named("gpipe"), 1, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("one_f_one_b"), 1, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("interleaved"), 2, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("zero_bubble"), 1, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("zb_v"), 1, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("v_half"), 1, "pp", FREE));
    assertHierarchicalIsFlattened(llama(named("v_min"), 1, "pp", FREE));
  }
}
