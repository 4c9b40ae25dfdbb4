package io.heddle.processor.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.eclipse.jdt.internal.compiler.tool.EclipseCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processor within Eclipse's compiler. */
final class EclipseCompilerTest {
  @TempDir private Path folder;

  private List<String> compile(String... lines) throws IOException {
    Files.writeString(folder.resolve("m.tfm"), Sources.shipped("llama3_8b.tfm").text());
    Path output = Files.createDirectories(folder.resolve("classes"));
    Path written = folder.resolve("src/demo/User.java");
    Files.createDirectories(written.getParent());
    Files.writeString(written, String.join("\n", lines));
    EclipseCompiler compiler = new EclipseCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, null)) {
      files.setLocation(StandardLocation.CLASS_OUTPUT, List.of(output.toFile()));
      files.setLocation(StandardLocation.SOURCE_OUTPUT, List.of(output.toFile()));
      files.setLocation(StandardLocation.CLASS_PATH, AnnotatedSource.classPath());
      StringWriter out = new StringWriter();
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              out,
              files,
              found,
              List.of("-Atfm.sourcePath=" + folder, "--release", "17", "-nowarn"),
              null,
              files.getJavaFileObjects(new File[] {written.toFile()}));
      task.setProcessors(List.of(new TransformerModelProcessor()));
      boolean isDone = task.call();
      List<String> errors =
          found.getDiagnostics().stream()
              .filter(each -> each.getKind() == javax.tools.Diagnostic.Kind.ERROR)
              .map(each -> each.getMessage(Locale.ROOT))
              .toList();
      assertThat(isDone).as("%s %s", out, errors).isEqualTo(errors.isEmpty());
      return errors;
    }
  }

  @Test
  void generatesAndChecks() throws IOException {
    assertThat(
            compile(
                "package demo;",
                "@io.heddle.runtime.TransformerModel(\"m.tfm\")",
                "class User {",
                "  @io.heddle.runtime.Layout(plan = Llama3_8BPlans.Pod64)",
                "  Object flattener() { return Llama3_8BPlan.Pod64.flattener(); }",
                "}"))
        .isEmpty();
    assertThat(folder.resolve("classes/demo/Llama3_8BPod64Flattener.class")).exists();
  }

  @Test
  void findingsAreErrors() throws IOException {
    assertThat(
            compile(
                "package demo;",
                "@io.heddle.runtime.TransformerModel(\"m.tfm\")",
                "class User {",
                "  @io.heddle.runtime.Layout(plan = \"Pod64\", set = \"tp = 16\") void no() {}",
                "}"))
        .anyMatch(error -> error.contains("error[TFM3002]: dimension `g` = 8"));
  }

  @Test
  void codeThatDoesNotResolveIsNoFault() throws IOException {
    assertThat(
            compile(
                "package demo;",
                "@io.heddle.runtime.TransformerModel(Absent.FILE)",
                "class User {}"))
        .isNotEmpty()
        .noneMatch(error -> error.contains("a fault of Heddle"));
  }
}
