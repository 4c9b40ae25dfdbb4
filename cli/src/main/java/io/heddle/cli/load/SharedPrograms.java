package io.heddle.cli.load;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.emit.JavaFile;
import io.heddle.processor.program.RankProgram;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The classes of many plans, each compiled and loaded once: plans whose lines differ often have the
 * same class, for many lines are numbers to it. Used by several threads.
 */
public final class SharedPrograms {
  private final IdentityHashMap<RankProgram, FlattenerLoader> ofProgram = new IdentityHashMap<>();
  private final Map<String, FlattenerLoader> ofText = new ConcurrentHashMap<>();

  /**
   * The flattener of a plan.
   *
   * @param compiled its placement has been checked
   * @throws io.heddle.cli.failure.Failure if this Java has no compiler, or the plan is refused
   */
  public PipelineFlattener load(Compiled compiled) {
    return (PipelineFlattener) loader(compiled).load(compiled.numbers().values());
  }

  private FlattenerLoader loader(Compiled compiled) {
    synchronized (ofProgram) {
      FlattenerLoader known = ofProgram.get(compiled.program());
      if (known != null) {
        return known;
      }
    }
    JavaFile file = compiled.javaOfProgram(PlannedProgram.PACKAGE);
    FlattenerLoader loader = ofText.computeIfAbsent(file.text(), text -> FlattenerLoader.of(file));
    synchronized (ofProgram) {
      ofProgram.put(compiled.program(), loader);
    }
    return loader;
  }
}
