package io.heddle.cli.interpret;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.TooLarge;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.RankProgram;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.IdentityHashMap;

/**
 * The flatteners of many plans. The program of plans that differ in numbers only is read once, and
 * no Java is compiled, which takes longer than most plans are simulated for. Used by several
 * threads.
 */
public final class Interpreter {
  private final IdentityHashMap<RankProgram, ProgramCode> codes = new IdentityHashMap<>();

  /**
   * The flattener of a plan.
   *
   * @param compiled its placement has been checked
   * @throws Failure if its numbers are too large
   */
  public PipelineFlattener load(Compiled compiled) {
    try {
      return new ProgramFlattener(code(compiled.program()), compiled);
    } catch (ArithmeticException e) {
      throw TooLarge.failure(compiled.numbers().values().plan());
    }
  }

  private ProgramCode code(RankProgram program) {
    synchronized (codes) {
      return codes.computeIfAbsent(program, ProgramCode::new);
    }
  }
}
