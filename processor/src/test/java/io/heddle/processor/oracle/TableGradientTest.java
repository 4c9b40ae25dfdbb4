package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A table that embedding and head share, both on one stage: none of its gradient is reduced before
 * the last kernel that adds to it, whichever of the two that is.
 */
final class TableGradientTest {
  private static final long NORM_BYTES = 64 * 4;
  private static final long TABLE_BYTES = 512 * NORM_BYTES;
  private static final long LAYER_BYTES = (1 + 2 * 256) * NORM_BYTES;

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
        head  tied tokens
      }
      plan P of M {
        mesh     pp = @stages, dp = @replicas
        shard    { b over dp  layers over pp }
        batch    @batch  micro_batch 1
        schedule @schedule
        optimizer @optimizer
        reduce   @reduce
        on       c
      }
      """;

  private static final List<String> REDUCTIONS =
      List.of("per layer", "in buckets of 4 kB", "in buckets of 100 kB blocking", "in gaps");

  private static final List<String> OPTIMIZERS =
      List.of("adam", "adam sharded over dp", "adam sharded over dp, gradients sharded");

  private static Flattener flattener(
      String schedule, int stages, int microBatches, String optimizer, String reduce) {
    int replicas = 4 / stages;
    String text =
        PLAN.replace("@stages", "" + stages)
            .replace("@replicas", "" + replicas)
            .replace("@batch", "" + replicas * microBatches)
            .replace("@schedule", schedule)
            .replace("@optimizer", optimizer)
            .replace("@reduce", reduce);
    return GeneratedClass.flattener(Sources.compile(new Source("p.tfm", text), "P"));
  }

  private record Node(String name, long reduces) {}

  private static List<Node> nodes(Flattener flattener) {
    List<Node> nodes = new ArrayList<>();
    flattener.emit(
        0,
        new NodeSink() {
          @Override
          public void compute(NodeHeader node, Kernel kernel) {
            add(node, 0);
          }

          @Override
          public void collective(NodeHeader node, Collective collective, Group group, long size) {
            add(node, collective == Collective.ALL_GATHER ? 0 : size);
          }

          @Override
          public void send(NodeHeader node, int peer, int tag, long size) {}

          @Override
          public void receive(NodeHeader node, int peer, int tag, long size) {}

          private void add(NodeHeader node, long size) {
            StringBuilder name = new StringBuilder();
            node.appendName(name);
            nodes.add(new Node(name.toString(), size));
          }
        });
    return nodes;
  }

  /** The micro-batch of a backward pass with a dot behind it, where each has its reductions. */
  private static String microBatch(String name, boolean each) {
    return each ? name.replaceFirst("^bwd\\.(mb\\d+\\.).*", "$1") : "";
  }

  private static String kernel(String name, boolean each) {
    return microBatch(name, each) + name.replaceFirst("^bwd\\.mb\\d+\\.", "");
  }

  private static Map<String, Integer> lastOfEach(List<Node> nodes, boolean each) {
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      last.put(kernel(nodes.get(i).name(), each), i);
    }
    return last;
  }

  /** Bytes of gradients that a node completes: as the last kernel that adds to them. */
  private static long completedBy(
      int node, List<Node> nodes, Map<String, Integer> last, boolean each) {
    String name = nodes.get(node).name();
    if (!name.startsWith("bwd") || last.get(kernel(name, each)) != node) {
      return 0;
    }
    int embed = last.get(microBatch(name, each) + "embed.tokens.dw");
    int head = last.get(microBatch(name, each) + "head.tokens.dw");
    long table = node == Math.max(embed, head) ? TABLE_BYTES : 0;
    long norm = node == head ? NORM_BYTES : 0;
    return table + norm + (name.endsWith("mlp.up.dw") ? LAYER_BYTES : 0);
  }

  private static void holds(String schedule, int stages, int microBatches) {
    for (String optimizer : OPTIMIZERS) {
      boolean each = optimizer.endsWith("gradients sharded");
      for (String reduce : REDUCTIONS) {
        List<Node> nodes = nodes(flattener(schedule, stages, microBatches, optimizer, reduce));
        Map<String, Integer> last = lastOfEach(nodes, each);
        long complete = 0;
        long reduced = 0;
        for (int i = 0; i < nodes.size(); i++) {
          complete += completedBy(i, nodes, last, each);
          reduced += nodes.get(i).reduces();
          assertThat(reduced)
              .as("%s, %d, %s, %s: %s", schedule, microBatches, optimizer, reduce, nodes.get(i))
              .isLessThanOrEqualTo(complete);
        }
        assertThat(reduced).as("%s, %s, %s", schedule, optimizer, reduce).isEqualTo(complete);
      }
    }
  }

  @Test
  void aWholeBackwardPassEndsWithTheEmbedding() {
    holds("one_f_one_b", 1, 2);
  }

  @Test
  void theHeadsWeightPassOnOneStageComesBehindTheEmbedding() {
    holds("zero_bubble", 1, 2);
  }

  @Test
  void aVHasBothOnItsFirstStage() {
    for (String schedule : List.of("zb_v", "v_half", "v_min")) {
      for (int microBatches = 1; microBatches <= 6; microBatches += 2) {
        holds(schedule, 2, microBatches);
      }
    }
    holds("dualpipe_v", 2, 6);
  }
}
