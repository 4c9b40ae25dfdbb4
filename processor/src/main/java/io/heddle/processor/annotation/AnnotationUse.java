package io.heddle.processor.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;

/**
 * One annotation where it is used. Code that is being written may lack values, or have values that
 * do not resolve.
 */
record AnnotationUse(Element element, AnnotationMirror mirror) {
  /** The annotations of a type on an element, those in a container too. */
  static List<AnnotationUse> of(Element element, String type) {
    List<AnnotationUse> uses = new ArrayList<>();
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      TypeElement annotation = (TypeElement) mirror.getAnnotationType().asElement();
      if (annotation.getQualifiedName().contentEquals(type)) {
        uses.add(new AnnotationUse(element, mirror));
      } else if (annotation.getQualifiedName().contentEquals(type + ".List")) {
        for (Object each : new AnnotationUse(element, mirror).elements("value")) {
          if (each instanceof AnnotationMirror inner) {
            uses.add(new AnnotationUse(element, inner));
          }
        }
      }
    }
    return uses;
  }

  /** Where the value of an attribute stands; empty where it is not given. */
  Optional<AnnotationValue> value(String attribute) {
    for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
        mirror.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(attribute)) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  /** A text; empty where it is not given. */
  String text(String attribute) {
    return value(attribute).map(AnnotationValue::getValue).map(Object::toString).orElse("");
  }

  /** The texts of an array. */
  List<String> texts(String attribute) {
    return elements(attribute).stream().map(Object::toString).toList();
  }

  private List<Object> elements(String attribute) {
    List<Object> elements = new ArrayList<>();
    Object value = value(attribute).map(AnnotationValue::getValue).orElse(List.of());
    if (value instanceof List<?> list) {
      for (Object each : list) {
        elements.add(each instanceof AnnotationValue inner ? inner.getValue() : each);
      }
    }
    return elements;
  }
}
