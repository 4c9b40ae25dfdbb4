package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.SweepCompiler.Dropped;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PointSpaceTest {
  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan P of Llama3_8B {
        mesh   pp = 1, dp = 4, tp = 2
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp }
        batch  8 * dp  micro_batch 1
        on     hgx_h100(nodes = dp * tp * pp / 8)
      }
      plan Q of Llama3_8B {
        mesh   pp = 1, dp = 4, tp = 2
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp }
        batch  64  micro_batch 1
        on     hgx_h100(nodes = 2)
      }
      sweep S of %s {
        %s
      }
      """;

  private static SweepCompiler sweep(String plan, String lines) {
    String text = FILE.formatted(plan, lines.replace(";", "\n"));
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    return compiler.sweep("S").orElseThrow(() -> new AssertionError(compiler.diagnostics()));
  }

  private static Map<String, Long> reasons(PointSpace space) {
    Map<String, Long> reasons = new TreeMap<>();
    long number = 0;
    while (number < space.size()) {
      Optional<PointSpace.Excluded> excluded = space.excluded(number);
      long end = excluded.map(PointSpace.Excluded::end).orElse(number + 1);
      reasons.merge(excluded.map(PointSpace.Excluded::reason).orElse(""), end - number, Long::sum);
      number = end;
    }
    return reasons;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          P | tp in 1, 2, 3, 4; pp in 1, 2, 3; dp = 16 / (tp * pp)
          P | tp in 1, 2, 4; dp in 2, 4; keep when tp * dp == 8; pp in 1, 2, 4
          P | tp in 1, 2, 4; dp in 2, 4; keep when batch > 16 and micro_batch == 1
          P | layers in 16, 32; pp in 1, 3, 4; keep when layers % pp == 0 or tp > 2
          P | tp in 1, 2 * 2; dp in 2, 4; keep when tp * dp == 8
          Q | tp in 1, 2, 4; pp in 1, 2; dp in 2, 4, 8; micro_batch in 1, 3
          Q | tp in 2, 4; nodes in 1, 2, 4; pp in 1, 2, 4; dp = nodes * 8 / (tp * pp)
          Q | mesh in (pp = 2, dp = 4, tp = 2), (pp = 1, dp = 4, tp = 2); keep when pp * dp == 8
          Q | schedule in gpipe, interleaved(chunks = 2); pp in 1, 2, 4; dp = 8 / pp; keep when pp > 1
          Q | tp in 1, 2, 4; dp in 2, 4, 8; keep when ranks == 16
          Q | tp in 1, 2, 4; dp in 2, 4, 8; keep when memory < ranks
          Q | tp in 1, 2, 4; dp = 16 / ceil_div(tp, gcd(tp, 2)) / max(tp, 1); keep when tp <= 4
          """)
  void whatNumbersRuleOutIsDropped(String plan, String lines) {
    SweepCompiler sweep = sweep(plan, lines);
    PointSpace space = sweep.space();
    for (long number = 0; number < space.size(); number++) {
      Optional<PointSpace.Excluded> excluded = space.excluded(number);
      if (excluded.isPresent()) {
        long end = excluded.get().end();
        assertThat(end).isBetween(number + 1, space.size());
        for (long dropped = number; dropped < end; dropped++) {
          assertThat(sweep.point(dropped)).isInstanceOf(Dropped.class);
          assertThat(space.excluded(dropped)).isPresent();
        }
      }
    }
    assertThat(reasons(space).values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(space.size());
  }

  @Test
  void wholeBlocksAreCountedByWhatRulesThemOut() {
    PointSpace space =
        sweep(
                "Q",
                "tp in 1, 2, 3; pp in 1, 2; dp = 16 / (tp * pp); micro_batch in 1, 2; keep when tp < 2")
            .space();
    assertThat(reasons(space))
        .containsOnly(Map.entry("", 4L), Map.entry("not kept: `tp < 2` is false", 8L));
    assertThat(space.next(4)).isEqualTo(space.size());
  }

  @Test
  void theMeshMustFillTheCluster() {
    PointSpace space = sweep("Q", "tp in 1, 2, 4; pp in 1, 2; micro_batch in 1, 2").space();
    assertThat(reasons(space))
        .containsOnly(Map.entry("", 4L), Map.entry("the mesh does not fill the cluster", 8L));
  }

  @Test
  void aPointIsItsAlternatives() {
    PointSpace space = sweep("Q", "tp in 1, 2, 4; pp in 1, 2").space();
    assertThat(space.alternative(5, 0)).isEqualTo(2);
    assertThat(space.alternative(5, 1)).isEqualTo(1);
    assertThat(space.alternative(2, 0)).isEqualTo(1);
    assertThat(space.alternative(2, 1)).isZero();
  }
}
