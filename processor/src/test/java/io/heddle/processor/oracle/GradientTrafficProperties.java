package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What data-parallel ranks send each other, in closed form: over n ranks, of P bytes of weights and
 * G bytes of gradients, with k micro-batches.
 */
final class GradientTrafficProperties {
  private static final int HIDDEN = 64;
  private static final int WIDE = 256;
  private static final int VOCABULARY = 512;

  private static final String PLAN =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param layers = 8, hidden = 64, wide = 256, vocab = 512, seq = 16
        dim b
        dim s = seq, h = hidden, f = wide, voc = vocab
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
        }
        embed tokens[voc h]
        stack layers of mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh   pp = 2, dp = 4, tp = 1
        shard  { b over dp  f voc over tp  layers over pp  stream: s over tp }
        batch  16  micro_batch 1
        schedule zero_bubble
        @optimizer
        on     hgx_h100(nodes = 1)
      }
      """;

  private static final List<String> REDUCTIONS =
      List.of(
          "",
          "reduce at end",
          "reduce per layer",
          "reduce per layer blocking",
          "reduce in buckets of 4 kB",
          "reduce in buckets of 40000 B blocking",
          "reduce in buckets of 1 GB",
          "reduce in gaps");

  private static final String SHARDED = "optimizer adam sharded over dp";
  private static final Map<String, GeneratedClass> CLASSES = new HashMap<>();

  private static GeneratedClass generated(String optimizer, String reduction) {
    return CLASSES.computeIfAbsent(
        optimizer + "\n" + reduction,
        lines -> {
          Source source = new Source("p.tfm", PLAN.replace("@optimizer", lines));
          TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
          return GeneratedClass.of(compiler.compile("P").orElseThrow().java("demo"));
        });
  }

  /** A mesh with as many micro-batches as asked for, on a machine of its size. */
  private static Flattener flattener(GeneratedClass generated, int stages, int replicas, int m) {
    PlanValues values =
        generated
            .defaults()
            .withAxis("pp", stages)
            .withAxis("dp", replicas)
            .withBatch((long) replicas * m, 1);
    return generated.flattener(values.on(machine(values.cluster(), stages * replicas)));
  }

  private static Cluster machine(Cluster cluster, int ranks) {
    NetworkDimension first = cluster.dimensions().get(0);
    return new Cluster(
        cluster.name(),
        cluster.device(),
        List.of(
            new NetworkDimension(
                first.topology(), ranks, first.bandwidth(), first.latencyNanos())));
  }

  /** Elements that all stages have together; each divides by 4, as does that of each stage. */
  private static long elements() {
    long layer = HIDDEN + 2L * HIDDEN * WIDE;
    return 8 * layer + 2L * VOCABULARY * HIDDEN + HIDDEN;
  }

  /** Bytes that the ranks of one replica send in collectives, times n, which makes them whole. */
  private static long wire(Flattener flattener) {
    long[] bytes = new long[1];
    NodeSink sink =
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {}

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long size) {
            long n = group.size();
            assertThat(group.axes()).containsExactly("dp");
            bytes[0] +=
                switch (collective) {
                  case ALL_REDUCE -> 2 * (n - 1) * size;
                  case REDUCE_SCATTER -> (n - 1) * size;
                  case ALL_GATHER -> n * (n - 1) * size;
                  case ALL_TO_ALL -> throw new AssertionError(node.operation());
                };
          }

          @Override
          public void send(NodeHeader node, int peer, int tag, long size) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long size) {}
        };
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      if (flattener.mesh().coordinate(rank, "dp") == 0) {
        flattener.emit(rank, sink);
      }
    }
    return bytes[0];
  }

  @Property(tries = 150)
  void bytesOnTheWire(
      @ForAll @IntRange(min = 0, max = 7) int reduction,
      @ForAll @IntRange(min = 1, max = 2) int stages,
      @ForAll @IntRange(min = 0, max = 2) int replicas,
      @ForAll @IntRange(min = 1, max = 5) int m) {
    int n = 1 << replicas;
    String reduce = REDUCTIONS.get(reduction);
    long p = 2 * elements();
    long g = 4 * elements();
    assertWire("optimizer adam", reduce, stages, n, m, 2 * g);
    assertWire(SHARDED, reduce, stages, n, m, g + p);
    assertWire(SHARDED + ", gradients sharded", reduce, stages, n, m, m * g + p);
    assertWire(SHARDED + ", weights sharded", reduce, stages, n, m, 2 * p * m + m * g);
    assertWire(SHARDED + ", weights sharded, gradients whole", reduce, stages, n, m, 2 * p * m + g);
    assertWire(
        SHARDED + ", gradients whole, weights sharded(prefetch = 3, gathered = once)",
        reduce,
        stages,
        n,
        m,
        2 * p + g);
    assertWire(
        SHARDED + ", gradients sharded, weights sharded(prefetch = 0)",
        reduce,
        stages,
        n,
        m,
        2 * p * m + m * g);
  }

  private static void assertWire(
      String optimizer, String reduction, int stages, int n, int m, long bytes) {
    GeneratedClass generated = generated(optimizer, reduction);
    for (Schedule schedule : schedules(stages, m)) {
      Flattener flattener = flattener(generated, stages, n, m);
      Flattener scheduled = generated.flattener(flattener.plan().withSchedule(schedule));
      assertThat(wire(scheduled))
          .as("%s, %s, %s, %d ranks", optimizer, reduction, schedule, n)
          .isEqualTo((n - 1) * bytes);
    }
  }

  private static List<Schedule> schedules(int stages, int m) {
    List<Schedule> any =
        new ArrayList<>(
            Stream.of(
                    "one_f_one_b", "gpipe", "zero_bubble", "zb_v", "v_half", "v_min", "dualpipe_v")
                .map(Schedule::of)
                .toList());
    if (m % stages == 0) {
      any.add(new Schedule("interleaved", 2));
    }
    return any;
  }

  @Property(tries = 20)
  void anAxisOfOneRankChangesNothing(
      @ForAll @IntRange(min = 0, max = 7) int reduction,
      @ForAll @IntRange(min = 1, max = 2) int stages,
      @ForAll @IntRange(min = 1, max = 4) int m) {
    Flattener plain = flattener(generated("optimizer adam", ""), stages, 1, m);
    for (String more : List.of("", ", gradients sharded", ", weights sharded(prefetch = 2)")) {
      GeneratedClass generated = generated(SHARDED + more, REDUCTIONS.get(reduction));
      Flattener flattener = flattener(generated, stages, 1, m);
      for (int rank = 0; rank < stages; rank++) {
        assertThat(NodeLines.of(flattener, rank)).isEqualTo(NodeLines.of(plain, rank));
      }
    }
  }

  /** A plan that splits over an axis of one rank is one that does not name the axis. */
  @Example
  void norDoesOneOfTensorParallelism() {
    for (String optimizer : List.of("optimizer adam", SHARDED + ", weights sharded")) {
      String with = PLAN.replace("@optimizer", optimizer);
      String without =
          with.replace(", tp = 1", "")
              .replace("f voc over tp", "")
              .replace("stream: s over tp", "");
      assertThat(without).doesNotContain("tp");
      Flattener split = GeneratedClass.flattener(Sources.compile(new Source("p.tfm", with), "P"));
      Flattener plain =
          GeneratedClass.flattener(Sources.compile(new Source("p.tfm", without), "P"));
      for (int rank = 0; rank < 8; rank++) {
        assertThat(NodeLines.of(split, rank)).isEqualTo(NodeLines.of(plain, rank));
      }
    }
  }

  @Property(tries = 100)
  void everyStepEnds(
      @ForAll @IntRange(min = 0, max = 7) int reduction,
      @ForAll @IntRange(min = 0, max = 3) int sharding,
      @ForAll @IntRange(min = 1, max = 2) int stages,
      @ForAll @IntRange(min = 1, max = 4) int m,
      @ForAll Backend backend,
      @ForAll boolean rendezvous)
      throws UnfinishedStepException {
    String sharded =
        List.of(
                "optimizer adam clipped",
                SHARDED + ", gradients sharded",
                SHARDED + ", weights sharded, gradients whole",
                SHARDED + ", weights sharded(prefetch = 2, gathered = once)")
            .get(sharding);
    GeneratedClass generated = generated(sharded, REDUCTIONS.get(reduction));
    Flattener flattener = flattener(generated, stages, 2, m);
    for (Schedule schedule : schedules(stages, m)) {
      Flattener scheduled = generated.flattener(flattener.plan().withSchedule(schedule));
      SimulationOptions options =
          SimulationOptions.DEFAULT.with(backend).withRendezvous(rendezvous);
      assertThat(StepSimulation.run(scheduled, options, StepProgress.SILENT).iterationSeconds())
          .isPositive();
    }
  }

  /** What is split needs an n-th of its memory, and room for what is gathered at a time. */
  @Example
  void shardsAndGatheredUnitsInMemory() {
    MemoryEstimate whole = memory(SHARDED);
    MemoryEstimate split = memory(SHARDED + ", weights sharded(prefetch = 2)");
    MemoryEstimate kept = memory(SHARDED + ", gradients whole, weights sharded(gathered = once)");
    long layer = HIDDEN + 2L * HIDDEN * WIDE;
    long table = (long) VOCABULARY * HIDDEN;
    long largest = Math.max(layer, table);
    assertThat(whole.weights(0)).isEqualTo(2 * (4 * layer + table));
    assertThat(split.gradients(0)).isEqualTo(whole.gradients(0) / 4);
    assertThat(split.weights(0)).isEqualTo(whole.weights(0) / 4 + 2 * 3 * largest);
    assertThat(kept.weights(0)).isEqualTo(whole.weights(0));
    assertThat(kept.gradients(0)).isEqualTo(whole.gradients(0));
  }

  private static MemoryEstimate memory(String optimizer) {
    Source source = new Source("p.tfm", PLAN.replace("@optimizer", optimizer));
    TfmCompiler.Compiled compiled =
        TfmCompiler.read(source, Imports.LIBRARY_ONLY).compile("P").orElseThrow();
    return new MemoryEstimate(compiled.program(), compiled.numbers());
  }

  /**
   * On the one communication lane, buckets that fit beside the kernels between two collectives of
   * tensor parallelism spare time; one bucket that is too long for them delays those behind it.
   */
  @Example
  void smallBucketsFitTheGapsAndBigOnesDoNot() throws UnfinishedStepException {
    double atEnd = secondsWithTensorParallelism("reduce at end");
    assertThat(secondsWithTensorParallelism("reduce in buckets of 32 MB")).isLessThan(atEnd);
    assertThat(secondsWithTensorParallelism("reduce in buckets of 500 MB")).isGreaterThan(atEnd);
    assertThat(secondsWithTensorParallelism("reduce in gaps")).isLessThan(atEnd);
  }

  private static double secondsWithTensorParallelism(String reduction)
      throws UnfinishedStepException {
    GeneratedClass generated = generated(SHARDED, reduction);
    PlanValues values =
        generated
            .defaults()
            .withAxis("pp", 1)
            .withAxis("dp", 4)
            .withAxis("tp", 2)
            .withParameter("hidden", 2048)
            .withParameter("wide", 8192)
            .withParameter("seq", 2048)
            .withParameter("vocab", 1024)
            .withBatch(4, 1);
    return StepSimulation.run(generated.flattener(values), StepProgress.SILENT).iterationSeconds();
  }
}
