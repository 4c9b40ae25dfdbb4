package io.heddle.processor.annotation;

import static com.google.testing.compile.Compiler.javac;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import io.heddle.plan.PlanValues;
import io.heddle.runtime.trace.Flattener;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import javax.annotation.processing.Processor;
import javax.tools.JavaFileObject;
import org.jspecify.annotations.NullMarked;

/** Compiles annotated sources as a user's build does. */
final class AnnotatedSource {
  private AnnotatedSource() {}

  /** Where the classes of a type come from. */
  static File place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toFile();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a user has on the class path. */
  static List<File> classPath() {
    return List.of(place(Flattener.class), place(PlanValues.class), place(NullMarked.class));
  }

  /** A source of one type. */
  static JavaFileObject source(String type, String... lines) {
    return JavaFileObjects.forSourceString(type, String.join("\n", lines));
  }

  static Compilation compile(Path folder, JavaFileObject... sources) {
    return compile(new TransformerModelProcessor(), folder, sources);
  }

  /** Compiles with the models of a folder; all warnings of javac itself are errors. */
  static Compilation compile(Processor processor, Path folder, JavaFileObject... sources) {
    return javac()
        .withProcessors(processor)
        .withClasspath(classPath())
        .withOptions("-Atfm.sourcePath=" + folder, "-Xlint:all,-processing")
        .compile(sources);
  }
}
