package io.heddle.processor;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static com.google.testing.compile.Compiler.javac;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import io.heddle.plan.PlanValues;
import io.heddle.runtime.trace.Flattener;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The annotation as a door to the compiler. */
final class TransformerModelProcessorTest {
  @TempDir Path folder;

  private static File place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toFile();
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A class that uses what is generated for the annotation. */
  private Compilation compile(String file, String use) {
    JavaFileObject source =
        JavaFileObjects.forSourceLines(
            "demo.User",
            "package demo;",
            "@io.heddle.runtime.TransformerModel(\"" + file + "\")",
            "final class User {",
            "  " + use,
            "}");
    return javac()
        .withProcessors(new TransformerModelProcessor())
        .withClasspath(
            List.of(place(Flattener.class), place(PlanValues.class), place(NullMarked.class)))
        .withOptions("-Atfm.sourcePath=" + folder, "-Xlint:all,-processing", "-Werror")
        .compile(source);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  @Test
  void generatesAFlattenerForEachPlan() throws IOException {
    write("llama3_8b.tfm", Sources.shipped("llama3_8b.tfm").text());
    Compilation compilation =
        compile(
            "llama3_8b.tfm",
            "long parameters() { return new Llama3_8BPod64Flattener("
                + "Llama3_8BPod64Flattener.defaults()).parameters(); }");
    assertThat(compilation).succeededWithoutWarnings();
    assertThat(compilation).generatedSourceFile("demo.Llama3_8BNode8Flattener");
    // It is the class that the command line generates, but for the path of its source.
    assertThat(compilation)
        .generatedSourceFile("demo.Llama3_8BPod64Flattener")
        .contentsAsUtf8String()
        .contains("class Llama3_8BPod64Flattener extends PipelineFlattener");
  }

  @Test
  void importsStandBesideTheFile() throws IOException {
    write("models.tfm", Sources.shipped("llama3_8b.tfm").text());
    write("main.tfm", "tfm 1\nimport \"models.tfm\"\n");
    Compilation compilation =
        compile("main.tfm", "Object values = Llama3_8BNode8Flattener.defaults();");
    assertThat(compilation).succeededWithoutWarnings();
  }

  @Test
  void findingsBeginWithTheirPlaceInTheFile() throws IOException {
    String text =
        Sources.shipped("llama3_8b.tfm").text().replace("mesh   tp = 8", "mesh   tp = 16");
    write("llama3_8b.tfm", text);
    Compilation compilation = compile("llama3_8b.tfm", "");
    assertThat(compilation).failed();
    List<String> messages =
        compilation.errors().stream().map(error -> error.getMessage(Locale.ROOT)).toList();
    assertThat(messages).isNotEmpty();
    assertThat(messages.get(0))
        .startsWith(
            folder.resolve("llama3_8b.tfm")
                + ":46:11: error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .contains("help: tp must divide 8: one of 1, 2, 4, 8");
    Diagnostic<? extends JavaFileObject> first = compilation.errors().get(0);
    assertThat(first.getLineNumber()).isEqualTo(2);
  }

  @Test
  void aMissingFileIsSaid() {
    Compilation compilation = compile("absent.tfm", "");
    assertThat(compilation).failed();
    assertThat(compilation).hadErrorContaining("absent.tfm: no such file; give its folder as");
  }
}
