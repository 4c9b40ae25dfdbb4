package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.SearchCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Aim.Measure;
import io.heddle.processor.syntax.ExpressionText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SearchTest {
  private static final String FILE =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"
      plan P of Llama3_8B {
        mesh   pp = 1, dp = 4, tp = 2
        layout pp > dp > tp
        shard  { b over dp  g f voc over tp  layers over pp }
        batch  24  micro_batch 1
        on     hgx_h100
      }
      plan Grows of Llama3_8B {
        mesh   pp = 1, dp = 4, tp = 2
        shard  { b over dp  g f voc over tp  layers over pp }
        batch  8 * dp  micro_batch 1
        on     hgx_h100(nodes = dp * tp / 8)
      }
      search S of %s {
        %s
      }
      """;

  private static TfmCompiler read(String plan, String lines) {
    String text = FILE.formatted(plan, lines.replace(";", "\n"));
    return TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
  }

  private static Search search(String lines) {
    TfmCompiler compiler = read("P", lines);
    return compiler
        .search("S", PlanChanges.NONE)
        .map(SearchCompiler::search)
        .orElseThrow(() -> new AssertionError(compiler.diagnostics()));
  }

  private static List<String> values(Sweep space, int choice) {
    Sweep.Numbers numbers = (Sweep.Numbers) space.choices().get(choice);
    return numbers.values().stream().map(ExpressionText::of).toList();
  }

  @Test
  void anAimMayHaveALimit() {
    Aim aim = search("tp in 1, 2; minimize gpus when time <= 1.5 ms").aim();
    assertThat(aim.measure()).isEqualTo(Measure.GPUS);
    assertThat(aim.limit().orElseThrow().measure()).isEqualTo(Measure.TIME);
    assertThat(aim.limit().orElseThrow().bound()).isEqualTo(1.5e6);
    assertThat(aim).hasToString("minimize gpus when time <= 1.5 ms");
    assertThat(search("tp in 1; maximize tokens_per_second_per_gpu").aim())
        .hasToString("maximize tokens_per_second_per_gpu");
  }

  @Test
  void anyIsEveryDivisor() {
    Sweep space = search("tp in any; micro_batch in any; minimize time").space();
    assertThat(values(space, 0)).containsExactly("1", "2", "4", "8");
    assertThat(values(space, 1)).containsExactly("1", "2", "3", "4", "6", "8", "12", "24");
  }

  @Test
  void anyFollowsTheClustersThatAreVaried() {
    Sweep space = search("tp in any; nodes in 1, 3; minimize time").space();
    assertThat(values(space, 0)).containsExactly("1", "2", "3", "4", "6", "8", "12", "24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          P | tp in 1 | search `S` has 0 aims
          P | minimize time; minimize gpus | search `S` has 2 aims
          P | minimize tim | unknown measure `tim`
          P | minimize tokens_per_second | `tokens_per_second` is better the more it is
          P | maximize gpus | `gpus` is better the less it is
          P | minimize gpus when time >= 3 s | `time` is better the less it is
          P | minimize gpus when time <= 3 | `3` has no unit
          P | minimize gpus when time <= 3 GB | `GB` is not the unit of a time
          P | minimize gpus when gpus <= 3 s | `s` is not the unit of a number
          P | hidden in any; minimize time | it is no axis, and not `micro_batch`
          Grows | tp in any; minimize time | the size of cluster `hgx_h100` follows the mesh
          Grows | micro_batch in any; minimize time | the batch follows from other numbers
          P | batch = 8 * dp; micro_batch in any; minimize time | the batch follows from other numbers
          P | batch in 64, 2 * 64; micro_batch in any; minimize time | the batch follows from other numbers
          P | batch in 4611686018427387904; micro_batch in any; minimize time | has too many divisors
          """)
  void whatIsWrongIsReported(String plan, String lines, String message) {
    TfmCompiler compiler = read(plan, lines);
    assertThat(compiler.search("S", PlanChanges.NONE)).isEmpty();
    assertThat(compiler.diagnostics()).hasSize(1);
    assertThat(compiler.diagnostics().get(0).message()).contains(message);
  }

  @Test
  void searchesAreCheckedWithTheFile() {
    TfmCompiler compiler = read("P", "tp in 1; maximize time");
    compiler.checkAll();
    assertThat(compiler.hasErrors()).isTrue();
  }
}
