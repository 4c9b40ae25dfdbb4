package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every example of {@code docs/language.md} compiles, as a whole file or in a context: see {@link
 * DocumentationContext}. Of a construct that is read and not compiled, which the page lists last,
 * it is only said so.
 */
final class DocumentationTest {
  private static final Path PAGE = Path.of("..", "docs", "language.md");
  private static final Path MODELS = Path.of("..", "examples", "models");
  private static final Pattern EXAMPLE =
      Pattern.compile("^```tfm *(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** Imports of an example are files of the examples. */
  private static final Imports EXAMPLES =
      (file, path) -> {
        Path found = MODELS.resolve(path);
        return Files.exists(found) ? Optional.of(Sources.shipped(path)) : Optional.empty();
      };

  @TestFactory
  Stream<DynamicTest> examples() throws IOException {
    String page = Files.readString(PAGE);
    List<DynamicTest> tests = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(page);
    while (example.find()) {
      String file = DocumentationContext.file(example.group(1), example.group(2));
      long line = page.substring(0, example.start()).lines().count() + 1;
      tests.add(DynamicTest.dynamicTest("line " + line, () -> compiles(file)));
    }
    assertThat(tests).hasSizeGreaterThan(25);
    return tests.stream();
  }

  private static void compiles(String file) {
    TfmCompiler compiler = TfmCompiler.read(new Source("example.tfm", file), EXAMPLES);
    compiler.checkAll();
    List<Diagnostic> found = compiler.diagnostics();
    assertThat(found)
        .as("%s\n%s", file, Rendering.of(found))
        .noneMatch(finding -> finding.severity() == Severity.ERROR);
  }
}
