package io.heddle.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.Execution;
import io.heddle.cli.source.Specification;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.astrasim.EmitProgress;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.Provenance;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Traces of random pairs of pools. */
class ServeTracesProperties {
  private static final int LAYERS = 4;
  private static final int HEADS = 8;
  private static final int PROMPT = 64;
  private static final long BYTES_OF_HEAD = 2 * 128 * 2;

  /** An instance of a pool. */
  record Shape(int pp, int dp, int tp) {
    int ranks() {
      return pp * dp * tp;
    }

    String lines() {
      return "mesh pp = %d, dp = %d, tp = %d  layout pp > dp > tp\n".formatted(pp, dp, tp)
          + "  shard { layers over pp  b over dp  g f voc over tp }\n";
    }
  }

  /**
   * Two pools.
   *
   * @param sequences of a replica of prefill
   * @param a100 whether the second has another device and network
   */
  record Pools(
      Shape prefill, Shape decode, int sequences, int steps, boolean byLayer, boolean a100) {
    /** Instances of ranks that fill nodes of eight. */
    int instances(Shape shape) {
      return Math.max(1, 8 / shape.ranks());
    }

    int all() {
      return instances(prefill) * prefill.dp * sequences;
    }

    int ofReplica() {
      int places = instances(decode) * decode.dp * decode.pp;
      return (all() + places - 1) / places;
    }

    String cluster(Shape shape, String name) {
      return shape.ranks() < 8
          ? "%s(gpus = %d)".formatted(name, shape.ranks())
          : "%s(nodes = %d)".formatted(name, shape.ranks() / 8);
    }

    String text() {
      return """
          tfm 1
          import "std/models/llama3.tfm"
          import "std/measured/h100_sxm.tfm"
          import "std/measured/a100_sxm_80gb.tfm"
          plan Prefill of Llama3_8B(layers = %d) {
            %s
            prefill %d (sequences = %d)
            on      %s
          }
          plan Decode of Llama3_8B(layers = %d) {
            %s
            decode  %d (context = %d)
            on      %s
          }
          serve S of Llama3_8B {
            pool     prefill %d of Prefill, decode %d of Decode
            transfer (at = 45 GB/s, latency = 2 us%s)
            requests closed 4 (input = 64, output = 16)
            batching vllm
          }
          """
          .formatted(
              LAYERS,
              prefill.lines(),
              PROMPT * sequences,
              sequences,
              cluster(prefill, "hgx_h100_measured"),
              LAYERS,
              decode.lines(),
              ofReplica(),
              PROMPT,
              cluster(decode, a100 ? "dgx_a100_measured" : "hgx_h100_measured"),
              instances(prefill),
              instances(decode),
              byLayer ? ", overlap = layer" : "");
    }

    PoolsFlattener flattener() {
      Specification file = Specification.of(Path.of("pools.tfm"), text());
      TfmCompiler compiler = file.compiler();
      Optional<Serving> serving = compiler.serve("S");
      assertThat(serving).as(Rendering.of(file.findings()) + text()).isPresent();
      Optional<ServeTraces> made =
          ServeTraces.of(compiler, serving.orElseThrow(), PoolSettings.NONE);
      assertThat(made).as(Rendering.of(file.findings()) + text()).isPresent();
      return made.orElseThrow().flattener(steps);
    }
  }

  @Provide
  Arbitrary<Pools> pools() {
    Arbitrary<Shape> shapes =
        Combinators.combine(
                Arbitraries.of(1, 2, 4), Arbitraries.of(1, 2, 4), Arbitraries.of(1, 2, 4, 8))
            .as(Shape::new)
            .filter(shape -> shape.ranks() <= 16);
    return Combinators.combine(
            shapes,
            shapes,
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 3),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Pools::new);
  }

  /** What goes from pool to pool. */
  private static final class Crossing implements NodeSink {
    private final int border;
    private final int rank;
    final Map<List<Integer>, Long> sent = new HashMap<>();
    final Map<List<Integer>, Long> received = new HashMap<>();
    final Map<Integer, Long> cacheTo = new HashMap<>();
    final Set<List<Integer>> groups = new HashSet<>();

    Crossing(int border, int rank) {
      this.border = border;
      this.rank = rank;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {}

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      assertThat(group.position(rank)).isNotNegative();
      groups.add(List.of(group.id(), group.member(0)));
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      add(sent, rank, peer, tag, bytes);
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      add(received, peer, rank, tag, bytes);
      if (node.operation().equals("cache.recv")) {
        cacheTo.merge(rank, bytes, Long::sum);
      }
    }

    private void add(Map<List<Integer>, Long> to, int from, int destination, int tag, long bytes) {
      if (from < border && destination >= border) {
        assertThat(bytes).isPositive();
        assertThat(to.put(List.of(from, destination, tag), bytes)).isNull();
      }
    }
  }

  @Property(tries = 60)
  void allCachesArriveOnceAndKeysAreUnique(@ForAll("pools") Pools pools) {
    PoolsFlattener set = pools.flattener();
    int border = pools.instances(pools.prefill) * pools.prefill.ranks();
    Map<List<Integer>, Long> sent = new HashMap<>();
    Map<List<Integer>, Long> received = new HashMap<>();
    Set<List<Integer>> groups = new HashSet<>();
    long arrived = 0;
    for (int rank = 0; rank < set.mesh().ranks(); rank++) {
      Crossing crossing = new Crossing(border, rank);
      set.emit(rank, crossing);
      sent.putAll(crossing.sent);
      received.putAll(crossing.received);
      groups.addAll(crossing.groups);
      arrived += crossing.cacheTo.getOrDefault(rank, 0L);
    }
    assertThat(received).isEqualTo(sent);
    assertThat(groups.stream().map(group -> group.get(0)).distinct()).hasSize(groups.size());
    // Of each sequence all heads, on tp ranks a part each, or whole heads where there are fewer.
    assertThat(arrived).isEqualTo((long) pools.all() * PROMPT * LAYERS * HEADS * BYTES_OF_HEAD);
  }

  @Property(tries = 25)
  void runAndSimulateAgreeToTheTick(@ForAll("pools") Pools pools) throws Exception {
    PoolsFlattener set = pools.flattener();
    StepReport report = StepSimulation.run(set, StepProgress.SILENT);
    Path folder = Files.createTempDirectory("pools");
    try {
      TraceFolder.write(
          set, new EmitRequest(folder, "w", 2, false, Provenance.NONE), EmitProgress.SILENT);
      Execution verified = Execution.of("verify", folder);
      assertThat(verified.exit()).as(verified.out()).isZero();
      assertThat(verified.out()).contains("0 errors, 0 warnings");
      long last = 0;
      JsonNode json = Execution.of("simulate", folder, "--json").json();
      for (JsonNode rank : json.get("ranks")) {
        last = Math.max(last, rank.get("wall_time").asLong());
      }
      assertThat(report.iterationNanos()).isEqualTo(last);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
