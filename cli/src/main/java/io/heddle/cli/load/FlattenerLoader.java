package io.heddle.cli.load;

import io.heddle.cli.failure.Failure;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.emit.JavaFile;
import io.heddle.runtime.plan.InvalidPlanException;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.trace.Flattener;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;

/** Makes the flattener of a compiled plan: generates its class, compiles and loads it. */
public final class FlattenerLoader {
  private FlattenerLoader() {}

  /**
   * The flattener of a plan.
   *
   * @param compiled its placement has been checked
   * @throws Failure if this Java has no compiler, or the plan is refused
   */
  public static Flattener load(Compiled compiled, Settings settings) {
    PlannedProgram program = PlannedProgram.of(compiled, settings);
    return load(program.file(), program.plan());
  }

  static Flattener load(JavaFile file, PlanValues plan) {
    return load(file, JavaCompilation.compile(file), plan);
  }

  /**
   * The flattener of a plan.
   *
   * @param classFiles that the file compiles to
   */
  static Flattener load(JavaFile file, Map<String, byte[]> classFiles, PlanValues plan) {
    GeneratedClasses classes = new GeneratedClasses(classFiles);
    try {
      return classes
          .loadClass(file.qualifiedName())
          .asSubclass(Flattener.class)
          .getConstructor(PlanValues.class)
          .newInstance(plan);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ArithmeticException) {
        throw TooLarge.failure(plan.plan());
      }
      if (e.getCause() instanceof InvalidPlanException invalid) {
        throw Failure.wrongInput(String.valueOf(invalid.getMessage()));
      }
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
