package io.heddle.processor.annotation;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static com.google.testing.compile.Compiler.javac;
import static io.heddle.processor.annotation.AnnotatedSource.source;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import io.heddle.processor.Sources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The annotation as a door to the compiler. */
final class TransformerModelProcessorTest {
  private static final Path EXAMPLES =
      Path.of("src/test/resources/io/heddle/processor/diagnostics");

  @TempDir private Path folder;

  private Compilation compile(String file, String... use) {
    return AnnotatedSource.compile(folder, user(file, use));
  }

  /** A class that uses what is generated for the annotation. */
  private static JavaFileObject user(String file, String... use) {
    return source(
        "demo.User",
        "package demo;",
        "@io.heddle.runtime.TransformerModel(\"" + file + "\")",
        "final class User {",
        "  " + String.join("\n  ", use),
        "}");
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private void llama(String file) throws IOException {
    write(file, Sources.shipped("llama3_8b.tfm").text());
  }

  private static String first(Compilation compilation) {
    assertThat(compilation).failed();
    return compilation.errors().get(0).getMessage(Locale.ROOT);
  }

  @Test
  void generatesAFlattenerForEachPlan() throws IOException {
    llama("llama3_8b.tfm");
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
  void generatesParametersAndPlans() throws IOException {
    llama("llama3_8b.tfm");
    Compilation compilation =
        compile(
            "llama3_8b.tfm",
            "static final String NAME = Llama3_8BPlans.Pod64;",
            "io.heddle.runtime.trace.Flattener small() {",
            "  Llama3_8BParameters two = Llama3_8BParameters.defaults().withLayers(2);",
            "  return Llama3_8BPlan.Pod64.flattener(two.in(Llama3_8BPlan.Pod64.defaults()));",
            "}",
            "long hidden() {",
            "  return Llama3_8BParameters.of(Llama3_8BPlan.valueOf(NAME).defaults()).hidden();",
            "}");
    assertThat(compilation).succeededWithoutWarnings();
    assertThat(compilation)
        .generatedSourceFile("demo.Llama3_8BParameters")
        .contentsAsUtf8String()
        .contains("new Llama3_8BParameters(32L, 4096L, 32L, 8L, 14336L, 128256L, 8192L)");
    assertThat(compilation)
        .generatedSourceFile("demo.Llama3_8BPlans")
        .contentsAsUtf8String()
        .contains("public static final String Node8 = \"Node8\"");
  }

  /** Names that Java takes, and those that a record has. */
  @Test
  void parametersMayHaveAnyName() throws IOException {
    write(
        "m.tfm",
        """
        tfm 1
        import "std/clusters.tfm"
        model M {
          param class = 2, in = 64, defaults = 128, wait = 16, s_ = 8, of = 4
          dim b  dim s = wait, h = in, voc = defaults, f = of * in
          block mlp(x[b s h]) {
            weight up[h f], down[f h]
            a = rmsnorm(x)
            u[b s f] = gelu(a * up)
            y[b s h] = u * down
            return x + y
          }
          embed tokens[voc h]
          stack class of mlp
          head logits[h voc]
        }
        plan default of M {
          mesh dp = 8  layout dp  shard { b over dp }  batch 8  micro_batch 1
          on hgx_h100(nodes = 1)
        }
        """);
    assertThat(compile("m.tfm", "Object p = MPlan.default_.defaults();"))
        .succeededWithoutWarnings();
  }

  @Test
  void aPackageMayBeAnnotated() throws IOException {
    llama("llama3_8b.tfm");
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            source(
                "demo.package-info",
                "@io.heddle.runtime.TransformerModel(\"llama3_8b.tfm\")",
                "package demo;"),
            source("demo.Other", "package demo;", "class Other { Llama3_8BPlan plan; }"));
    assertThat(compilation).succeededWithoutWarnings();
  }

  @Test
  void aNestedTypeMayBeAnnotated() throws IOException {
    llama("llama3_8b.tfm");
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            source(
                "demo.Outer",
                "package demo;",
                "class Outer {",
                "  @io.heddle.runtime.TransformerModel(\"llama3_8b.tfm\")",
                "  static class Inner { Llama3_8BPlan plan; }",
                "}"));
    assertThat(compilation).succeededWithoutWarnings();
  }

  @Test
  void twoModelsOfOnePackage() throws IOException {
    llama("a.tfm");
    write("b/gpt3.tfm", Sources.shipped("gpt3_175b.tfm").text());
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            user("a.tfm", "Object a = Llama3_8BPlan.Node8;"),
            source(
                "demo.Second",
                "package demo;",
                "@io.heddle.runtime.TransformerModel(\"b/gpt3.tfm\")",
                "interface Second { Gpt3_175BPlan PLAN = Gpt3_175BPlan.Pod64; }"));
    assertThat(compilation).succeededWithoutWarnings();
  }

  @Test
  void oneFileOfTwoTypesIsAnError() throws IOException {
    llama("a.tfm");
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            user("a.tfm"),
            source(
                "demo.Zweiter",
                "package demo;",
                "@io.heddle.runtime.TransformerModel(\"a.tfm\")",
                "class Zweiter {}"));
    assertThat(first(compilation)).contains("is generated for demo.User already: name the file");
  }

  @Test
  void pluginAndAnnotationOnOneFileIsAnError() throws IOException {
    llama("a.tfm");
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            user("a.tfm"),
            source(
                "demo.Llama3_8BPod64Flattener",
                "package demo;",
                "class Llama3_8BPod64Flattener {}"));
    assertThat(first(compilation))
        .startsWith("demo.Llama3_8BPod64Flattener is among the sources already: let either");
  }

  @Test
  void importsStandBesideTheFile() throws IOException {
    llama("lib/models.tfm");
    write("main.tfm", "tfm 1\nimport \"lib/models.tfm\"\n");
    assertThat(compile("main.tfm", "Object values = Llama3_8BNode8Flattener.defaults();"))
        .succeededWithoutWarnings();
  }

  @Test
  void theLibraryHasFilesToo() {
    assertThat(compile("std/models/mixtral.tfm", "Object p = Mixtral_8x7BPlan.values();"))
        .succeededWithoutWarnings();
  }

  @Test
  void findingsBeginWithTheirPlaceInTheFile() throws IOException {
    String text =
        Sources.shipped("llama3_8b.tfm").text().replace("mesh   tp = 8", "mesh   tp = 16");
    write("llama3_8b.tfm", text);
    Compilation compilation = compile("llama3_8b.tfm", "");
    assertThat(first(compilation))
        .startsWith(
            folder.resolve("llama3_8b.tfm")
                + ":46:11: error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .contains("help: tp must divide 8: one of 1, 2, 4, 8");
    Diagnostic<? extends JavaFileObject> error = compilation.errors().get(0);
    assertThat(error.getLineNumber()).isEqualTo(2);
    assertThat(error.getColumnNumber()).isEqualTo(37);
  }

  /** One example of each kind of finding, through javac as through the command. */
  @ParameterizedTest
  @ValueSource(strings = {"TFM0", "TFM1", "TFM2", "TFM3", "TFM4", "TFM5"})
  void everyClassOfFindingsArrives(String kind) throws IOException {
    Path example = example(kind);
    write("example.tfm", Files.readString(example));
    Compilation compilation = compile("example.tfm", "");
    Stream<String> messages =
        Stream.concat(compilation.errors().stream(), compilation.warnings().stream())
            .map(each -> each.getMessage(Locale.ROOT));
    assertThat(messages).as("%s", example).anyMatch(message -> message.contains("[" + kind));
  }

  private static Path example(String kind) throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
        String text = Files.readString(file);
        Path example = Path.of(file.toString().replace(".txt", ".tfm"));
        // Searches and sweeps are not looked at.
        if (text.contains("[" + kind)
            && !text.contains("--")
            && !Files.readString(example).matches("(?sm).*^(search|sweep) .*")) {
          return example;
        }
      }
    }
    throw new AssertionError(kind);
  }

  @Test
  void aMissingFileIsSaid() {
    assertThat(first(compile("absent.tfm", "")))
        .isEqualTo("absent.tfm: no such file in -Atfm.sourcePath=" + folder);
    Compilation without =
        javac()
            .withProcessors(new TransformerModelProcessor())
            .withClasspath(AnnotatedSource.classPath())
            .compile(user("absent.tfm"));
    assertThat(first(without)).contains("absent.tfm: no such file; give its folder as");
  }

  @Test
  void whatIsNoFileIsSaid() throws IOException {
    write("latin.tfm", "");
    Files.write(folder.resolve("latin.tfm"), "// \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(first(compile("latin.tfm", "")))
        .isEqualTo("latin.tfm: byte 3 (0xe9) is not UTF-8; save the file in UTF-8");
    Files.createDirectory(folder.resolve("inner"));
    assertThat(first(compile("inner", ""))).startsWith("inner: no such file in");
    assertThat(first(compile("a\\0b.tfm", ""))).contains("cannot be read");
    assertThat(first(compile("", ""))).contains("no such file");
  }

  @Test
  void filesOutsideOfTheFolderAreNotRead() throws IOException {
    write("in/main.tfm", "tfm 1\nimport \"../models.tfm\"\n");
    llama("models.tfm");
    Compilation compilation = AnnotatedSource.compile(folder.resolve("in"), user("../models.tfm"));
    assertThat(first(compilation))
        .isEqualTo("../models.tfm: is not in the folder of -Atfm.sourcePath");
    assertThat(first(AnnotatedSource.compile(folder.resolve("in"), user("main.tfm"))))
        .contains("TFM1");
  }

  @Test
  void annotationsThatDoNotResolveAreLeftToJavac() {
    Compilation unknown =
        AnnotatedSource.compile(
            folder,
            source(
                "demo.User",
                "package demo;",
                "@io.heddle.runtime.TransformerModel(Absent.FILE)",
                "@io.heddle.runtime.Layout(plan = Absent.PLAN, set = Absent.SET)",
                "class User {}"));
    assertThat(unknown).failed();
    assertThat(unknown).hadErrorContaining("Absent");
    Compilation none =
        AnnotatedSource.compile(
            folder,
            source(
                "demo.User", "package demo;", "@io.heddle.runtime.TransformerModel class User {}"));
    assertThat(none).failed();
    for (Compilation compilation : List.of(unknown, none)) {
      assertThat(compilation.errors())
          .noneMatch(error -> error.getMessage(Locale.ROOT).contains("a fault of Heddle"));
    }
  }

  @Test
  void textThatIsNoSpecificationEnds() throws IOException {
    write("deep.tfm", "tfm 1\nmodel M { param a = " + "(".repeat(20_000) + "1 }");
    assertThat(first(compile("deep.tfm", ""))).doesNotContain("a fault of Heddle");
    write("zero.tfm", "\0\0\0");
    assertThat(first(compile("zero.tfm", ""))).contains("zero.tfm:1:1: error[TFM0");
  }

  /** In a file on the disk: javac finds modules by their folders. */
  @Test
  void aNamedModule() throws IOException {
    llama("llama3_8b.tfm");
    write("src/module-info.java", "module demo { exports demo; }");
    write(
        "src/demo/User.java",
        "package demo; @io.heddle.runtime.TransformerModel(\"llama3_8b.tfm\")"
            + " public class User { Llama3_8BPlan plan; }");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, null)) {
      Path classes = Files.createDirectories(folder.resolve("classes"));
      files.setLocation(StandardLocation.CLASS_OUTPUT, List.of(classes.toFile()));
      files.setLocation(StandardLocation.CLASS_PATH, AnnotatedSource.classPath());
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              null,
              files,
              found,
              List.of("-Atfm.sourcePath=" + folder, "--add-reads", "demo=ALL-UNNAMED"),
              null,
              files.getJavaFileObjects(
                  folder.resolve("src/module-info.java"), folder.resolve("src/demo/User.java")));
      task.setProcessors(List.of(new TransformerModelProcessor()));
      assertThat(task.call()).as("%s", found.getDiagnostics()).isTrue();
      assertThat(classes.resolve("demo/Llama3_8BPlan.class")).exists();
    }
  }
}
