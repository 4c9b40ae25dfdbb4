package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.local.LocalWeight;
import io.heddle.processor.local.Size;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Weight;
import java.util.List;
import java.util.function.Function;
import javax.lang.model.element.Modifier;

/**
 * The method that says what data-parallel ranks share of each layer, of the embedding and of the
 * head: for plans that reduce gradients before the end of the step, or split weights.
 */
final class DataGroupsMethod {
  static final String NAME = "dataGroups";

  private static final ClassName TYPE = ClassName.get("io.heddle.runtime.trace", "DataGroups");

  private final LocalProgram program;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final CodeBlock.Builder code = CodeBlock.builder();

  DataGroupsMethod(LocalProgram program, GroupConstants groups, JavaSizes sizes) {
    this.program = program;
    this.groups = groups;
    this.sizes = sizes;
  }

  MethodSpec build() {
    code.addStatement("$T groups = new $T(gradientBytes, tensorBytes)", TYPE, TYPE);
    for (int i = 0; i < program.plan().model().stacks().size(); i++) {
      code.addStatement("groups.stack(stackEnd$L)", i);
    }
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

  private void group(List<String> axes, List<LocalWeight> weights) {
    if (axes.isEmpty()) {
      return;
    }
    code.add("\n// Partial over $L.\n", String.join(", ", axes));
    code.addStatement(
        "groups.over($L,$W$L)", ranks(program.scatterAxes(axes)), ranks(program.otherAxes(axes)));
    unit("embed", "", List.of(program.embed()), weights);
    List<Model.Stack> stacks = program.plan().model().stacks();
    for (int i = 0; i < stacks.size(); i++) {
      unit("layer", i + ", ", blocks(stacks.get(i)), weights);
    }
    head(weights);
  }

  /** A name for the axes, the groups along them, and how many ranks they have. */
  private CodeBlock ranks(List<String> axes) {
    return axes.isEmpty()
        ? CodeBlock.of("$S, 0, 1", "")
        : CodeBlock.of("$S, $L, $L", String.join(".", axes), groups.all(axes), sizes.ranks(axes));
  }

  private List<BlockProgram> blocks(Model.Stack stack) {
    return stack.blocks().stream().map(this::programOf).toList();
  }

  private BlockProgram programOf(Block block) {
    return program.blocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  private void unit(
      String method, String before, List<BlockProgram> blocks, List<LocalWeight> weights) {
    List<LocalWeight> here =
        blocks.stream()
            .flatMap(block -> block.weights().stream())
            .filter(weights::contains)
            .toList();
    if (!here.isEmpty()) {
      code.addStatement(
          "groups.$L($L$L,$W$L)",
          method,
          before,
          sum(here, LocalWeight::gradientElements),
          sum(here, LocalWeight::elements));
    }
  }

  /** The gradient of a tied table is complete on a single stage when the embedding's pass is. */
  private void head(List<LocalWeight> weights) {
    Weight tied = program.plan().model().tied();
    for (LocalWeight weight : program.head().weights()) {
      if (weight.weight().equals(tied) && weights.contains(weight)) {
        code.addStatement(
            "groups.head(stages() > 1 ? $L : 0,$W$L)",
            sizes.of(weight.gradientElements()),
            sizes.of(weight.elements()));
      }
    }
    unit(
        "head",
        "",
        List.of(program.head()),
        weights.stream().filter(weight -> !weight.weight().equals(tied)).toList());
  }

  private CodeBlock sum(List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    return sizes.of(Size.sum(weights.stream().map(each).toList()));
  }
}
