package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.ExpertWay;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * The nested class of a block: its kernels as fields, forward and backward as straight-line
 * methods.
 */
final class BlockClass {
  private static final ClassName EMITTER = ClassName.get("io.heddle.runtime.emit", "RankEmitter");

  private final Section block;
  private final String title;

  /** Dimensions of rows of experts of which ranks get different numbers. */
  private final List<Dim> loadedRows;

  private final JavaNames members;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final KernelFields fields;
  private final TypeSpec.Builder type;

  BlockClass(Section block, Plan plan, Identifiers identifiers, GroupConstants groups) {
    this.block = block;
    this.title = plan.model().title(block.block());
    this.loadedRows = plan.loadedRows();
    this.groups = groups;
    this.sizes = new JavaSizes(identifiers);
    this.members = identifiers.inside();
    this.fields = new KernelFields(block, loadedRows, sizes, members);
    this.type =
        TypeSpec.classBuilder(identifiers.blockType(title))
            .addModifiers(Modifier.PRIVATE, Modifier.FINAL);
  }

  /** The class. */
  TypeSpec build() {
    type.addJavadoc("$L: $L.\n", title, SourcePlaces.of(block.block().span()));
    block.passes().forEach(pass -> type.addMethod(method(pass)));
    fields.addTo(type);
    return type.build();
  }

  /** The method with a pass, such as {@code backwardRecomputingInput}. */
  static String methodName(Pass.Kind kind, boolean recomputing) {
    String again = recomputing ? "Recomputing" : "";
    return switch (kind) {
      case FORWARD -> "forward";
      case BACKWARD -> "backward" + again;
      case BACKWARD_OF_INPUTS -> "backward" + again + "Input";
      case BACKWARD_OF_WEIGHTS -> "backward" + again + "Weight";
      case STEP -> "step";
    };
  }

  private MethodSpec method(Pass pass) {
    String name = methodName(pass.kind(), pass.recomputes());
    return pass.repeatsForward() ? forwardAgain(name, pass) : method(name, pass);
  }

  /** The forward pass, and then the backward pass as it is without. */
  private MethodSpec forwardAgain(String name, Pass pass) {
    boolean makes = !pass.result().isBefore();
    MethodSpec.Builder method =
        MethodSpec.methodBuilder(name)
            .returns(makes ? TypeName.LONG : TypeName.VOID)
            .addParameter(EMITTER, "rank")
            .addParameter(TypeName.LONG, "dout");
    CodeBlock.Builder gradients = CodeBlock.builder().add("rank, dout");
    for (Value given : pass.sides().given()) {
      if (!given.isBefore()) {
        method.addParameter(TypeName.LONG, given.name());
        gradients.add(", $L", given.name());
      }
    }
    String tensors = ", RankEmitter.NONE".repeat(1 + block.block().sides().size());
    return method
        .addStatement("rank.recompute()")
        .addStatement("forward(rank$L)", tensors)
        .addStatement("rank.backward()")
        .addStatement(
            "$L$L($L)", makes ? "return " : "", methodName(pass.kind(), false), gradients.build())
        .build();
  }

  private MethodSpec method(String name, Pass pass) {
    JavaNames locals = members.inside();
    locals.newName("rank");
    Map<Value, String> variables = new HashMap<>();
    MethodSpec.Builder method = MethodSpec.methodBuilder(name).addParameter(EMITTER, "rank");
    Value argument = pass.argument();
    Value result = pass.result();
    List<LocalNode> nodes = pass.nodes();
    if (!argument.isBefore()) {
      String parameter = locals.newName(argument.name());
      variables.put(argument, parameter);
      method.addParameter(TypeName.LONG, parameter);
    }
    for (Value given : pass.sides().given()) {
      if (!given.isBefore()) {
        String parameter = locals.newName(given.name());
        variables.put(given, parameter);
        method.addParameter(TypeName.LONG, parameter);
      }
    }
    CodeBlock.Builder code = CodeBlock.builder();
    boolean isAgain = false;
    for (int i = 0; i < nodes.size(); i++) {
      Value output = nodes.get(i).output();
      if (pass.isAgain(output) != isAgain) {
        isAgain = !isAgain;
        code.addStatement(isAgain ? "rank.recompute()" : "rank.backward()");
      }
      boolean used = isUsed(output, nodes.subList(i + 1, nodes.size()), pass.results());
      if (nodes.get(i) instanceof Compute compute) {
        compute(compute, used, variables, locals, code);
      } else if (nodes.get(i) instanceof Ring ring) {
        ring(ring, variables, locals, code);
      } else {
        communicate((Communicate) nodes.get(i), used, variables, locals, code);
      }
    }
    if (isAgain) {
      code.addStatement("rank.backward()");
    }
    for (int i = 0; i < pass.sides().made().size(); i++) {
      Value made = pass.sides().made().get(i);
      if (!made.isBefore()) {
        code.addStatement("rank.streams().ofSide($L, $N)", i, variables.get(made));
      }
    }
    if (!result.isBefore()) {
      method.returns(TypeName.LONG);
      code.addStatement("return $N", variables.get(result));
    }
    return method.addCode(code.build()).build();
  }

  private static boolean isUsed(Value value, List<LocalNode> later, List<Value> results) {
    return results.contains(value)
        || later.stream().anyMatch(node -> node.inputs().contains(value));
  }

  private void compute(
      Compute node,
      boolean used,
      Map<Value, String> variables,
      JavaNames locals,
      CodeBlock.Builder code) {
    Pieces pieces = node.pieces();
    String kernel = fields.of(node);
    CodeBlock call = CodeBlock.of("rank$L$Z.compute($N)", needs(node, pieces, variables), kernel);
    assign(node, call, used, variables, locals, code);
  }

  private void ring(
      Ring node, Map<Value, String> variables, JavaNames locals, CodeBlock.Builder code) {
    if (node.reach() != null) {
      neighbours(node, node.reach(), variables, locals, code);
      return;
    }
    code.add(
        "// $L go round over $L\n",
        String.join(" and ", node.tensors()),
        String.join(", ", node.axes()));
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.ring($S,$W$L,$W$N)$L$Z.$L($N,$W$N",
            needs(node.own(), variables),
            block.block().name() + "." + node.keysOperation(),
            groups.all(node.axes()),
            fields.number(node.keysOperation(), "Bytes", node.message()),
            needs(node.others(), variables),
            node.sum() == null ? "forward" : "backward",
            fields.of(node.kernel()),
            fields.later(node));
    Compute sum = node.sum();
    if (sum == null) {
      assign(node, CodeBlock.of("$L)", call), true, variables, locals, code);
      return;
    }
    CodeBlock added = CodeBlock.of(",$W$N)", fields.of(sum));
    assign(node, CodeBlock.of("$L$L", call, added), true, variables, locals, code);
    assign(sum, CodeBlock.of("rank.broughtHome()"), true, variables, locals, code);
  }

  private void neighbours(
      Ring node,
      Reach reach,
      Map<Value, String> variables,
      JavaNames locals,
      CodeBlock.Builder code) {
    code.add(
        "// $L come from neighbours over $L\n",
        String.join(" and ", node.tensors()),
        String.join(", ", node.axes()));
    List<String> kernels = new ArrayList<>(List.of(fields.of(node.kernel())));
    if (reach.rest() != null) {
      kernels.add(fields.of(reach.rest()));
    }
    Compute sum = node.sum();
    if (sum != null) {
      kernels.add(fields.of(sum));
    }
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.neighbours($S,$W$L,$W$N,$W$N,$W$T.$L)$L$Z.$L($L)",
            needs(node.own(), variables),
            block.block().name() + "." + node.keysOperation(),
            groups.all(node.axes()),
            fields.number(node.keysOperation(), "Bytes", node.message()),
            fields.number(node.keysOperation(), "Reach", reach.bytes()),
            ClassName.get("io.heddle.plan.mesh", "Neighbours", "Sides"),
            reach.sides(),
            needs(node.others(), variables),
            sum == null ? "forward" : "backward",
            CodeBlock.join(kernels.stream().map(k -> CodeBlock.of("$N", k)).toList(), ",$W"));
    assign(node, call, true, variables, locals, code);
    if (sum != null) {
      assign(sum, CodeBlock.of("rank.broughtBack()"), true, variables, locals, code);
    }
  }

  private void assign(
      LocalNode node,
      CodeBlock call,
      boolean used,
      Map<Value, String> variables,
      JavaNames locals,
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
      JavaNames locals,
      CodeBlock.Builder code) {
    String bytes = fields.number(node.operation(), "Bytes", node.bytes());
    code.add(
        "// $L over $L: $L to $L$L\n",
        node.kind().title(),
        String.join(", ", node.axes()),
        node.from().describe(node.dims()),
        node.to().describe(node.dims()),
        inPieces(node.pieces()));
    String before = node.inputs().isEmpty() ? null : variables.get(node.inputs().get(0));
    CodeBlock call =
        CodeBlock.of(
            "rank$L$Z.$L($S,$W$L,$W$L$L)",
            needs(node, node.pieces(), variables),
            method(node),
            name(node),
            groups.of(node.group()),
            bytes(node, bytes),
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

  /** The way of rows of which ranks get different numbers; null of all else. */
  private @Nullable ExpertWay way(Communicate node) {
    ExpertWay way = node.way();
    return way != null && loadedRows.contains(way.rows()) ? way : null;
  }

  private String method(Communicate node) {
    if (node.isByNode()) {
      return "byNode";
    }
    ExpertWay way = way(node);
    return way == null ? node.kind().method() : way.toExperts() ? "toExperts" : "fromExperts";
  }

  /** Bytes that it moves: a number, or as many as the rank has rows. */
  private CodeBlock bytes(Communicate node, String number) {
    return RowSizes.in(node.bytes(), loadedRows)
        .map(rows -> CodeBlock.of("rank.bytesOfRows($L, $N)", loadedRows.indexOf(rows), number))
        .orElseGet(() -> CodeBlock.of("$N", number));
  }

  /**
   * The last argument of an all-to-all: by which route rows go, or what the plan says it is made
   * of.
   */
  private CodeBlock exchange(Communicate node) {
    ExpertWay way = way(node);
    if (way != null) {
      return CodeBlock.of(",$W$L", loadedRows.indexOf(way.rows()));
    }
    if (node.way() != null && node.isByNode()) {
      ExpertWay.Spread spread = node.way().spread();
      return CodeBlock.of(
          ",$W$L,$W$L,$W$L,$W$LL,$W$L",
          sizes.of(spread.tokens()),
          sizes.of(spread.experts()),
          sizes.of(spread.top()),
          spread.nodes(),
          node.way().toExperts());
    }
    return node.exchange() == Plan.Exchange.BY_NETWORK
        ? CodeBlock.of("")
        : CodeBlock.of(
            ",$W$T.$L", ClassName.get("io.heddle.runtime.emit", "Exchange"), node.exchange());
  }

  private String name(LocalNode node) {
    return block.block().name() + "." + node.operation();
  }

  private static String inPieces(@Nullable Pieces pieces) {
    return pieces == null ? "" : "; in pieces with " + String.join(", ", pieces.with());
  }

  /** What a node needs, and in how many pieces it comes if it is cut. */
  private CodeBlock needs(LocalNode node, @Nullable Pieces pieces, Map<Value, String> variables) {
    if (pieces == null) {
      return needs(node.inputs(), variables);
    }
    Map<Value, List<String>> neighbours = pieces.neighbours();
    CodeBlock.Builder needs = CodeBlock.builder();
    needs.add(
        needs(
            node.inputs().stream().filter(value -> !neighbours.containsKey(value)).toList(),
            variables));
    needs.add("$Z.pieces($N)", fields.count(pieces.cut()));
    node.inputs().stream()
        .filter(neighbours::containsKey)
        .forEach(
            value ->
                needs.add(".of($N, $L)", variables.get(value), sizes.ranks(neighbours.get(value))));
    return needs.build();
  }

  private static CodeBlock needs(List<Value> inputs, Map<Value, String> variables) {
    CodeBlock.Builder needs = CodeBlock.builder();
    for (int i = 0; i < inputs.size(); i += 4) {
      List<CodeBlock> some =
          inputs.subList(i, Math.min(i + 4, inputs.size())).stream()
              .map(value -> CodeBlock.of("$N", variables.get(value)))
              .toList();
      needs.add(".needs($L)", CodeBlock.join(some, ", "));
    }
    return needs.build();
  }
}
