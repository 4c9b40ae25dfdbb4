package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import io.heddle.plan.KernelKind;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * The end of the step, node by node: what a stage has of each part of the model, then its nodes.
 */
final class StepMethod {
  private final RankProgram program;
  private final Pass pass;
  private final GroupConstants groups;
  private final JavaNames locals;
  private final Map<Size, String> known = new HashMap<>();
  private final JavaSizes sizes;
  private final Map<Value, String> variables = new HashMap<>();
  private final Set<List<LocalWeight>> described = new HashSet<>();
  private final CodeBlock.Builder code = CodeBlock.builder();

  StepMethod(RankProgram program, GroupConstants groups, Identifiers identifiers) {
    this.program = program;
    this.pass = program.step().pass();
    this.groups = groups;
    this.locals = identifiers.inside();
    this.sizes = new JavaSizes(identifiers, known);
    List.of("rank", "stage").forEach(locals::newName);
  }

  MethodSpec build() {
    for (int i = 0; i < program.plan().model().layerKinds().size(); i++) {
      String layers = locals.newName(JavaSizes.LAYERS_OF_KIND + i);
      code.addStatement("long $N = layersOf(stage, layerKinds, $L)", layers, i);
    }
    if (!pass.argument().isBefore()) {
      code.addStatement("long $N = rank.reduced()", variable(pass.argument()));
    }
    for (int i = 0; i < pass.nodes().size(); i++) {
      LocalNode node = pass.nodes().get(i);
      boolean used = isUsed(node.output(), pass.nodes().subList(i + 1, pass.nodes().size()));
      if (node instanceof Compute kernel) {
        compute(kernel, used);
      } else {
        collective((StepCollective) node, used);
      }
    }
    return MethodSpec.methodBuilder("step")
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PROTECTED)
        .addParameter(ClassName.get("io.heddle.runtime.emit", "RankEmitter"), "rank")
        .addParameter(TypeName.INT, "stage")
        .addCode(code.build())
        .build();
  }

  private static boolean isUsed(Value value, List<LocalNode> later) {
    return later.stream()
        .anyMatch(
            node ->
                node.inputs().contains(value)
                    || (node instanceof StepCollective collective
                        && collective.instead().equals(value)));
  }

  private String variable(Value value) {
    String name = locals.newName(Identifiers.camel(value.name()));
    variables.put(value, name);
    return name;
  }

  private void compute(Compute node, boolean used) {
    code.add("\n");
    declare(node.operations(), node.operation());
    declare(node.bytes(), node.operation());
    Size elements = ((Shape.Elements) node.shape()).elements();
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.compute(elements($S,$W$T.$L,$W$S,$W$L)$Z.costs($L,$W$L))",
            needs(node.inputs()),
            node.operation(),
            KernelKind.class,
            node.function().kind(),
            node.title(),
            sizes.of(elements),
            sizes.of(node.operations()),
            sizes.of(node.bytes()));
    if (used) {
      code.addStatement("long $N = $L", variable(node.output()), call);
    } else {
      code.addStatement("$L", call);
    }
  }

  private void collective(StepCollective node, boolean used) {
    describe(node.weights());
    declare(node.bytes(), node.operation());
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.$L($S,$W$L,$W$L)",
            needs(node.inputs()),
            node.kind().method(),
            node.operation(),
            groups.of(node.group()),
            sizes.of(node.bytes()));
    String variable = null;
    if (used) {
      String instead = variables.getOrDefault(node.instead(), "RankEmitter.NONE");
      variable = variable(node.output());
      code.addStatement("long $N = $L", variable, instead);
    }
    code.beginControlFlow("if ($L)", condition(node));
    if (variable != null) {
      code.addStatement("$N = $L", variable, call);
    } else {
      code.addStatement("$L", call);
    }
    code.endControlFlow();
  }

  /** Whether there is somebody to talk to, and something to say. */
  private CodeBlock condition(StepCollective node) {
    if (node.group() instanceof LocalGroup.Along along) {
      CodeBlock members = CodeBlock.of("$L > 1", sizes.ranks(along.axes()));
      List<Size> factors =
          node.bytes() instanceof Size.Product product ? product.factors() : List.of(node.bytes());
      return factors.stream()
          .filter(Size::isOfStage)
          .findFirst()
          .map(elements -> CodeBlock.of("$L && $L > 0", members, sizes.of(elements)))
          .orElse(members);
    }
    if (node.group() instanceof LocalGroup.Stages) {
      return CodeBlock.of("shares($L, stage)", groups.of(node.group()));
    }
    return CodeBlock.of("endsApart() && (first(stage) || last(stage))");
  }

  /** Declares a variable for each number of elements in a size. */
  private void declare(Size size, String operation) {
    if (known.containsKey(size)) {
      return;
    }
    if (size instanceof Size.Product product) {
      product.factors().forEach(factor -> declare(factor, operation));
    } else if (size instanceof Size.Share share) {
      declare(share.whole(), operation);
      declare(size, operation + ".share", "");
    } else if (size instanceof Size.Sum sum && Size.isOfStage(sum)) {
      sum.terms().stream()
          .filter(Size.Share.class::isInstance)
          .forEach(share -> declare(share, operation));
      declare(size, operation, "Elements");
    } else if (size instanceof Size.Held) {
      declare(size, operation, "Elements");
    }
  }

  private void declare(Size size, String name, String end) {
    CodeBlock value = sizes.of(size);
    String variable = locals.newName(Identifiers.camel(name) + end);
    code.addStatement("long $N = $L", variable, value);
    known.put(size, variable);
  }

  private CodeBlock needs(List<Value> values) {
    CodeBlock.Builder needs = CodeBlock.builder();
    for (int i = 0; i < values.size(); i += 4) {
      List<CodeBlock> some = new ArrayList<>();
      for (Value value : values.subList(i, Math.min(i + 4, values.size()))) {
        some.add(CodeBlock.of("$N", variables.get(value)));
      }
      needs.add(".needs($L)", CodeBlock.join(some, ", "));
    }
    return needs.build();
  }

  /** The names of the weights, where a node is the first that has to do with them. */
  private void describe(List<LocalWeight> weights) {
    if (weights.isEmpty() || !described.add(weights)) {
      return;
    }
    code.add("\n//");
    int column = 2;
    for (LocalWeight weight : weights) {
      String name = weight.weight().fullName();
      if (column + name.length() > 80) {
        code.add("\n//");
        column = 2;
      }
      code.add(" $L", name);
      column += name.length() + 1;
    }
    code.add("\n");
  }
}
