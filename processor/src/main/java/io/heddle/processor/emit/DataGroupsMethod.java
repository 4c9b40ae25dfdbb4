package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Step;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * The method that says what data-parallel ranks share of each layer, of the embedding and of the
 * head: for plans that reduce gradients before the end of the step, or split weights.
 */
final class DataGroupsMethod {
  static final String NAME = "dataGroups";

  private static final ClassName TYPE = ClassName.get("io.heddle.runtime.aside", "DataGroups");

  private final RankProgram program;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final CodeBlock.Builder code = CodeBlock.builder();

  DataGroupsMethod(RankProgram program, GroupConstants groups, JavaSizes sizes) {
    this.program = program;
    this.groups = groups;
    this.sizes = sizes;
  }

  MethodSpec build() {
    code.addStatement("$T groups = new $T(layerKinds, gradientBytes, tensorBytes)", TYPE, TYPE);
    program.step().data().forEach(this::group);
    code.addStatement("return groups");
    return MethodSpec.methodBuilder(NAME)
        .addModifiers(Modifier.PRIVATE)
        .addJavadoc(
            "Elements of gradients and of weights that data-parallel ranks share, of each unit.\n")
        .returns(TYPE)
        .addCode(code.build())
        .build();
  }

  private void group(Step.DataGroup group) {
    if (group.axes().isEmpty()) {
      return;
    }
    code.add("\n// Partial over $L.\n", String.join(", ", group.axes()));
    code.addStatement(
        "groups.over($L,$W$L)",
        ranks(new LocalGroup.Along(group.scattered())),
        ranks(group.othersGroup()));
    group.shares().forEach(this::share);
  }

  /** A name for the axes, the groups along them, and how many ranks they have. */
  private CodeBlock ranks(LocalGroup.Along group) {
    List<String> axes = group.axes();
    return axes.isEmpty()
        ? CodeBlock.of("$S, 0, 1", "")
        : CodeBlock.of("$S, $L, $L", String.join(".", axes), groups.of(group), sizes.ranks(axes));
  }

  private void share(Step.UnitShare share) {
    CodeBlock gradients = sizes.of(share.gradients());
    CodeBlock weights = sizes.of(share.weights());
    if (share.unit() instanceof Size.Layer layer) {
      code.addStatement("groups.layer($L, $L,$W$L)", layer.kind(), gradients, weights);
      return;
    }
    if (share.unit() instanceof Size.Shared shared) {
      List<CodeBlock> users = new ArrayList<>();
      users.add(CodeBlock.of("$L", shared.users().contains(Size.End.EMBEDDING)));
      users.add(CodeBlock.of("$L", shared.users().contains(Size.End.HEAD)));
      shared.kinds().forEach(kind -> users.add(CodeBlock.of("$L", kind)));
      code.addStatement("groups.shared($L,$W$L)", gradients, CodeBlock.join(users, ",$W"));
      return;
    }
    switch ((Size.End) share.unit()) {
      case EMBEDDING -> code.addStatement("groups.embed($L,$W$L)", gradients, weights);
      case HEAD -> code.addStatement("groups.head($L,$W$L)", gradients, weights);
      case HEAD_APART -> code.addStatement("groups.table($L,$W$L)", gradients, weights);
    }
  }
}
