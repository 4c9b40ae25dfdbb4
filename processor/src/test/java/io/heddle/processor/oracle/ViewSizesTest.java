package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.Flattener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The size of a view's axis is changed as that of the mesh's is: the traces are the plan's. */
final class ViewSizesTest {
  private static final String PLAN =
      """
      tfm 1
      import "std/models/mixtral.tfm"
      import "std/clusters.tfm"
      plan P of Mixtral_8x7B(layers = 2) {
        mesh   dp = 8, tp = 2
        layout dp > tp
        view   moe: (dp tp) = (edp ep) where ep = 1
        shard {
          b     over dp
          g voc over tp
          e     over ep
        }
        batch 16  micro_batch 1
        optimizer  adam sharded over dp
        on         hgx_h100(nodes = 2)
      }
      """;

  @ParameterizedTest
  @ValueSource(strings = {"2", "4", "8", "tp * 4"})
  void aSetSizeIsTheWrittenOne(String size) {
    Source written = new Source("p.tfm", PLAN.replace("ep = 1", "ep = " + size));
    Flattener expected = GeneratedClass.flattener(Sources.compile(written, "P"));
    TfmCompiler.Compiled changed =
        TfmCompiler.read(new Source("p.tfm", PLAN), Imports.LIBRARY_ONLY)
            .compile("P", PlanChanges.of("ep = " + size))
            .orElseThrow();
    Flattener flattener = GeneratedClass.flattener(changed);
    for (int rank = 0; rank < 16; rank++) {
      assertThat(NodeLines.of(flattener, rank)).isEqualTo(NodeLines.of(expected, rank));
    }
  }
}
