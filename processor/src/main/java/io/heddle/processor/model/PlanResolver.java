package io.heddle.processor.model;

import io.heddle.plan.Engine;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves the names of a plan. */
final class PlanResolver {
  private final Declaration.Plan syntax;
  private final Model trained;
  private final Names<Declaration.Cluster> clusters;
  private final HardwareResolver hardware;
  private final Names<Declaration.Engine> engines;
  private final DeclaredLoads loads;
  private final Diagnostics diagnostics;
  private final PlanLines lines;

  /** The model as the plan runs it. */
  private Model model;

  PlanResolver(
      Declaration.Plan syntax,
      Model model,
      Names<Declaration.Cluster> clusters,
      Names<Declaration.Device> devices,
      Names<Declaration.Engine> engines,
      DeclaredLoads loads,
      Diagnostics diagnostics) {
    this.syntax = syntax;
    this.trained = model;
    this.model = model;
    this.clusters = clusters;
    this.engines = engines;
    this.loads = loads;
    this.hardware = new HardwareResolver(devices, diagnostics);
    this.diagnostics = diagnostics;
    this.lines = new PlanLines(syntax, diagnostics);
  }

  /** The plan; empty after findings. */
  Optional<Plan> resolve() {
    InferenceLines inferenceLines = new InferenceLines(lines, diagnostics);
    Optional<InferenceLines.Said> said = inferenceLines.step();
    Inference inference = null;
    if (said.isPresent()) {
      inferenceLines.reject(said.get());
      Optional<InferenceModel.Written> written =
          InferenceModel.write(said.get(), trained, inferenceLines.kept(), diagnostics);
      if (written.isEmpty()) {
        return Optional.empty();
      }
      model = written.get().model();
      inference = inferenceLines.inference(said.get(), written.get().tokens());
    }
    Names<Dim> dims = new Names<>("dimension", Dim::span, diagnostics);
    model.dims().forEach(dim -> dims.declare(new Name(dim.name(), dim.span()), dim));
    Map<String, Expression> parameters = parameters();
    PlanAxes axes = new PlanAxes(lines, diagnostics);
    ShardRules rules =
        new ShardRules(lines.items(PlanItem.Shard.class), model, dims, axes, diagnostics);
    BlockParts parts = new BlockParts(model, diagnostics);
    PinResolver pinning = new PinResolver(parts, dims, axes, diagnostics);
    List<Plan.Pin> pins = new ArrayList<>();
    lines.items(PlanItem.Pin.class).forEach(pin -> pinning.resolve(pin).ifPresent(pins::add));
    rules.rejectPipelineAxis(pins, axes.views());
    PlanSettings settings = new PlanSettings(lines, axes, diagnostics);
    Optional<Plan.Batch> batch = settings.batch(inference);
    Optional<Plan.Formats> formats = settings.formats(inference);
    Optional<ParametricCluster> cluster = formats.flatMap(found -> cluster(found, axes));
    Plan.Schedule schedule = settings.schedule(inference);
    Plan.Stages stages = settings.stages();
    Plan.Activations activations =
        new ActivationSettings(lines, model, parts, axes, diagnostics).resolve();
    Plan.Frozen frozen = new FreezeResolver(lines, model, parts, diagnostics).resolve();
    pins.forEach(pin -> FreezeResolver.rejectFrozen(pin, frozen, diagnostics));
    GradientSettings gradients = new GradientSettings(lines, model, axes, rules, diagnostics);
    Plan.Optimizer optimizer = gradients.optimizer();
    Plan.Reduction reduction = gradients.reduction(optimizer);
    Plan.Experts experts = new ExpertSettings(lines, loads, diagnostics).read();
    Plan.Context context = settings.context();
    Plan.Overlap overlap = settings.overlap();
    Plan.TwoLevelSums twoLevelSums = settings.twoLevelSums();
    Optional<Engine> engine =
        lines
            .single(PlanItem.UsesEngine.class, "engine")
            .map(item -> new EngineResolver(engines, diagnostics).resolve(item.engine()))
            .orElse(Optional.of(Engine.IDEAL));
    if (lines.items(PlanItem.Mesh.class).isEmpty()) {
      lines.missing("mesh", "mesh pp = 4, dp = 2, tp = 8");
    }
    if (batch.isEmpty()
        || formats.isEmpty()
        || cluster.isEmpty()
        || engine.isEmpty()
        || diagnostics.hasErrors()) {
      return Optional.empty();
    }
    boolean trains = inference == null && !schedule.forwardOnly();
    return Optional.of(
        new Plan(
            syntax.name().text(),
            syntax.documentation(),
            trains ? TrainedModel.of(model, weight -> !frozen.weights().contains(weight)) : model,
            parameters,
            axes.layout(),
            rules.pipelineAxis(),
            rules.shard(),
            rules.stream(),
            rules.padding(),
            pins,
            axes.views(),
            experts,
            context,
            overlap,
            twoLevelSums,
            batch.get(),
            schedule,
            stages,
            activations,
            frozen,
            optimizer,
            reduction,
            formats.get(),
            cluster.get(),
            engine.get(),
            inference,
            syntax.name().span()));
  }

  /** The parameters of the model that stand behind its name. */
  private Map<String, Expression> parameters() {
    Names<Model.Parameter> known =
        new Names<>("parameter of the model", Model.Parameter::span, diagnostics);
    model
        .parameters()
        .forEach(
            parameter -> known.declare(new Name(parameter.name(), parameter.span()), parameter));
    Map<String, Expression> values = new LinkedHashMap<>();
    new NamedArguments(
            "parameter of the model", model.name(), List.copyOf(known.all().keySet()), diagnostics)
        .read(syntax.parameters(), PlanItem.Setting::name)
        .forEach(
            (name, setting) -> {
              ExpressionNames.check(setting.value(), known, diagnostics);
              values.put(name, setting.value());
            });
    return values;
  }

  private Optional<ParametricCluster> cluster(Plan.Formats formats, PlanAxes axes) {
    Optional<PlanItem.On> item = lines.single(PlanItem.On.class, "on");
    if (item.isEmpty()) {
      lines.missing("on", "on hgx_h100(nodes = 8)");
      return Optional.empty();
    }
    return clusters
        .find(item.get().cluster())
        .flatMap(
            cluster ->
                hardware.resolve(item.get(), cluster, axes.names(), WantedFormats.of(formats)));
  }
}
