package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/diagnostics.md} is made of the codes and of their example files. {@code
 * -Dheddle.golden=write} writes it anew.
 */
class DiagnosticsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "diagnostics.md");
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "io", "heddle", "processor", "diagnostics");

  private static final String HEAD =
      """
      # Diagnostics

      Every finding has a code, a place, a message, and a help that can be followed. Codes are grouped: 0xxx syntax, 1xxx names, 2xxx shapes
      and units, 3xxx sharding and rank layout, 4xxx schedule, 5xxx advice, 9xxx a fault of Heddle. An error stops the plan; a warning is
      advice: the plan runs, and could do better. Each example below is a file that gives the finding.

      | code | | message |
      |---|---|---|
      """;

  @Test
  void thePageHasEveryCodeWithItsExample() throws IOException {
    List<Code> codes = Arrays.stream(Code.values()).sorted(Comparator.comparing(Code::id)).toList();
    StringBuilder page = new StringBuilder(HEAD);
    for (Code code : codes) {
      page.append(
          "| [%s](#%s) | %s | %s |\n"
              .formatted(
                  code.id(),
                  code.id().toLowerCase(Locale.ROOT),
                  severity(code),
                  message(code).replace("|", "\\|")));
    }
    for (Code code : codes) {
      page.append("\n## %s\n\n%s\n".formatted(code.id(), example(code)));
    }
    if ("write".equals(System.getProperty("heddle.golden"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }

  private static String severity(Code code) {
    return code.severity() == Severity.ERROR ? "error" : "warning";
  }

  private static String message(Code code) throws IOException {
    return code.pattern().equals("…")
        ? "such as: " + findings(code).get(0).message()
        : code.pattern();
  }

  private static String example(Code code) throws IOException {
    if (!Files.exists(file(code))) {
      return "%s: %s".formatted(severity(code), code.pattern());
    }
    return """
    ```
    %s```

    <details><summary>example.tfm</summary>

    ```
    %s```

    </details>"""
        .formatted(Rendering.of(findings(code)), Files.readString(file(code)));
  }

  private static Path file(Code code) {
    return FOLDER.resolve(code.name() + ".tfm");
  }

  private static List<Diagnostic> findings(Code code) throws IOException {
    String text = Files.readString(file(code));
    TfmCompiler compiler = TfmCompiler.read(new Source("example.tfm", text), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    if (compiler.plans().isEmpty()) {
      compiler.compile("P");
    }
    return compiler.diagnostics().stream().filter(found -> found.code() == code).toList();
  }
}
