package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.syntax.PlanLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of all lines of a plan in {@code docs/language.md} is complete and right. */
class PlanLinesPageTest {
  private static final Path PAGE = Path.of("..", "docs", "language.md");
  private static final Pattern TABLE =
      Pattern.compile(
          "\\| line \\| says \\| without it \\|\\n\\|---\\|---\\|---\\|\\n((?:\\|.*\\n)+)");
  private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| [^|]+ \\| ([^|]+) \\|");

  private static final String PLAN =
      """
      tfm 1
      import "std/models/llama3.tfm"
      import "std/clusters.tfm"

      plan P of Llama3_8B {
        mesh pp = 2, dp = 2, tp = 2
        shard { b over dp  g f voc over tp  layers over pp }
        batch 16
        micro_batch 1
        on hgx_h100
      }
      """;

  /** What each line says of a plan without it. */
  private static Map<String, String> rows() throws IOException {
    Matcher table = TABLE.matcher(Files.readString(PAGE));
    assertThat(table.find()).isTrue();
    Map<String, String> rows = new TreeMap<>();
    table
        .group(1)
        .lines()
        .forEach(
            line -> {
              Matcher row = ROW.matcher(line);
              assertThat(row.matches()).as(line).isTrue();
              rows.put(row.group(1), row.group(2));
            });
    return rows;
  }

  @Test
  void everyLineHasARow() throws IOException {
    List<String> lines = new ArrayList<>(PlanLine.keywords());
    lines.addAll(List.of("batch", "micro_batch", "decode", "prefill"));
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void linesThatAreRequiredAreMissed() throws IOException {
    List<String> required = new ArrayList<>();
    for (Map.Entry<String, String> row : rows().entrySet()) {
      if (row.getValue().equals("required")) {
        required.add(row.getKey());
        TfmCompiler compiler = compiler(PLAN.replaceFirst("(?m)^  " + row.getKey() + " .*\\n", ""));
        assertThat(compiler.compile("P")).isEmpty();
        assertThat(compiler.diagnostics())
            .as(row.getKey())
            .extracting(Diagnostic::code)
            .contains(Code.MISSING_IN_PLAN);
      }
    }
    assertThat(required).containsExactly("batch", "mesh", "micro_batch", "on");
  }

  /** A plan with the line that the table gives is the plan without any. */
  @Test
  void linesThatHoldWithoutBeingWritten() throws IOException {
    int tried = 0;
    for (Map.Entry<String, String> row : rows().entrySet()) {
      String line = row.getValue();
      if (line.startsWith("`" + row.getKey() + " ")) {
        String written = line.substring(1, line.indexOf('`', 1));
        String with = PLAN.replace("  on hgx_h100\n", "  on hgx_h100\n  " + written + "\n");
        assertThat(explained(with)).as(written).isEqualTo(explained(PLAN));
        tried++;
      }
    }
    assertThat(tried).isEqualTo(6);
  }

  private static TfmCompiler compiler(String text) {
    return TfmCompiler.read(new Source("plan.tfm", text), Imports.LIBRARY_ONLY);
  }

  private static String explained(String text) {
    TfmCompiler compiler = compiler(text);
    Compiled compiled =
        compiler
            .compile("P")
            .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
    return Explanation.of(compiled.program(), compiled.numbers()) + compiled.numbers().values();
  }
}
