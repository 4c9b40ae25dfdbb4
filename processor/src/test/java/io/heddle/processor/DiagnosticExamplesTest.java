package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For each code a small file that provokes it and nothing else, and what the user then reads:
 * {@code diagnostics/<CODE>.tfm} and {@code .txt}. The texts are written anew as {@link Golden}
 * says.
 */
final class DiagnosticExamplesTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "io", "heddle", "processor", "diagnostics");

  static List<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".tfm"))
          .map(name -> name.substring(0, name.length() - ".tfm".length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void provokesItsCodeAlone(String code) throws IOException {
    Source source = new Source(code + ".tfm", Files.readString(FOLDER.resolve(code + ".tfm")));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    compiler.checkAll();
    if (compiler.plans().isEmpty()) {
      compiler.compile("P");
    }
    List<Diagnostic> found = compiler.diagnostics();
    Set<String> codes = new TreeSet<>();
    found.forEach(finding -> codes.add(finding.code().name()));
    if (code.equals("TOO_MANY_ERRORS")) {
      codes.remove("UNEXPECTED_INPUT");
    }
    assertThat(codes).as(Rendering.of(found)).containsExactly(code);
    // What a syntax error expected stands in its message.
    assertThat(found)
        .filteredOn(finding -> finding.code() != Code.UNEXPECTED_INPUT)
        .allSatisfy(finding -> assertThat(finding.help()).isNotBlank());
    Golden.check("diagnostics/" + code + ".txt", Rendering.of(found));
  }

  @Test
  void everyCodeHasAnExample() throws IOException {
    List<String> codes = new ArrayList<>();
    for (Code code : Code.values()) {
      codes.add(code.name());
    }
    // No small file provokes these: they are tested below.
    codes.removeAll(List.of("TOO_LARGE", "UNKNOWN_OVERRIDE"));
    // Nor do any files provoke these.
    codes.removeIf(code -> Code.valueOf(code).id().startsWith("TFM9"));
    assertThat(examples()).containsExactlyInAnyOrderElementsOf(codes);
  }

  @Test
  void aFileThatIsTooLarge() {
    Source source = new Source("large.tfm", "tfm 1\n" + "// \n".repeat(600_000));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    assertThat(Rendering.of(compiler.diagnostics()))
        .isEqualTo(
            """
            large.tfm:1:1: error[TFM0004]: the file has more than two million characters
                1 | tfm 1
                  | ^
               help: split it into files, and import them
            """);
  }

  @Test
  void anUnknownOverride() {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("Node8", PlanChanges.of("pt = 4"))).isEmpty();
    assertThat(compiler.diagnostics()).hasSize(1);
    assertThat(compiler.diagnostics().get(0).code()).isEqualTo(Code.UNKNOWN_OVERRIDE);
  }

  /** The three mistakes that everybody makes, as they are shown. */
  @ParameterizedTest
  @CsvSource({"tp = 8, tp = 16, keys", "tp = 8, tp = 4, cluster", "batch 128, batch 127, batch"})
  void ofTheShippedModel(String right, String wrong, String name) {
    String text = Sources.shipped("llama3_8b.tfm").text();
    String changed = text.replaceFirst(right, wrong);
    TfmCompiler compiler =
        TfmCompiler.read(new Source("llama3_8b.tfm", changed), Imports.LIBRARY_ONLY);
    compiler.checkAll();
    assertThat(compiler.hasErrors()).isTrue();
    Golden.check("diagnostics/llama3_8b." + name + ".txt", Rendering.of(compiler.diagnostics()));
  }
}
