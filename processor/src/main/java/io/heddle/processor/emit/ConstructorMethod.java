package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.expert.RecordedLoad;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/** The constructor: reads the plan's values, checks them, and works out all sizes once. */
final class ConstructorMethod {
  private static final ClassName CHECKS = ClassName.get("io.heddle.plan", "PlanChecks");

  private final RankProgram program;
  private final Plan plan;
  private final Identifiers identifiers;
  private final GroupConstants groups;
  private final JavaSizes sizes;
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final JavaExpressions expressions =
      new JavaExpressions(name -> CodeBlock.of("$N", parameters.get(name)));
  private final CodeBlock.Builder code = CodeBlock.builder();

  ConstructorMethod(RankProgram program, Identifiers identifiers, GroupConstants groups) {
    this.program = program;
    this.plan = program.plan();
    this.identifiers = identifiers;
    this.groups = groups;
    this.sizes = new JavaSizes(identifiers);
  }

  /**
   * The constructor.
   *
   * @param operations of the model's matrix products for one micro-batch of each replica
   */
  MethodSpec build(CodeBlock operations) {
    JavaNames locals = identifiers.inside();
    List.of("plan", "checks").forEach(locals::newName);
    code.addStatement(
        "super(plan, $S, $L$L)",
        plan.pipelineAxis() == null ? "" : plan.pipelineAxis().axis(),
        groups.list(),
        plan.views().isEmpty() ? CodeBlock.of("") : CodeBlock.of(",$W$L", views()));
    code.addStatement("$T checks = new $T(plan, mesh())", CHECKS, CHECKS);
    for (Plan.MeshAxis axis : plan.layout()) {
      code.addStatement("this.$N = plan.axis($S)", identifiers.axis(axis.name()), axis.name());
    }
    for (Plan.View view : plan.views()) {
      for (Plan.ViewAxis axis : view.to()) {
        code.addStatement("this.$N = mesh().size($S)", identifiers.axis(axis.name()), axis.name());
      }
    }
    code.add("\n");
    for (Model.Parameter parameter : plan.model().parameters()) {
      String local = locals.newName(parameter.name());
      parameters.put(parameter.name(), local);
      code.addStatement("long $N = plan.parameter($S)", local, parameter.name());
    }
    for (Model.Requirement requirement : plan.model().requirements()) {
      code.addStatement(
          "checks.require($L,$W$S,$W$S)",
          expressions.condition(requirement.condition()),
          SourcePlaces.exact(requirement.span()),
          requirement.message());
    }
    code.add("\n");
    Map<Dim, Operation.Dispatch> rows = plan.model().expertRows();
    plan.model().dims().stream().filter(dim -> !rows.containsKey(dim)).forEach(this::dim);
    identifiers
        .values()
        .forEach(
            (value, field) -> code.addStatement("this.$N = $L", field, expressions.number(value)));
    rows.forEach(this::rows);
    identifiers.extents().forEach(this::extent);
    stacks();
    if (plan.schedule().forwardOnly()) {
      code.addStatement("checks.forwardOnly()");
    }
    code.addStatement(
        "checks.schedule($L, $L, $L, $S)",
        microBatches(),
        plan.pipelineAxis() == null ? "1" : identifiers.axis(plan.pipelineAxis().axis()),
        plan.schedule().kind().splitsBackward(),
        SourcePlaces.exact(plan.schedule().span()));
    code.add("\n");
    overlap();
    code.addStatement("this.tensorBytes = plan.precision().tensors().bytes()");
    code.addStatement("this.gradientBytes = plan.precision().gradients().bytes()");
    if (plan.formats().precision().products() != null) {
      code.addStatement(
          "this.products = $T.requireNonNull(plan.precision().products())", Objects.class);
    }
    if (plan.formats().precision().storesWeights()) {
      code.addStatement("this.formats = plan.precision()");
    }
    new FormatFields(plan.formats().precision()).assign(code);
    code.addStatement("this.optimizerOps = plan.optimizer().algorithm().operations()");
    code.addStatement("this.optimizerBytes = plan.optimizer().algorithm().bytes(plan.precision())");
    code.addStatement("this.$N = $L", Identifiers.OPERATIONS, operations);
    code.addStatement("checks.cluster($S)", SourcePlaces.exact(plan.cluster().span()));
    code.addStatement("checks.done()");
    trainFrom();
    if (plan.model().hasStreams()) {
      code.add(new StreamPasses(plan.model(), identifiers).spans(program, sizes, groups));
    }
    loads();
    code.addStatement("schedule($L, $L)", layers(), microBatches());
    groups
        .shared()
        .forEach(
            (constant, weights) ->
                code.addStatement(
                    "sharing($L, stage -> $L)",
                    constant,
                    JavaSizes.isHeld(
                        weights, kind -> CodeBlock.of("layersOf(stage, layerKinds, $L)", kind))));
    if (program.step().sharesUnits()) {
      code.addStatement("share($L())", DataGroupsMethod.NAME);
    }
    code.add("\n");
    for (Section block : program.allBlocks()) {
      code.addStatement(
          "this.$N = new $L()",
          identifiers.block(plan.model().title(block.block())),
          identifiers.blockType(plan.model().title(block.block())));
    }
    return MethodSpec.constructorBuilder()
        .addModifiers(Modifier.PUBLIC)
        .addJavadoc("@throws io.heddle.plan.InvalidPlanException if the values do not fit\n")
        .addParameter(FlattenerSource.PLAN_VALUES, "plan")
        .addCode(code.build())
        .build();
  }

  /** The number of pieces may depend on axes. */
  private void overlap() {
    if (plan.overlap().chunks() != null) {
      JavaExpressions axes =
          new JavaExpressions(axis -> CodeBlock.of("$N", identifiers.axis(axis)));
      code.addStatement(
          "this.overlapChunks = checks.pieces($L, $S)",
          axes.number(plan.overlap().chunks()),
          SourcePlaces.exact(plan.overlap().chunks().span()));
    }
  }

  private CodeBlock layers() {
    return CodeBlock.of("layerKinds.total()");
  }

  private CodeBlock microBatches() {
    Dim open = plan.model().stream().stream().filter(Dim::isOpen).findFirst().orElseThrow();
    return CodeBlock.of("plan.batch() / $N", identifiers.extent(new Size.Extent(open, List.of())));
  }

  private void dim(Dim dim) {
    String field = identifiers.extent(new Size.Extent(dim, List.of()));
    if (!dim.isOpen()) {
      code.addStatement("this.$N = $L", field, expressions.number(dim.size()));
      return;
    }
    List<CodeBlock> factors = new ArrayList<>(List.of(CodeBlock.of("plan.microBatch()")));
    plan.shardOf(dim).forEach(axis -> factors.add(CodeBlock.of("$N", identifiers.axis(axis))));
    code.addStatement("this.$N = product($L)", field, CodeBlock.join(factors, ", "));
    if (plan.model().stream().contains(dim)) {
      code.addStatement("checks.batch($N, $S)", field, SourcePlaces.exact(plan.batch().span()));
    }
  }

  /** The views, each with the sizes that the plan gives and the one that is left over. */
  private CodeBlock views() {
    List<CodeBlock> views = new ArrayList<>();
    JavaExpressions sizes = new JavaExpressions(axis -> CodeBlock.of("plan.axis($S)", axis));
    for (Plan.View view : plan.views()) {
      List<CodeBlock> from = view.from().stream().map(axis -> CodeBlock.of("$S", axis)).toList();
      List<CodeBlock> to = new ArrayList<>();
      for (Plan.ViewAxis axis : view.to()) {
        CodeBlock size = axis.size() == null ? CodeBlock.of("0") : sizes.number(axis.size());
        to.add(CodeBlock.of("$S, $L", axis.name(), size));
      }
      views.add(
          CodeBlock.of(
              "$T.view(plan, $S, $L)$L$Z.build()",
              CHECKS,
              SourcePlaces.exact(view.span()),
              CodeBlock.join(from, ", "),
              to.stream()
                  .map(part -> CodeBlock.of("$Z.to($L)", part))
                  .collect(CodeBlock.joining(""))));
    }
    return CodeBlock.of("$T.of($L)", List.class, CodeBlock.join(views, ",$W"));
  }

  /** Rows of one expert. */
  private void rows(Dim dim, Operation.Dispatch dispatch) {
    List<CodeBlock> tokens = new ArrayList<>();
    for (Dim token : dispatch.tokenDims()) {
      tokens.add(CodeBlock.of("$N", identifiers.extent(new Size.Extent(token, List.of()))));
    }
    tokens.add(CodeBlock.of("$N", identifiers.value(dispatch.top())));
    ExpertLayout layout = new ExpertLayout(plan, dispatch);
    List<String> rowAxes = layout.rowAxes();
    List<CodeBlock> ranks =
        rowAxes.stream().map(axis -> CodeBlock.of("$N", identifiers.axis(axis))).toList();
    code.addStatement(
        "this.$N = $T.expertRows(product($L),$W$N,$W$S,$W$S,$W$L)",
        identifiers.extent(new Size.Extent(dim, List.of())),
        ClassName.get("io.heddle.plan", "ExpertRows"),
        CodeBlock.join(tokens, ", "),
        identifiers.extent(new Size.Extent(dispatch.experts(), List.of())),
        plan.experts().capacityText(),
        plan.experts().imbalanceText(),
        ranks.isEmpty() ? CodeBlock.of("1") : CodeBlock.join(ranks, " * "));
  }

  /** How rows go to experts that do not all get as many. */
  private void loads() {
    List<CodeBlock> routes = new ArrayList<>();
    for (Dim dim : plan.loadedRows()) {
      Operation.Dispatch dispatch = Objects.requireNonNull(plan.model().expertRows().get(dim));
      ExpertLayout layout = new ExpertLayout(plan, dispatch);
      List<Size> tokens = new ArrayList<>();
      layout.tokens().forEach((token, axes) -> tokens.add(new Size.Extent(token, axes)));
      Size even =
          Size.product(
              new Size.Extent(dispatch.experts(), layout.expertAxes()),
              new Size.Extent(dim, layout.rowAxes()));
      routes.add(
          CodeBlock.of(
              "new $T($Znew $T($L,$W$L,$W$L,$W$L,$W$L),$W$T.of($L),$W$L)",
              ClassName.get("io.heddle.runtime.emit", "ExpertRoute"),
              ClassName.get("io.heddle.plan.expert", "ExpertShares"),
              load(Objects.requireNonNull(plan.experts().load())),
              sizes.of(new Size.Extent(dispatch.experts(), List.of())),
              layout.expertAxes().isEmpty() ? CodeBlock.of("1") : sizes.ranks(layout.expertAxes()),
              sizes.of(Size.product(tokens)),
              sizes.of(new Size.Value(dispatch.top())),
              List.class,
              layout.expertAxes().stream()
                  .map(axis -> CodeBlock.of("$S", axis))
                  .collect(CodeBlock.joining(", ")),
              sizes.of(even)));
    }
    if (!routes.isEmpty()) {
      code.addStatement("experts($T.of($L))", List.class, CodeBlock.join(routes, ",$W"));
    }
  }

  private static CodeBlock load(ExpertLoad load) {
    ClassName type = ClassName.get(ExpertLoad.class);
    if (load instanceof ExpertLoad.Hot hot) {
      String method = hot.rank() ? "hotRank" : "hotExpert";
      return CodeBlock.of("$T.$L($S, $L)", type, method, hot.factor(), hot.seed());
    }
    if (load instanceof RecordedLoad) {
      return CodeBlock.of("$N()", RecordedLoadMethod.NAME);
    }
    return load instanceof ExpertLoad.LogNormal drawn
        ? CodeBlock.of("$T.logNormal($S, $L)", type, drawn.sigma(), drawn.seed())
        : CodeBlock.of("$T.even()", type);
  }

  private void extent(Size.Extent extent, String field) {
    if (extent.axes().isEmpty()) {
      return;
    }
    List<CodeBlock> axes = extent.axes().stream().map(axis -> CodeBlock.of("$S", axis)).toList();
    code.addStatement(
        "this.$N = checks.split($S, $L, $S, $L)",
        field,
        extent.dim().name(),
        splitSize(extent),
        rulePlace(extent),
        CodeBlock.join(axes, ", "));
  }

  /** The size that is split: rounded up if the plan pads the dimension. */
  private CodeBlock splitSize(Size.Extent extent) {
    CodeBlock size =
        CodeBlock.of("$N", identifiers.extent(new Size.Extent(extent.dim(), List.of())));
    Plan.Padding padding = plan.padding().get(extent.dim());
    if (padding == null) {
      return size;
    }
    JavaExpressions axes = new JavaExpressions(axis -> CodeBlock.of("$N", identifiers.axis(axis)));
    CodeBlock multiple =
        padding.multiple() == null ? sizes.ranks(extent.axes()) : axes.number(padding.multiple());
    return CodeBlock.of("roundUp($L, $L)", size, multiple);
  }

  /** The dimension where the file gives it its last axis. */
  private String rulePlace(Size.Extent extent) {
    String last = extent.axes().get(extent.axes().size() - 1);
    Stream<Plan.AxisUse> rules =
        Stream.of(plan.shard(), plan.stream())
            .flatMap(map -> map.getOrDefault(extent.dim(), List.of()).stream());
    Stream<Plan.AxisUse> pins =
        plan.pins().stream()
            .flatMap(pin -> pin.split().getOrDefault(extent.dim(), List.of()).stream());
    return SourcePlaces.exact(
        Stream.concat(rules, pins)
            .filter(use -> use.axis().equals(last))
            .map(Plan.AxisUse::split)
            .findFirst()
            .orElse(extent.dim().span()));
  }

  /** Where nothing before some layer is trained. */
  private void trainFrom() {
    if (plan.schedule().forwardOnly() || plan.trained().hasBackward(plan.model().embed())) {
      return;
    }
    List<CodeBlock> layers = new ArrayList<>();
    for (Model.Stack stack :
        plan.model().stacks().subList(0, plan.trained().stacksWithoutBackward())) {
      stack.kinds().forEach(kind -> layers.add(CodeBlock.of("layerKinds.of($L)", kind.number())));
    }
    code.addStatement(
        "trainFrom($L)", layers.isEmpty() ? CodeBlock.of("0") : CodeBlock.join(layers, " + "));
  }

  private void stacks() {
    CodeBlock.Builder kinds = CodeBlock.builder().add("$T.builder()", FlattenerSource.LAYER_KINDS);
    for (Model.Stack stack : plan.model().stacks()) {
      kinds.add("$Z.stack($L)", expressions.number(stack.repetitions()));
      for (Model.Run run : stack.pattern()) {
        CodeBlock count = run.count() == null ? CodeBlock.of("1") : expressions.number(run.count());
        kinds.add("$Z.of($L, $L)", run.kind().number(), count);
      }
    }
    code.addStatement("this.layerKinds = $L$Z.build()", kinds.build());
    if (plan.pipelineAxis() != null) {
      code.addStatement(
          "checks.layers($L, $S, $S)",
          layers(),
          SourcePlaces.exact(plan.pipelineAxis().span()),
          plan.pipelineAxis().axis());
    }
  }
}
