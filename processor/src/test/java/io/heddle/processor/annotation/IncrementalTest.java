package io.heddle.processor.annotation;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static io.heddle.processor.annotation.AnnotatedSource.source;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import io.heddle.processor.Sources;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Filer;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What build tools rely on when they compile a part of the sources only. */
final class IncrementalTest {
  @TempDir private Path folder;

  /** Passes everything on, and notes what each generated file originates from. */
  @SupportedAnnotationTypes("*")
  private static final class Watching extends AbstractProcessor {
    private final TransformerModelProcessor watched = new TransformerModelProcessor();
    private final Map<String, List<String>> origins = new LinkedHashMap<>();

    @Override
    public synchronized void init(ProcessingEnvironment environment) {
      super.init(environment);
      Filer filer =
          (Filer)
              Proxy.newProxyInstance(
                  Filer.class.getClassLoader(),
                  new Class<?>[] {Filer.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("createSourceFile")) {
                      Element[] elements = (Element[]) arguments[1];
                      origins.put(
                          arguments[0].toString(),
                          List.of(elements).stream().map(Element::toString).toList());
                    }
                    return invoke(() -> method.invoke(environment.getFiler(), arguments));
                  });
      watched.init(
          (ProcessingEnvironment)
              Proxy.newProxyInstance(
                  Filer.class.getClassLoader(),
                  new Class<?>[] {ProcessingEnvironment.class},
                  (proxy, method, arguments) ->
                      method.getName().equals("getFiler")
                          ? filer
                          : invoke(() -> method.invoke(environment, arguments))));
    }

    private interface Call {
      Object run() throws ReflectiveOperationException;
    }

    private static Object invoke(Call call) throws Throwable {
      try {
        return call.run();
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public Set<String> getSupportedOptions() {
      return watched.getSupportedOptions();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      watched.process(annotations, round);
      return false;
    }
  }

  @Test
  void theProcessorIsDeclaredIsolating() throws IOException {
    try (InputStream declaration =
        TransformerModelProcessor.class.getResourceAsStream(
            "/META-INF/gradle/incremental.annotation.processors")) {
      String text =
          new String(Objects.requireNonNull(declaration).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text.strip()).isEqualTo(TransformerModelProcessor.class.getName() + ",isolating");
    }
  }

  @Test
  void everyFileHasOneOriginatingElement() throws IOException {
    Files.writeString(folder.resolve("m.tfm"), Sources.shipped("llama3_8b.tfm").text());
    Watching watching = new Watching();
    Compilation compilation =
        AnnotatedSource.compile(
            watching,
            folder,
            source(
                "demo.User",
                "package demo;",
                "@io.heddle.runtime.TransformerModel(\"m.tfm\") class User {}"),
            source("demo.Other", "package demo;", "class Other {}"));
    assertThat(compilation).succeeded();
    assertThat(watching.origins)
        .containsOnlyKeys(
            "demo.Llama3_8BNode8Flattener",
            "demo.Llama3_8BPod64Flattener",
            "demo.Llama3_8BParameters",
            "demo.Llama3_8BPlan",
            "demo.Llama3_8BPlans");
    assertThat(watching.origins.values()).allMatch(List.of("demo.User")::equals);
  }

  /** A class that another processor generates is annotated in a later round. */
  @SupportedAnnotationTypes("*")
  private static final class Generating extends AbstractProcessor {
    private boolean isDone;

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      if (!isDone) {
        isDone = true;
        try (Writer writer = processingEnv.getFiler().createSourceFile("demo.Made").openWriter()) {
          writer.write(
              "package demo; @io.heddle.runtime.TransformerModel(\"m.tfm\")"
                  + " @io.heddle.runtime.Layout(plan = Llama3_8BPlans.Pod64)"
                  + " class Made { Llama3_8BPlan plan; }");
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
      return false;
    }
  }

  @Test
  void annotationsOfLaterRoundsCountToo() throws IOException {
    Files.writeString(folder.resolve("m.tfm"), Sources.shipped("llama3_8b.tfm").text());
    Compilation compilation =
        com.google.testing.compile.Compiler.javac()
            .withProcessors(new Generating(), new TransformerModelProcessor())
            .withClasspath(AnnotatedSource.classPath())
            .withOptions("-Atfm.sourcePath=" + folder)
            .compile(source("demo.User", "package demo;", "class User { Made made; }"));
    assertThat(compilation).succeeded();
    assertThat(compilation).generatedSourceFile("demo.Llama3_8BPod64Flattener");
  }
}
