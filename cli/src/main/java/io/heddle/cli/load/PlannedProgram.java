package io.heddle.cli.load;

import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.failure.Failure;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.emit.JavaFile;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Map;

/**
 * A generated class and the numbers that it is run with: all that a step depends on, but for who
 * simulates it.
 */
public record PlannedProgram(JavaFile file, PlanValues plan) {
  static final String PACKAGE = "io.heddle.generated";

  /**
   * The program of a compiled plan.
   *
   * @param compiled its placement has been checked
   */
  public static PlannedProgram of(Compiled compiled) {
    return new PlannedProgram(java(compiled), compiled.numbers().values());
  }

  static JavaFile java(Compiled compiled) {
    return compiled.java(PACKAGE);
  }

  /** Texts that are the same only for the same program with the same numbers. */
  public List<String> content() {
    // A record's text has every number in full.
    return List.of(file.qualifiedName(), file.text(), plan.toString());
  }

  /**
   * Compiles and loads the class.
   *
   * @param cache of class files
   * @param heddle fingerprint of this Heddle
   * @throws Failure if this Java has no compiler, or the plan is refused
   */
  public Flattener load(Cache cache, String heddle) {
    CacheKey key = CacheKey.of("classes", List.of(heddle, file.qualifiedName(), file.text()));
    Map<String, byte[]> classFiles =
        cache
            .get(key)
            .flatMap(ClassFiles::of)
            .orElseGet(
                () -> {
                  Map<String, byte[]> compiled = JavaCompilation.compile(file);
                  cache.put(key, ClassFiles.bytes(compiled));
                  return compiled;
                });
    return FlattenerLoader.of(file, classFiles).load(plan);
  }
}
