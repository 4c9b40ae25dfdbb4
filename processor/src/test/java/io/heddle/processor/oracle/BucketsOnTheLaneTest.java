package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.timeline.LaneEntry;
import io.heddle.runtime.timeline.LaneEntry.Use;
import io.heddle.runtime.timeline.LaneTable;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A bucket of 250 MB at 50 GB/s holds the one communication lane for 5 ms, and the tensor
 * collective behind it waits. If all is reduced at the end, or cut to fit the gaps, none does.
 */
final class BucketsOnTheLaneTest {
  private static final String PLAN =
      """
      tfm 1
      device d {
        peak bf16 1000 TFLOPS
        memory 80 GiB at 1000 GB/s
      }
      cluster c {
        device d
        network switch 4 at 50 GB/s latency 500 ns
      }
      model M {
        param layers = 4, hidden = 4096, wide = 16384, vocab = 64, seq = 64
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
        mesh   dp = 2, tp = 2
        shard  { b over dp  f voc over tp  stream: s over tp }
        batch  4  micro_batch 1
        optimizer adam
        reduce @reduce
        dtype  bf16, gradients fp32
        on     c
      }
      """;

  private static final long BUCKET = 250_000_000;

  /** Half of it to the other rank and back, over two hops each, which reads and adds it. */
  private static final long HOLD =
      2 * (BUCKET / 2 / 50 + 2 * 500) + 3 * 10 + 3 * (BUCKET / 2 / 1000);

  private static Flattener flattener(String reduce) {
    return GeneratedClass.flattener(
        Sources.compile(new Source("p.tfm", PLAN.replace("@reduce", reduce)), "P"));
  }

  /**
   * A node.
   *
   * @param kernels for which it waits
   */
  private record Node(long id, String name, boolean onLane, long bytes, List<Long> kernels) {}

  private static List<Node> nodes(Flattener flattener) {
    List<Node> nodes = new ArrayList<>();
    flattener.emit(
        0,
        new NodeSink() {
          private final Set<Long> lane = new HashSet<>();

          @Override
          public void compute(NodeHeader node, Kernel kernel) {
            add(node, false, kernel.bytes());
          }

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
            add(node, true, bytes);
          }

          @Override
          public void send(NodeHeader node, int peer, int tag, long bytes) {
            add(node, true, bytes);
          }

          @Override
          public void receive(NodeHeader node, int peer, int tag, long bytes) {
            add(node, false, bytes);
          }

          private void add(NodeHeader node, boolean onLane, long bytes) {
            StringBuilder name = new StringBuilder();
            node.appendName(name);
            List<Long> parents = new ArrayList<>();
            for (NodeIds ids : List.of(node.dataDependencies(), node.controlDependencies())) {
              for (int i = 0; i < ids.size(); i++) {
                parents.add(ids.get(i));
              }
            }
            if (onLane) {
              lane.add(node.id());
              parents.removeAll(lane);
            }
            nodes.add(new Node(node.id(), name.toString(), onLane, bytes, parents));
          }
        });
    return nodes;
  }

  /** When rank 0 issued each of its nodes, and when they were done. */
  private record Times(Map<Long, Long> issued, Map<Long, Long> completed) {
    static Times of(Flattener flattener) {
      Times times = new Times(new HashMap<>(), new HashMap<>());
      SimulationResult result =
          new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
              .run(
                  new FlattenerWorkload(flattener),
                  (rank, node, kind, collective, group, issued, completed, exposed) -> {
                    if (rank == 0) {
                      times.issued.put(node, issued);
                      times.completed.put(node, completed);
                    }
                  });
      assertThat(result.diagnosis()).isEmpty();
      return times;
    }

    /** When the kernels were done for which a node waits. */
    long ready(Node node) {
      return node.kernels().stream().mapToLong(completed::get).max().orElseThrow();
    }

    long held(Node node) {
      return completed.get(node.id()) - issued.get(node.id());
    }

    /** How long a node waited for the lane. */
    long delay(Node node) {
      return issued.get(node.id()) - ready(node);
    }
  }

  @Test
  void aBucketDelaysTheCollectiveBehindIt() {
    Flattener flattener = flattener("in buckets of 250 MB");
    List<Node> lane = nodes(flattener).stream().filter(Node::onLane).toList();
    Times times = Times.of(flattener);
    List<Integer> buckets = new ArrayList<>();
    for (int i = 0; i < lane.size(); i++) {
      if (lane.get(i).name().contains(".reduce.dp") && lane.get(i).bytes() == BUCKET) {
        buckets.add(i);
      }
    }
    assertThat(buckets).hasSize(4);
    Node bucket = lane.get(buckets.get(0));
    Node behind = lane.get(buckets.get(0) + 1);
    long begin = times.issued.get(bucket.id());
    assertThat(HOLD).isBetween(5_000_000L, 5_400_000L);
    assertThat(times.completed.get(bucket.id()) - begin).isEqualTo(HOLD);
    assertThat(behind.name()).startsWith("bwd.mb1.layer").contains(".mlp.");
    assertThat(times.issued.get(behind.id())).isEqualTo(begin + HOLD);
    // The kernels beside the bucket are done long before.
    assertThat(times.delay(behind)).isEqualTo(HOLD - (times.ready(behind) - begin));
    assertThat(times.delay(behind)).isGreaterThan(4_500_000);
  }

  @Test
  void atTheEndNothingIsDelayed() {
    Flattener flattener = flattener("at end");
    Times times = Times.of(flattener);
    List<Node> tensor =
        nodes(flattener).stream()
            .filter(node -> node.onLane() && node.name().startsWith("bwd."))
            .toList();
    assertThat(tensor).hasSizeGreaterThan(4);
    long longest = tensor.stream().mapToLong(times::held).max().orElseThrow();
    assertThat(longest).isLessThan(10_000);
    for (Node node : tensor) {
      assertThat(node.name()).doesNotContain("reduce.dp");
      if (!node.kernels().isEmpty()) {
        assertThat(times.delay(node)).as(node.name()).isLessThanOrEqualTo(longest);
      }
    }
  }

  /**
   * Cut to fit, some is reduced beside the backward pass, and no tensor collective waits for it.
   */
  @Test
  void inTheGapsNothingIsDelayedEither() {
    Flattener flattener = flattener("in gaps");
    Times times = Times.of(flattener);
    List<Node> lane =
        nodes(flattener).stream()
            .filter(node -> node.onLane() && node.name().startsWith("bwd."))
            .toList();
    List<Node> tensor = lane.stream().filter(node -> !isReduction(node)).toList();
    long longest = tensor.stream().mapToLong(times::held).max().orElseThrow();
    long reduced = 0;
    boolean between = false;
    for (int i = 0; i < lane.size(); i++) {
      Node node = lane.get(i);
      if (isReduction(node)) {
        reduced += node.bytes();
        between |= i + 1 < lane.size() && !isReduction(lane.get(i + 1));
      } else if (!node.kernels().isEmpty()) {
        assertThat(times.delay(node)).as(node.name()).isLessThanOrEqualTo(longest);
      }
    }
    assertThat(between).isTrue();
    assertThat(reduced).isEqualTo(4L * (4 * (2L * 4096 * 8192 + 4096) + 2L * 32 * 4096 + 4096));
  }

  private static boolean isReduction(Node node) {
    return node.name().contains(".reduce.dp");
  }

  /** What `explain --schedule` shows is where the trace has it. */
  @Test
  void theOrderOfTheLaneIsThatOfTheTrace() {
    for (String reduce : List.of("in buckets of 250 MB", "per layer", "in gaps", "at end")) {
      Flattener flattener = flattener(reduce);
      LaneTable order = LaneTable.ofStages(flattener).get(0);
      List<String> shown = new ArrayList<>();
      long bytes = 0;
      for (LaneTable.Part part : order.parts()) {
        for (int i = 0; i < Math.max(1, part.actions().size()); i++) {
          for (LaneEntry entry : part.entries()) {
            bytes += entry.bytes();
            for (int n = 0; n < entry.nodes(); n++) {
              shown.add(entry.use() == Use.MODEL ? "tp" : entry.operation());
            }
          }
        }
      }
      List<Node> lane = nodes(flattener).stream().filter(Node::onLane).toList();
      assertThat(shown)
          .containsExactlyElementsOf(lane.stream().map(BucketsOnTheLaneTest::shortName).toList());
      assertThat(bytes).isEqualTo(lane.stream().mapToLong(Node::bytes).sum());
    }
  }

  private static String shortName(Node node) {
    String name = node.name();
    if (name.startsWith("step.")) {
      return name.substring("step.".length());
    }
    return name.endsWith(".reduce.dp") ? "reduce.dp" : "tp";
  }

  @Test
  void aBucketStandsBetweenTensorCollectives() {
    List<LaneTable.Part> parts =
        LaneTable.ofStages(flattener("in buckets of 250 MB")).get(0).parts();
    LaneTable.Part last = parts.get(parts.size() - 2);
    List<LaneEntry> entries = last.entries();
    int at = 0;
    while (entries.get(at).use() != Use.GRADIENTS) {
      at++;
    }
    assertThat(entries.get(at).nanos()).isEqualTo(HOLD);
    assertThat(entries.get(at).bytes()).isEqualTo(BUCKET);
    assertThat(entries.get(at - 1).axes()).containsExactly("tp");
    assertThat(entries.get(at + 1).axes()).containsExactly("tp");
    assertThat(
            LaneTable.ofStages(flattener("at end")).get(0).parts().stream()
                .filter(part -> !part.isStep())
                .flatMap(part -> part.entries().stream()))
        .allMatch(entry -> entry.use() == Use.MODEL);
  }
}
