package io.heddle.cli.interpret;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.TooLarge;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Recent;
import io.heddle.runtime.pipeline.PipelineFlattener;

/**
 * The flatteners of many plans. The program of plans that differ in numbers only is read once, and
 * no Java is compiled, which takes longer than most plans are simulated for. Used by several
 * threads.
 */
public final class Interpreter {
  /** Programs whose code is kept, as many as a sweep keeps of its plans. */
  private static final int MOST = 512;

  private final Recent<Identity, ProgramCode> codes = new Recent<>(MOST);

  /** A program, which is itself alone: to compare two of them would take longer. */
  private record Identity(RankProgram program) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.program == program;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(program);
    }
  }

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
    Identity key = new Identity(program);
    synchronized (codes) {
      ProgramCode known = codes.get(key).orElse(null);
      if (known == null) {
        known = new ProgramCode(program);
        codes.put(key, known);
      }
      return known;
    }
  }
}
