package io.heddle.cli.interpret;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.TooLarge;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.ProgramFacts;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Recent;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.Optional;

/**
 * The flatteners of many plans. The program of plans that differ in numbers only is read once, and
 * no Java is compiled, which takes longer than most plans are simulated for. Used by several
 * threads.
 */
public final class Interpreter {
  /** Programs whose code is kept, as many as a sweep keeps of its plans. */
  private static final int MOST = 512;

  /**
   * Plans whose numbers are kept: those with other batches, which are asked for next, share them.
   */
  private static final int MOST_NUMBERS = 64;

  private final Recent<Identity, ProgramCode> codes = new Recent<>(MOST);
  private final Recent<Batches, ProgramNumbers> numbers = new Recent<>(MOST_NUMBERS);

  /** Plans of one program that differ in their batch and the order of their mesh alone. */
  private record Batches(ProgramCode code, ProgramFacts facts) {}

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
    return load(compiled, compiled.numbers());
  }

  /**
   * The flattener of a plan with other numbers.
   *
   * @param compiled its placement has been checked
   * @param planNumbers those of the plan, but for its batch and the network around it
   * @throws Failure if its numbers are too large
   */
  public PipelineFlattener load(Compiled compiled, PlanNumbers planNumbers) {
    try {
      ProgramCode code = code(compiled.programLike());
      Batches key = new Batches(code, compiled.facts());
      Optional<ProgramNumbers> known = numbers.get(key);
      ProgramFlattener flattener =
          new ProgramFlattener(code, compiled, planNumbers, known.orElse(null));
      if (known.isEmpty()) {
        numbers.put(key, flattener.numbers());
      }
      return flattener;
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
