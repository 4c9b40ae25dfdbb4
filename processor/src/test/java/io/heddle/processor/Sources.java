package io.heddle.processor;

import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Overrides;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The shipped files, and texts of tests, compiled. */
public final class Sources {
  private static final Path MODELS = Path.of("..", "examples", "models");

  private Sources() {}

  /** A shipped model: {@code llama3_8b.tfm}. */
  public static Source shipped(String file) {
    try {
      return new Source(file, Files.readString(MODELS.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A plan of a shipped model. */
  public static TfmCompiler.Compiled shipped(String file, String plan) {
    return compile(shipped(file), plan);
  }

  /** The plan, which must compile. */
  public static TfmCompiler.Compiled compile(Source source, String plan) {
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    return compiler
        .compile(plan, Overrides.NONE)
        .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
  }
}
