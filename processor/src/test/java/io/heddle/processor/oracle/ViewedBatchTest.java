package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.PlanValues;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The batch may lie over an axis of a view, as over one of the mesh. */
final class ViewedBatchTest {
  private static final String TEXT =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/models/mixtral.tfm"
      import "std/clusters.tfm"
      plan P of %s {
        %s
        shard { b over a  s over c  g f voc over tp }
        context ring
        batch 16  micro_batch 1
        %s
        on hgx_h100
      }
      """;

  private static Flattener flattener(String model, String mesh, String line) {
    Source source = new Source("m.tfm", TEXT.formatted(model, mesh, line));
    return GeneratedClass.flattener(Sources.compile(source, "P"));
  }

  /** The nodes of a rank; only the names of groups tell the axes of the mesh. */
  private static List<String> lines(Flattener flattener, int rank) {
    return NodeLines.of(flattener, rank).stream()
        .map(line -> line.replaceAll("\\S+@\\S+", ""))
        .toList();
  }

  /** Ranks (a, c) are those of dp in both: the traces must be the same to the last byte. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer adam",
        "optimizer adam clipped sharded over a",
        "optimizer adam sharded over a, c",
        "optimizer adam sharded over a, c, gradients sharded, weights sharded"
      })
  void isAsOnAMesh(String optimizer) {
    String model = "Llama3_8B(layers = 2)";
    Flattener viewed =
        flattener(model, "mesh dp = 4, tp = 2  view w: (dp) = (a c) where c = 2", optimizer);
    Flattener meshed = flattener(model, "mesh a = 2, c = 2, tp = 2", optimizer);
    for (int rank = 0; rank < viewed.mesh().ranks(); rank++) {
      assertThat(lines(viewed, rank)).isEqualTo(lines(meshed, rank));
    }
  }

  /** Experts and tokens may both lie over axes of one view. */
  @Test
  void theTokensOfExpertsToo() {
    String text =
        """
        tfm 1
        import "std/models/mixtral.tfm"
        import "std/clusters.tfm"
        plan P of Mixtral_8x7B(layers = 2) {
          mesh dp = 8
          %s
          shard { b over %s  e over ep }
          batch 16  micro_batch 1
          optimizer adam sharded over %s
          on hgx_h100
        }
        """;
    List<String> viewed = new ArrayList<>();
    List<String> meshed = new ArrayList<>();
    Flattener first =
        GeneratedClass.flattener(
            Sources.compile(
                new Source(
                    "m.tfm",
                    text.formatted("view moe: (dp) = (edp ep) where ep = 4", "edp, ep", "edp, ep")),
                "P"));
    Flattener second =
        GeneratedClass.flattener(
            Sources.compile(
                new Source(
                    "m.tfm",
                    text.formatted("", "edp, ep", "edp, ep")
                        .replace("mesh dp = 8", "mesh edp = 2, ep = 4")),
                "P"));
    for (int rank = 0; rank < 8; rank++) {
      viewed.addAll(lines(first, rank));
      meshed.addAll(lines(second, rank));
    }
    assertThat(viewed).isEqualTo(meshed).isNotEmpty();
    PlanValues values = first.plan();
    assertThat(values.batch()).isEqualTo(16);
  }
}
