package io.heddle.processor;

import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The shipped files, and texts of tests, compiled. */
public final class Sources {
  private static final Path MODELS = Path.of("..", "examples", "models");
  private static final Path LIBRARY =
      Path.of("src", "main", "resources", "io", "heddle", "std", "models");

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

  /** A plan of the built-in library: of {@code std/models/<family>.tfm}. */
  public static TfmCompiler.Compiled library(String family, String plan) {
    return compile(Imports.library("std/models/" + family + ".tfm").orElseThrow(), plan);
  }

  /** The files of the library whose models have plans: {@code llama3}. */
  public static List<String> libraryModels() {
    try (Stream<Path> files = Files.list(LIBRARY)) {
      return files
          .map(file -> file.getFileName().toString().replace(".tfm", ""))
          .filter(name -> !name.equals("families"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every plan of the examples and of the built-in library. */
  public static List<TfmCompiler.Compiled> allPlans() {
    List<TfmCompiler.Compiled> plans = new ArrayList<>();
    for (Path folder : List.of(MODELS, LIBRARY)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          Source source = new Source(file.getFileName().toString(), Files.readString(file));
          for (String plan : TfmCompiler.read(source, Imports.LIBRARY_ONLY).plans()) {
            plans.add(compile(source, plan));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return plans;
  }

  /** The plan, which must compile. */
  public static TfmCompiler.Compiled compile(Source source, String plan) {
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    return compiler
        .compile(plan)
        .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
  }
}
