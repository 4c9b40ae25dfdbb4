package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Weights that layers share: none of their gradients is reduced before the last kernel of the stage
 * that adds to it, they are before the last layers are done, and all are by the end.
 */
final class SharedGradientsTest {
  private static final String MODEL =
      """
      model Small {
        dim b
        dim s = 16, h = 64, f = 256, wide = 2048, voc = 512
        block mlp(x[b s h]) {
          weight up[h wide], down[wide h]
          u[b s wide] = gelu(x * up)
          y[b s h] = u * down
          return x + y
        }
        block gate(x[b s h]) {
          weight w[h f], v[f h]
          u[b s f] = silu(x * w)
          y[b s h] = u * v
          return x + y
        }
        embed tokens[voc h]
        stack 16 of cycle(2 of gate, 2 of (gate, shared mlp))
        head  logits[h voc] norm none
      }
      """;

  private static final long TABLE = 512 * 64 * 4;
  private static final long BLOCK = 2 * 64 * 256 * 4;

  /** More than all that the last layers and the embedding have. */
  private static final long SHARED = 2 * 64 * 2048 * 4;

  /** The kernels behind which the gradients of a block are complete. */
  private static final Map<String, Long> BYTES =
      Map.of(
          "embed.tokens.dw",
          TABLE,
          "head.logits.dw",
          TABLE,
          "gate.w.dw",
          BLOCK,
          "mlp.up.dw",
          SHARED);

  private static final Pattern NAME = Pattern.compile("bwd\\.mb(\\d+)\\.(?:(l\\w*?\\d+)\\.)?(.*)");

  static Stream<Arguments> plans() {
    List<List<String>> ends =
        List.of(
            List.of("adam", "per layer"),
            List.of("adam", "in gaps"),
            List.of("adam sharded over dp", "in buckets of 4 kB"),
            List.of("adam sharded over dp, gradients sharded", "per layer"),
            List.of("adam sharded over dp, gradients sharded", "in buckets of 100 kB blocking"));
    List<String> schedules =
        List.of("one_f_one_b", "zero_bubble", "interleaved(chunks = 2)", "zb_v", "dualpipe_v");
    return schedules.stream()
        .flatMap(schedule -> ends.stream().map(end -> arguments(schedule, end.get(0), end.get(1))));
  }

  private record Node(String name, long reduces) {}

  @ParameterizedTest
  @MethodSource("plans")
  void waitForTheLastLayerThatAdds(String schedule, String optimizer, String reduce) {
    String plan =
        """
        mesh      pp = 2, dp = 4
        layout    pp > dp
        shard     { b over dp  layers over pp }
        schedule  @schedule
        optimizer @optimizer
        reduce    @reduce
        """
            .replace("@schedule", schedule)
            .replace("@optimizer", optimizer)
            .replace("@reduce", reduce);
    Flattener flattener = GeneratedClass.flattener(SmallModels.compile(MODEL, plan, 24));
    boolean each = optimizer.endsWith("gradients sharded");
    for (int stage = 0; stage < 2; stage++) {
      List<Node> nodes = nodes(flattener, 4 * stage);
      Map<String, Integer> last = new HashMap<>();
      for (int i = 0; i < nodes.size(); i++) {
        last.put(gradient(nodes.get(i).name(), each), i);
      }
      long complete = 0;
      long reduced = 0;
      long beforeTheLast = 0;
      for (int i = 0; i < nodes.size(); i++) {
        String name = nodes.get(i).name();
        String gradient = gradient(name, each);
        if (!gradient.isEmpty() && last.get(gradient) == i) {
          complete += BYTES.get(kernel(name));
          beforeTheLast = reduced;
        }
        reduced += nodes.get(i).reduces();
        assertThat(reduced).as(name).isLessThanOrEqualTo(complete);
      }
      assertThat(reduced).isEqualTo(complete).isPositive();
      assertThat(reduced - beforeTheLast).isLessThan(SHARED);
    }
  }

  private static String kernel(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? matcher.group(3) : "";
  }

  /** What gradient the kernel completes or adds to; empty for others. */
  private static String gradient(String name, boolean each) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || !BYTES.containsKey(matcher.group(3))) {
      return "";
    }
    boolean isShared = matcher.group(3).startsWith("mlp");
    return (each ? matcher.group(1) : "")
        + " "
        + (isShared ? "" : matcher.group(2))
        + " "
        + matcher.group(3);
  }

  /** The nodes of a rank; those of the end of the step add up what stages have made. */
  private static List<Node> nodes(Flattener flattener, int rank) {
    List<Node> nodes = new ArrayList<>();
    flattener.emit(
        rank,
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
            boolean ofStages = name.indexOf("tied") >= 0;
            nodes.add(new Node(name.toString(), ofStages ? 0 : size));
          }
        });
    return nodes;
  }
}
