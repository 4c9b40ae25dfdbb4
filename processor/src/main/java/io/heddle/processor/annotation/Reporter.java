package io.heddle.processor.annotation;

import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.Messager;
import javax.lang.model.element.AnnotationValue;
import javax.tools.Diagnostic.Kind;

/**
 * Tells javac what is found. It can point only at Java, so findings stand on the value of an
 * annotation and begin with their place in the file.
 */
final class Reporter {
  private final Messager messager;

  /** The texts of what is reported of files. */
  private final Set<String> ofFiles = new HashSet<>();

  Reporter(Messager messager) {
    this.messager = messager;
  }

  /** Findings of a file, on the attribute that first names it: each is reported once. */
  void reportFile(Collection<Diagnostic> findings, AnnotationUse use, String attribute) {
    for (Diagnostic finding : findings) {
      if (ofFiles.add(Rendering.of(finding))) {
        print(finding, use, attribute);
      }
    }
  }

  /** Findings of a use, on an attribute, without those of the file itself. */
  void report(Collection<Diagnostic> findings, AnnotationUse use, String attribute) {
    for (Diagnostic finding : findings) {
      if (!ofFiles.contains(Rendering.of(finding))) {
        print(finding, use, attribute);
      }
    }
  }

  private void print(Diagnostic finding, AnnotationUse use, String attribute) {
    Kind kind = finding.severity() == Severity.ERROR ? Kind.ERROR : Kind.WARNING;
    print(kind, Rendering.of(finding).stripTrailing(), use, attribute);
  }

  void error(String message, AnnotationUse use, String attribute) {
    print(Kind.ERROR, message, use, attribute);
  }

  /** Something that nothing is annotated with: an error of the whole compilation. */
  void error(String message) {
    messager.printMessage(Kind.ERROR, message);
  }

  private void print(Kind kind, String message, AnnotationUse use, String attribute) {
    Optional<AnnotationValue> value = use.value(attribute);
    if (value.isPresent()) {
      messager.printMessage(kind, message, use.element(), use.mirror(), value.get());
    } else {
      messager.printMessage(kind, message, use.element(), use.mirror());
    }
  }
}
