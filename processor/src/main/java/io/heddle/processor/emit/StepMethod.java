package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import io.heddle.plan.KernelKind;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.local.LocalWeight;
import io.heddle.processor.local.Size;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.lang.model.element.Modifier;

/** The end of the step: gradients reduced group by group, weights updated, new weights gathered. */
final class StepMethod {
  private final LocalProgram program;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final CodeBlock.Builder code = CodeBlock.builder();

  /** The node behind which gradients are that were reduced in backward passes. */
  private static final String EARLIER = "reducedBefore";

  /** Nodes that the first reductions wait for. */
  private List<String> needed = List.of();

  /** Nodes that the optimizer waits for. */
  private final List<String> reduced = new ArrayList<>();

  StepMethod(LocalProgram program, GroupConstants groups, JavaSizes sizes) {
    this.program = program;
    this.groups = groups;
    this.sizes = sizes;
  }

  MethodSpec build() {
    stackLayers();
    if (program.plan().reducesEarly()) {
      code.addStatement("long $L = rank.reduced()", EARLIER);
      reduced.add(EARLIER);
      needed = List.of(EARLIER);
    }
    program.step().first().forEach(this::reduceFirst);
    tied();
    List<CodeBlock> updated = new ArrayList<>();
    Map<String, List<String>> gathers = new LinkedHashMap<>();
    program
        .step()
        .data()
        .forEach((axes, weights) -> updated.add(reduceData(axes, weights, gathers)));
    optimizer(updated);
    if (program.plan().optimizer().weights() == null) {
      gathers.forEach(this::gatherWeights);
    }
    return MethodSpec.methodBuilder("step")
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PROTECTED)
        .addParameter(ClassName.get("io.heddle.runtime.trace", "RankEmitter"), "rank")
        .addParameter(TypeName.INT, "stage")
        .addCode(code.build())
        .build();
  }

  private void stackLayers() {
    for (int i = 0; i < program.plan().model().stacks().size(); i++) {
      String from = i == 0 ? "0" : "stackEnd" + (i - 1);
      code.addStatement("long stackLayers$L = layersOf(stage, $L, stackEnd$L)", i, from, i);
    }
  }

  private void reduceFirst(List<String> axes, List<LocalWeight> weights) {
    String name = Identifiers.camel("over." + String.join(".", axes));
    comment("Partial over " + String.join(", ", axes), weights);
    code.addStatement("long $LElements = $L", name, reducedElements(weights));
    code.addStatement("long $LReduced = RankEmitter.NONE", name);
    code.beginControlFlow("if ($L > 1 && $LElements > 0)", sizes.ranks(axes), name);
    code.addStatement(
        "$LReduced = rank$L$Z.allReduce($S,$W$L,$Wproduct($LElements, gradientBytes))",
        name,
        needs(needed),
        "reduce." + String.join(".", axes),
        groups.all(axes),
        name);
    code.endControlFlow();
    reduced.add(name + "Reduced");
  }

  /** Elements of gradients of which backward passes may have left a shard alone. */
  private CodeBlock reducedElements(List<LocalWeight> weights) {
    if (!program.plan().reducesEarly()) {
      return elements(weights, LocalWeight::gradientElements);
    }
    List<CodeBlock> parts = new ArrayList<>();
    program
        .step()
        .data()
        .forEach(
            (axes, all) -> {
              List<LocalWeight> some = weights.stream().filter(all::contains).toList();
              if (!some.isEmpty()) {
                parts.add(shardOf(elements(some, LocalWeight::gradientElements), axes));
              }
            });
    return parts.size() == 1 ? parts.get(0) : CodeBlock.of("sum($L)", CodeBlock.join(parts, ",$W"));
  }

  /** What backward passes leave of gradients that are partial over data axes. */
  private CodeBlock shardOf(CodeBlock elements, List<String> axes) {
    List<String> over = program.scatterAxes(axes);
    return over.isEmpty() || !program.plan().reducesEarly()
        ? elements
        : CodeBlock.of("ceilDiv($L, $L)", elements, sizes.ranks(over));
  }

  /** A table that the first and the last stage share: its gradients are added once a step. */
  private void tied() {
    Weight tied = program.plan().model().tied();
    Plan.AxisUse pipeline = program.plan().pipelineAxis();
    if (tied == null || pipeline == null) {
      return;
    }
    LocalWeight table =
        program.embed().weights().stream()
            .filter(weight -> weight.weight().equals(tied))
            .findFirst()
            .orElseThrow();
    code.add("// $L is on the first and on the last stage.\n", tied.fullName());
    code.addStatement("long tiedReduced = RankEmitter.NONE");
    code.beginControlFlow("if (stages() > 1 && (first(stage) || last(stage)))");
    code.addStatement(
        "tiedReduced = rank$L$Z.allReduce($S,$W$L,$Wproduct($L, gradientBytes))",
        needs(needed),
        "reduce.tied." + tied.name(),
        groups.ends(pipeline.axis()),
        shardOf(sizes.of(table.gradientElements()), dataAxes(table)));
    code.endControlFlow();
    reduced.add("tiedReduced");
  }

  private List<String> dataAxes(LocalWeight weight) {
    return program.step().data().entrySet().stream()
        .filter(group -> group.getValue().contains(weight))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Reduces the gradients that are partial over data axes; returns the number of parameters that
   * the optimizer then updates on this rank.
   */
  private CodeBlock reduceData(
      List<String> axes, List<LocalWeight> weights, Map<String, List<String>> gathers) {
    if (axes.isEmpty()) {
      comment("Whole on every rank", weights);
      code.addStatement("long wholeElements = $L", elements(weights, LocalWeight::elements));
      gatherGradients("whole", weights, "1");
      return CodeBlock.of("wholeElements");
    }
    List<String> over = program.scatterAxes(axes);
    List<String> rest = program.otherAxes(axes);
    List.of(over, rest).stream().filter(some -> !some.isEmpty()).forEach(groups::all);
    boolean early = program.plan().reducesEarly();
    boolean leavesRest = !early || program.plan().optimizer().gradientsSharded();
    String name = Identifiers.camel("over." + String.join(".", axes));
    comment("Partial over " + String.join(", ", axes), weights);
    if (!early || (leavesRest && !rest.isEmpty())) {
      code.addStatement(
          "long $LGradients = $L", name, elements(weights, LocalWeight::gradientElements));
      code.addStatement("long $LReduced = RankEmitter.NONE", name);
    }
    String part = name + "Gradients";
    String shards = "1";
    if (!over.isEmpty()) {
      part = name + "Shard";
      shards = name + "Shards";
      code.addStatement("long $L = $L", shards, sizes.ranks(over));
    }
    if (!over.isEmpty() && (!early || (leavesRest && !rest.isEmpty()))) {
      code.addStatement("long $L = ceilDiv($LGradients, $L)", part, name, shards);
    }
    if (!over.isEmpty() && !early) {
      code.beginControlFlow("if ($L > 1 && $L > 0)", shards, part);
      code.addStatement(
          "$LReduced = rank$L$Z.reduceScatter($S,$W$L,$Wproduct($L, $L, gradientBytes))",
          name,
          needs(reduced),
          "scatter." + String.join(".", over),
          groups.all(over),
          part,
          shards);
      code.endControlFlow();
    }
    if (!rest.isEmpty() && leavesRest) {
      List<String> before = new ArrayList<>(reduced);
      before.add(name + "Reduced");
      code.beginControlFlow("if ($L > 1 && $L > 0)", sizes.ranks(rest), part);
      code.addStatement(
          "$LReduced = rank$L$Z.allReduce($S,$W$L,$Wproduct($L, gradientBytes))",
          name,
          needs(before),
          "reduce." + String.join(".", rest),
          groups.all(rest),
          part);
      code.endControlFlow();
    }
    if (!early || (leavesRest && !rest.isEmpty())) {
      reduced.add(name + "Reduced");
    }
    gatherGradients(name, weights, shards);
    code.addStatement(
        "long $LUpdated = ceilDiv($L, $L)", name, elements(weights, LocalWeight::elements), shards);
    if (!over.isEmpty()) {
      gathers.put(name + "Updated", over);
    }
    return CodeBlock.of("$LUpdated", name);
  }

  /** A gradient that is split where its weight is whole is gathered last. */
  private void gatherGradients(String name, List<LocalWeight> weights, String shards) {
    Map<List<String>, List<LocalWeight>> split = new LinkedHashMap<>();
    for (LocalWeight weight : weights) {
      List<String> axes = weight.gatheredAxes();
      if (!axes.isEmpty()) {
        split.computeIfAbsent(axes, unused -> new ArrayList<>()).add(weight);
      }
    }
    split.forEach(
        (axes, some) -> {
          String gathered = Identifiers.camel(name + "." + String.join(".", axes) + ".gathered");
          code.addStatement("long $L = RankEmitter.NONE", gathered);
          code.addStatement(
              "long $LElements = ceilDiv($L, $L)",
              gathered,
              elements(some, LocalWeight::gradientElements),
              shards);
          code.beginControlFlow("if ($L > 1 && $LElements > 0)", sizes.ranks(axes), gathered);
          code.addStatement(
              "$L = rank$L$Z.allGather($S,$W$L,$Wproduct($LElements, gradientBytes))",
              gathered,
              needs(reduced),
              "gather.gradients." + String.join(".", axes),
              groups.all(axes),
              gathered);
          code.endControlFlow();
          reduced.add(gathered);
        });
  }

  private void optimizer(List<CodeBlock> updated) {
    code.addStatement("long updated = sum($L)", CodeBlock.join(updated, ",$W"));
    List<String> before = program.plan().optimizer().clipped() ? norm() : reduced;
    code.addStatement(
        "long optimizer = rank$L$Z.compute("
            + "elements($S,$W$T.OPTIMIZER,$W$S,$Wupdated)"
            + "$Z.costs(product(updated, optimizerOps),$Wproduct(updated, optimizerBytes)))",
        needs(before),
        "optimizer",
        KernelKind.class,
        "optimizer");
  }

  /** The sum of all squares: of those on this rank, then of all ranks. Returns the node. */
  private List<String> norm() {
    List<String> axes = program.gradientAxes();
    code.add("\n// The norm of all gradients.\n");
    code.addStatement(
        "long norm = rank$L$Z.compute("
            + "elements($S,$W$T.REDUCTION,$W$S,$Wupdated)"
            + "$Z.costs(product(2, updated),$Wproduct(updated, gradientBytes)))",
        needs(reduced),
        "norm",
        KernelKind.class,
        "sum of squares");
    if (!axes.isEmpty()) {
      code.beginControlFlow("if ($L > 1)", sizes.ranks(axes));
      code.addStatement(
          "norm = rank.needs(norm)$Z.allReduce($S,$W$L,$W4)",
          "reduce.norm." + String.join(".", axes),
          groups.all(axes));
      code.endControlFlow();
    }
    return List.of("norm");
  }

  private void gatherWeights(String elements, List<String> axes) {
    code.beginControlFlow("if ($L > 1 && $L > 0)", sizes.ranks(axes), elements);
    code.addStatement(
        "rank.needs(optimizer)$Z.allGather($S,$W$L,$Wproduct($L, tensorBytes))",
        "gather.weights." + String.join(".", axes),
        groups.all(axes),
        elements);
    code.endControlFlow();
  }

  private static CodeBlock needs(List<String> nodes) {
    CodeBlock.Builder needs = CodeBlock.builder();
    for (int i = 0; i < nodes.size(); i += 4) {
      needs.add(".needs($L)", String.join(", ", nodes.subList(i, Math.min(i + 4, nodes.size()))));
    }
    return needs.build();
  }

  private void comment(String what, List<LocalWeight> weights) {
    code.add("\n// $L:", what);
    int column = what.length() + 4;
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

  /** What a stage holds of some weights: those of its layers, of the embedding, of the head. */
  private CodeBlock elements(List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    List<CodeBlock> terms = new ArrayList<>();
    List<Model.Stack> stacks = program.plan().model().stacks();
    for (int i = 0; i < stacks.size(); i++) {
      List<Size> layer = new ArrayList<>();
      for (Block block : stacks.get(i).blocks()) {
        program.blocks().stream()
            .filter(candidate -> candidate.block().equals(block))
            .forEach(candidate -> layer.addAll(of(candidate, weights, each)));
      }
      if (!layer.isEmpty()) {
        terms.add(CodeBlock.of("product(stackLayers$L, $L)", i, sizes.of(Size.sum(layer))));
      }
    }
    List<Size> embed = of(program.embed(), weights, each);
    if (!embed.isEmpty()) {
      terms.add(CodeBlock.of("first(stage) ? $L : 0", sizes.of(Size.sum(embed))));
    }
    headElements(weights, each, terms);
    return terms.size() == 1 ? terms.get(0) : CodeBlock.of("sum($L)", CodeBlock.join(terms, ",$W"));
  }

  /** A stage that is first and last holds a tied table once. */
  private void headElements(
      List<LocalWeight> weights, Function<LocalWeight, Size> each, List<CodeBlock> terms) {
    Weight tied = program.plan().model().tied();
    List<Size> own = new ArrayList<>();
    List<Size> shared = new ArrayList<>();
    for (LocalWeight weight : program.head().weights()) {
      if (weights.contains(weight)) {
        (weight.weight().equals(tied) ? shared : own).add(each.apply(weight));
      }
    }
    if (!own.isEmpty()) {
      terms.add(CodeBlock.of("last(stage) ? $L : 0", sizes.of(Size.sum(own))));
    }
    if (!shared.isEmpty()) {
      terms.add(CodeBlock.of("last(stage) && !first(stage) ? $L : 0", sizes.of(Size.sum(shared))));
    }
  }

  /** The sizes of those weights that a block owns. */
  private static List<Size> of(
      BlockProgram block, List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    return block.weights().stream().filter(weights::contains).map(each).toList();
  }
}
