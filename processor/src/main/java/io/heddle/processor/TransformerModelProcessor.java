package io.heddle.processor;

import com.google.auto.service.AutoService;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.ClassNames;
import io.heddle.processor.emit.JavaFile;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.annotation.processing.SupportedOptions;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic.Kind;

/**
 * The annotation door: {@code @TransformerModel("llama3_8b.tfm")} generates a flattener for each
 * plan of the file, through the same compiler as the command line. javac can point only at Java, so
 * findings stand on the annotation's value and begin with their place in the file.
 */
@AutoService(Processor.class)
@SupportedAnnotationTypes(TransformerModelProcessor.ANNOTATION)
@SupportedOptions(TransformerModelProcessor.SOURCE_PATH)
public final class TransformerModelProcessor extends AbstractProcessor {
  static final String ANNOTATION = "io.heddle.runtime.TransformerModel";
  static final String SOURCE_PATH = "tfm.sourcePath";

  private final Map<String, ClassNames> namesByPackage = new HashMap<>();

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (TypeElement annotation : annotations) {
      for (Element element : round.getElementsAnnotatedWith(annotation)) {
        for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
          if (mirror.getAnnotationType().asElement().equals(annotation)) {
            process(element, mirror);
          }
        }
      }
    }
    return false;
  }

  private void process(Element element, AnnotationMirror mirror) {
    AnnotationValue value = mirror.getElementValues().values().iterator().next();
    String path = value.getValue().toString();
    SourceFiles files = new SourceFiles(processingEnv);
    Optional<Source> source = files.find(path);
    if (source.isEmpty()) {
      String message =
          path
              + ": no such file; give its folder as -A"
              + SOURCE_PATH
              + "=…, or put it among the resources";
      processingEnv.getMessager().printMessage(Kind.ERROR, message, element, mirror, value);
      return;
    }
    TfmCompiler compiler = TfmCompiler.read(source.get(), files);
    List<TfmCompiler.Compiled> plans = new ArrayList<>();
    for (String plan : compiler.plans()) {
      compiler.compile(plan).filter(TfmCompiler.Compiled::checkPlacement).ifPresent(plans::add);
    }
    for (Diagnostic finding : compiler.diagnostics()) {
      Kind kind = finding.severity() == Severity.ERROR ? Kind.ERROR : Kind.WARNING;
      processingEnv
          .getMessager()
          .printMessage(kind, Rendering.of(finding).stripTrailing(), element, mirror, value);
    }
    if (!compiler.hasErrors()) {
      String packageName =
          processingEnv.getElementUtils().getPackageOf(element).getQualifiedName().toString();
      ClassNames names = namesByPackage.computeIfAbsent(packageName, unused -> new ClassNames());
      plans.forEach(plan -> write(plan.java(packageName, names), element, mirror, value));
    }
  }

  private void write(
      JavaFile file, Element element, AnnotationMirror mirror, AnnotationValue value) {
    try (Writer writer =
        processingEnv.getFiler().createSourceFile(file.qualifiedName(), element).openWriter()) {
      writer.write(file.text());
    } catch (IOException e) {
      String message = "cannot write " + file.qualifiedName() + ": " + e.getMessage();
      processingEnv.getMessager().printMessage(Kind.ERROR, message, element, mirror, value);
    }
  }
}
