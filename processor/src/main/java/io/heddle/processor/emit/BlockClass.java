package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.NameAllocator;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.LocalNode.Shape;
import io.heddle.processor.local.Size;
import io.heddle.processor.local.Value;
import io.heddle.processor.model.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;

/**
 * The nested class of a block: the costs of its nodes as fields, forward and backward as
 * straight-line methods.
 */
final class BlockClass {
  private static final ClassName EMITTER = ClassName.get("io.heddle.runtime.trace", "RankEmitter");

  private final BlockProgram block;
  private final Identifiers identifiers;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final NameAllocator members = new NameAllocator();
  private final Map<String, Size> costs = new HashMap<>();
  private final TypeSpec.Builder type;

  BlockClass(BlockProgram block, Identifiers identifiers, GroupConstants groups) {
    this.block = block;
    this.identifiers = identifiers;
    this.groups = groups;
    this.sizes = new JavaSizes(identifiers);
    this.type = TypeSpec.classBuilder(name(block)).addModifiers(Modifier.PRIVATE, Modifier.FINAL);
  }

  static String name(BlockProgram block) {
    return Identifiers.capitalised(block.block().name()) + "Block";
  }

  TypeSpec build() {
    type.addJavadoc("$L: $L.\n", block.block().name(), Places.of(block.block().span()));
    MethodSpec forward = method("forward", block.forward(), block.forwardResult(), true);
    MethodSpec backward = method("backward", block.backward(), block.backwardResult(), false);
    return type.addMethod(forward).addMethod(backward).build();
  }

  private MethodSpec method(String name, List<LocalNode> nodes, Value result, boolean isForward) {
    NameAllocator locals = identifiers.locals();
    Map<Value, String> variables = new HashMap<>();
    MethodSpec.Builder method = MethodSpec.methodBuilder(name).addParameter(EMITTER, "rank");
    boolean takes = isForward ? block.block().argument() != null : block.block().result() != null;
    if (takes) {
      Value argument = isForward ? BlockProgram.ARGUMENT : BlockProgram.RESULT_GRADIENT;
      String parameter = locals.newName(argument.name());
      variables.put(argument, parameter);
      method.addParameter(TypeName.LONG, parameter);
    }
    CodeBlock.Builder code = CodeBlock.builder();
    for (int i = 0; i < nodes.size(); i++) {
      Value output = nodes.get(i).output();
      boolean used = output.equals(result);
      for (LocalNode later : nodes.subList(i + 1, nodes.size())) {
        used |= later.inputs().contains(output);
      }
      if (nodes.get(i) instanceof Compute compute) {
        compute(compute, used, variables, locals, code);
      } else {
        communicate((Communicate) nodes.get(i), used, variables, locals, code);
      }
    }
    if (!result.isBefore()) {
      method.returns(TypeName.LONG);
      code.addStatement("return $N", variables.get(result));
    }
    return method.addCode(code.build()).build();
  }

  private void compute(
      Compute node,
      boolean used,
      Map<Value, String> variables,
      NameAllocator locals,
      CodeBlock.Builder code) {
    String operations = cost(node.operation(), "Ops", node.operations());
    String bytes = cost(node.operation(), "Bytes", node.bytes());
    code.add("// $L: $L", node.kind(), describe(node.shape()));
    code.add("\n");
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.compute($S,$W$N,$W$N", needs(node, variables), name(node), operations, bytes);
    if (node.matmulOperations().equals(Size.ZERO)) {
      call = CodeBlock.of("$L)", call);
    } else if (node.matmulOperations().equals(node.operations())) {
      call = CodeBlock.of("$L,$W$N)", call, operations);
    } else {
      String matmul = cost(node.operation(), "Matmul", node.matmulOperations());
      call = CodeBlock.of("$L,$W$N)", call, matmul);
    }
    assign(node, call, used, variables, locals, code);
  }

  private void assign(
      LocalNode node,
      CodeBlock call,
      boolean used,
      Map<Value, String> variables,
      NameAllocator locals,
      CodeBlock.Builder code) {
    if (used) {
      String variable = locals.newName(node.output().name());
      variables.put(node.output(), variable);
      code.addStatement("long $N = $L", variable, call);
    } else {
      code.addStatement("$L", call);
    }
  }

  private void communicate(
      Communicate node,
      boolean used,
      Map<Value, String> variables,
      NameAllocator locals,
      CodeBlock.Builder code) {
    String bytes = cost(node.operation(), "Bytes", node.bytes());
    code.add(
        "// $L over $L: $L to $L\n",
        node.kind().title(),
        String.join(", ", node.axes()),
        node.from().describe(node.dims()),
        node.to().describe(node.dims()));
    String before = node.inputs().isEmpty() ? null : variables.get(node.inputs().get(0));
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.$L($S,$W$L,$W$N$L)",
            needs(node, variables),
            node.kind().method(),
            name(node),
            groups.all(node.axes()),
            bytes,
            exchange(node));
    if (used) {
      String variable = locals.newName(node.output().name());
      variables.put(node.output(), variable);
      code.addStatement("long $N = $L", variable, before == null ? "RankEmitter.NONE" : before);
      code.beginControlFlow("if ($L > 1)", sizes.ranks(node.axes()));
      code.addStatement("$N = $L", variable, call);
    } else {
      code.beginControlFlow("if ($L > 1)", sizes.ranks(node.axes()));
      code.addStatement("$L", call);
    }
    code.endControlFlow();
  }

  /** The last argument of an all-to-all, where the plan says what it is made of. */
  private static CodeBlock exchange(Communicate node) {
    return node.exchange() == Plan.Exchange.BY_NETWORK
        ? CodeBlock.of("")
        : CodeBlock.of(
            ",$W$T.$L", ClassName.get("io.heddle.runtime.trace", "Exchange"), node.exchange());
  }

  private String name(LocalNode node) {
    return block.block().name() + "." + node.operation();
  }

  private static CodeBlock needs(LocalNode node, Map<Value, String> variables) {
    CodeBlock.Builder needs = CodeBlock.builder();
    List<Value> inputs = node.inputs();
    for (int i = 0; i < inputs.size(); i += 4) {
      List<CodeBlock> some =
          inputs.subList(i, Math.min(i + 4, inputs.size())).stream()
              .map(value -> CodeBlock.of("$N", variables.get(value)))
              .toList();
      needs.add(".needs($L)", CodeBlock.join(some, ", "));
    }
    return needs.build();
  }

  /** A field with a cost, computed once when the flattener is made. */
  private String cost(String operation, String suffix, Size size) {
    String wanted = Identifiers.camel(operation) + suffix;
    if (size.equals(costs.get(wanted))) {
      return wanted;
    }
    String field = members.newName(wanted);
    costs.put(field, size);
    type.addField(
        FieldSpec.builder(TypeName.LONG, field, Modifier.PRIVATE, Modifier.FINAL)
            .initializer("$L", sizes.of(size))
            .build());
    return field;
  }

  private String describe(Shape shape) {
    if (shape instanceof Shape.Gemm gemm) {
      String batch = gemm.batch().equals(Size.of(1)) ? "" : "batch " + text(gemm.batch()) + ", ";
      return batch
          + "M = %s, K = %s, N = %s".formatted(text(gemm.m()), text(gemm.k()), text(gemm.n()));
    }
    if (shape instanceof Shape.Attention attention) {
      return "batch %s, queries %s, keys %s, depth %s and %s"
          .formatted(
              text(attention.batch()),
              text(attention.queries()),
              text(attention.keys()),
              text(attention.k()),
              text(attention.n()));
    }
    return text(((Shape.Elements) shape).elements()) + " elements";
  }

  /** A size for readers: {@code bDp sTp h}. */
  private String text(Size size) {
    if (size instanceof Size.Product product) {
      return String.join(" ", product.factors().stream().map(this::text).toList());
    }
    if (size instanceof Size.Sum sum) {
      return "(" + String.join(" + ", sum.terms().stream().map(this::text).toList()) + ")";
    }
    return sizes.of(size).toString();
  }
}
