package io.heddle.processor.annotation;

import io.heddle.processor.TfmCompiler;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.annotation.processing.ProcessingEnvironment;

/** The files of one compilation, each read once. */
final class CompiledFiles {
  private final SourceFiles sources;
  private final Map<String, TfmCompiler> compilers = new HashMap<>();
  private final Map<String, String> refusals = new HashMap<>();

  CompiledFiles(ProcessingEnvironment environment) {
    this.sources = new SourceFiles(environment);
  }

  /** The file of a name, with its findings; empty where there is none. */
  Optional<TfmCompiler> get(String path) {
    TfmCompiler known = compilers.get(path);
    if (known == null && !refusals.containsKey(path)) {
      Optional<TfmCompiler> read =
          sources.find(path).map(source -> TfmCompiler.read(source, sources));
      read.ifPresentOrElse(
          compiler -> compilers.put(path, compiler),
          () -> refusals.put(path, sources.refusal(path)));
      return read;
    }
    return Optional.ofNullable(known);
  }

  /** Why there is no such file. */
  String refusal(String path) {
    return refusals.getOrDefault(path, "");
  }
}
