package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files to read, and reading them. */
final class Texts {
  private static final Path EXAMPLES = Path.of("..", "examples", "models");
  private static final Path LIBRARY = Path.of("src", "main", "resources", "io", "heddle", "std");

  private Texts() {}

  static List<Path> shipped() {
    return List.of(
        EXAMPLES.resolve("llama3_8b.tfm"),
        EXAMPLES.resolve("gpt3_175b.tfm"),
        EXAMPLES.resolve("gpt3_kp.tfm"),
        LIBRARY.resolve("devices.tfm"),
        LIBRARY.resolve("clusters.tfm"));
  }

  static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Source source(String text) {
    return new Source("a.tfm", text);
  }

  /** Reads text that must be right. */
  static SourceFile read(String text) {
    Diagnostics diagnostics = new Diagnostics();
    SourceFile file = SyntaxReader.read(source(text), diagnostics);
    assertThat(Rendering.of(diagnostics.all())).isEmpty();
    return file;
  }

  static List<Diagnostic> findings(String text) {
    Diagnostics diagnostics = new Diagnostics();
    SyntaxReader.read(source(text), diagnostics);
    return diagnostics.all();
  }

  /** The tree as one line without places. */
  static String tree(Object tree) {
    return tree.toString().replaceAll("(, )?span=[^,\\]]*", "");
  }
}
