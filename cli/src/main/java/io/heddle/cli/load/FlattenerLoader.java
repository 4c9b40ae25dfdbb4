package io.heddle.cli.load;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.InvalidPlanException;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.emit.JavaFile;
import io.heddle.runtime.trace.Flattener;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;

/** Makes flatteners of a compiled plan: its class is generated, compiled and loaded once. */
public final class FlattenerLoader {
  private final Class<? extends Flattener> type;

  private FlattenerLoader(Class<? extends Flattener> type) {
    this.type = type;
  }

  /**
   * A loader for all plans that have the program of this one.
   *
   * @throws Failure if this Java has no compiler
   */
  public static FlattenerLoader of(Compiled compiled) {
    return of(PlannedProgram.java(compiled));
  }

  static FlattenerLoader of(JavaFile file) {
    return of(file, JavaCompilation.compile(file));
  }

  /**
   * A loader for all plans that have the program of this file.
   *
   * @param classFiles that the file compiles to
   */
  static FlattenerLoader of(JavaFile file, Map<String, byte[]> classFiles) {
    GeneratedClasses classes = new GeneratedClasses(classFiles);
    try {
      return new FlattenerLoader(
          classes.loadClass(file.qualifiedName()).asSubclass(Flattener.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The flattener of a plan.
   *
   * @param compiled its placement has been checked
   * @throws Failure if this Java has no compiler, or the plan is refused
   */
  public static Flattener load(Compiled compiled) {
    return of(compiled).load(compiled.numbers().values());
  }

  /**
   * The flattener of a plan that has the program of this loader.
   *
   * @throws Failure if the plan is refused
   */
  public Flattener load(PlanValues plan) {
    try {
      return type.getConstructor(PlanValues.class).newInstance(plan);
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
