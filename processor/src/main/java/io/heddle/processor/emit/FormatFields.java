package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.heddle.plan.ActivationFormats;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.lang.model.element.Modifier;

/** The fields of a generated class for formats of activations that are not as other tensors. */
final class FormatFields {
  static final String STREAM = "streamElementBytes";
  static final String QKV = "qkvBytes";
  static final String LOGIT = "logitBytes";
  static final String EXCHANGES = "exchanges";

  /** The names of all of them. */
  static final List<String> NAMES = List.of(STREAM, QKV, LOGIT, EXCHANGES);

  private record Field(TypeName type, String name, CodeBlock value) {}

  private final List<Field> fields = new ArrayList<>();

  /** Those that a class for such formats has. */
  FormatFields(Precision precision) {
    ActivationFormats formats = precision.activations();
    bytes(STREAM, "stream", formats.stream() != precision.tensors());
    bytes(QKV, "qkv", formats.qkv() != precision.tensors());
    bytes(LOGIT, "logits", formats.logits() != precision.tensors());
    if (formats.exchanges() != null) {
      fields.add(
          new Field(
              ClassName.get(Quantisation.class),
              EXCHANGES,
              CodeBlock.of(
                  "$T.requireNonNull(plan.precision().activations().exchanges())", Objects.class)));
    }
  }

  private void bytes(String name, String kind, boolean isApart) {
    if (isApart) {
      fields.add(
          new Field(
              TypeName.LONG,
              name,
              CodeBlock.of("plan.precision().activations().$N().bytes()", kind)));
    }
  }

  void declare(TypeSpec.Builder type) {
    fields.forEach(
        field -> type.addField(field.type(), field.name(), Modifier.PRIVATE, Modifier.FINAL));
  }

  /** Assigns them, in the constructor. */
  void assign(CodeBlock.Builder code) {
    fields.forEach(field -> code.addStatement("this.$N = $L", field.name(), field.value()));
  }
}
