package io.heddle.processor.annotation;

import com.google.auto.service.AutoService;
import io.heddle.processor.ModelClasses;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.emit.JavaFile;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.FilerException;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.annotation.processing.SupportedOptions;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;

/**
 * The annotation door: {@code @TransformerModel("llama3_8b.tfm")} generates a flattener for each
 * plan of the file, and {@code @Layout} checks one plan, through the same compiler as the command
 * line.
 *
 * <p>Every generated file has one originating element, the annotated one, and depends on nothing
 * else in Java: build tools may treat the processor as isolating. They do not see the {@code .tfm}
 * files, which are to be declared as inputs of the compilation.
 */
@AutoService(Processor.class)
@SupportedAnnotationTypes({
  TransformerModelProcessor.MODEL,
  TransformerModelProcessor.LAYOUT,
  TransformerModelProcessor.LAYOUT + ".List"
})
@SupportedOptions(TransformerModelProcessor.SOURCE_PATH)
public final class TransformerModelProcessor extends AbstractProcessor {
  static final String MODEL = "io.heddle.runtime.TransformerModel";
  static final String LAYOUT = "io.heddle.runtime.Layout";
  static final String SOURCE_PATH = "tfm.sourcePath";

  /** Which element a class was generated for. */
  private final Map<String, String> generatedFor = new HashMap<>();

  /** Types and packages with layouts in them, which may name constants that are generated first. */
  private final Set<String> withLayouts = new LinkedHashSet<>();

  private Optional<CompiledFiles> files = Optional.empty();
  private Optional<Reporter> reporter = Optional.empty();

  @Override
  public synchronized void init(ProcessingEnvironment environment) {
    super.init(environment);
    files = Optional.of(new CompiledFiles(environment));
    reporter = Optional.of(new Reporter(environment.getMessager()));
  }

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    try {
      for (TypeElement annotation : annotations) {
        boolean isModel = annotation.getQualifiedName().contentEquals(MODEL);
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
          if (isModel) {
            AnnotationUse.of(element, MODEL).forEach(use -> generate(use, round));
          } else {
            withLayouts.add(owner(element));
          }
        }
      }
      if (round.processingOver()) {
        withLayouts.forEach(this::checkLayouts);
      }
    } catch (RuntimeException | StackOverflowError e) {
      reporter()
          .error(
              "a fault of Heddle, not of your input: %s; please report it with your input"
                  .formatted(e));
    }
    return false;
  }

  private CompiledFiles files() {
    return files.orElseThrow();
  }

  private Reporter reporter() {
    return reporter.orElseThrow();
  }

  private void generate(AnnotationUse use, RoundEnvironment round) {
    if (use.value("value").isEmpty()) {
      // javac says so.
      return;
    }
    String path = use.text("value");
    Optional<TfmCompiler> compiler = files().get(path);
    if (compiler.isEmpty()) {
      reporter().error(files().refusal(path), use, "value");
      return;
    }
    List<TfmCompiler.Compiled> plans = new ArrayList<>();
    for (String plan : compiler.get().plans()) {
      compiler
          .get()
          .compile(plan)
          .filter(TfmCompiler.Compiled::checkPlacement)
          .ifPresent(plans::add);
    }
    reporter().reportFile(compiler.get().diagnostics(), use, "value");
    if (!compiler.get().hasErrors()) {
      String packageName =
          processingEnv.getElementUtils().getPackageOf(use.element()).getQualifiedName().toString();
      ModelClasses.of(plans, packageName).forEach(file -> write(file, use, round));
    }
  }

  private void write(JavaFile file, AnnotationUse use, RoundEnvironment round) {
    String name = file.qualifiedName();
    if (isWritten(name, round)) {
      reporter()
          .error(
              "%s is among the sources already: let either heddle-maven-plugin or the annotation"
                      .formatted(name)
                  + " generate it, not both",
              use,
              "value");
      return;
    }
    String other = generatedFor.putIfAbsent(name, use.element().toString());
    if (other != null) {
      reporter()
          .error(
              "%s is generated for %s already: name the file in one place of a package"
                  .formatted(name, other),
              use,
              "value");
      return;
    }
    try (Writer writer =
        processingEnv.getFiler().createSourceFile(name, use.element()).openWriter()) {
      writer.write(file.text());
    } catch (FilerException e) {
      reporter().error(name + " is generated by another processor already", use, "value");
    } catch (IOException e) {
      reporter().error("cannot write " + name + ": " + e.getMessage(), use, "value");
    }
  }

  private static boolean isWritten(String name, RoundEnvironment round) {
    return round.getRootElements().stream()
        .anyMatch(
            root ->
                root instanceof TypeElement type && type.getQualifiedName().contentEquals(name));
  }

  /** The outermost type around an element, or the package that it is. */
  private static String owner(Element element) {
    Element owner = element;
    while (owner.getEnclosingElement() != null
        && !(owner instanceof PackageElement)
        && !(owner.getEnclosingElement() instanceof PackageElement)) {
      owner = owner.getEnclosingElement();
    }
    return owner instanceof PackageElement ? "package " + owner : owner.toString();
  }

  /** Looks elements up anew: those of earlier rounds lack what has been generated since. */
  private void checkLayouts(String owner) {
    Element element =
        owner.startsWith("package ")
            ? processingEnv
                .getElementUtils()
                .getPackageElement(owner.substring("package ".length()))
            : processingEnv.getElementUtils().getTypeElement(owner);
    if (element instanceof PackageElement) {
      checkLayoutsOf(element);
    } else if (element != null) {
      checkLayoutsIn(element);
    }
  }

  private void checkLayoutsIn(Element element) {
    checkLayoutsOf(element);
    element.getEnclosedElements().forEach(this::checkLayoutsIn);
  }

  private void checkLayoutsOf(Element element) {
    for (AnnotationUse use : AnnotationUse.of(element, LAYOUT)) {
      String file = use.text("file");
      new LayoutCheck(files(), reporter()).run(use, file.isEmpty() ? enclosingFile(element) : file);
    }
  }

  /** The file that the annotation around an element names; empty for none. */
  private String enclosingFile(Element element) {
    for (Element at = element; at != null; at = at.getEnclosingElement()) {
      List<AnnotationUse> models = AnnotationUse.of(at, MODEL);
      if (!models.isEmpty()) {
        return models.get(0).text("value");
      }
    }
    return "";
  }
}
