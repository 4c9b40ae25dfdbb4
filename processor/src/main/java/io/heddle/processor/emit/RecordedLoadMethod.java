package io.heddle.processor.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.heddle.plan.expert.RecordedLoad;
import java.util.List;
import javax.lang.model.element.Modifier;

/** The method {@code recordedLoad()}: tokens of experts as the file gives them. */
final class RecordedLoadMethod {
  static final String NAME = "recordedLoad";

  private RecordedLoadMethod() {}

  static MethodSpec of(RecordedLoad load) {
    CodeBlock rows =
        load.rows().stream().map(row -> CodeBlock.of("$S", row)).collect(CodeBlock.joining(",\n"));
    return MethodSpec.methodBuilder(NAME)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .returns(RecordedLoad.class)
        .addStatement(
            "return $T.of($S, $L, $T.of(\n$L))",
            RecordedLoad.class,
            load.text(),
            load.microBatches(),
            List.class,
            rows)
        .build();
  }
}
