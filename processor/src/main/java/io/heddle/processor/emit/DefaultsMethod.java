package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import io.heddle.processor.model.Cluster;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.lang.model.element.Modifier;

/** The method {@code defaults()}: the values that the file gives. */
final class DefaultsMethod {
  private static final String PLAN_PACKAGE = "io.heddle.plan";

  private DefaultsMethod() {}

  static MethodSpec of(Plan plan, PlanNumbers numbers) {
    CodeBlock.Builder code = CodeBlock.builder();
    TypeName map =
        ParameterizedTypeName.get(
            ClassName.get(Map.class), ClassName.get(String.class), ClassName.get(Long.class));
    code.addStatement("$T parameters = new $T<>()", map, LinkedHashMap.class);
    numbers
        .parameters()
        .forEach((name, value) -> code.addStatement("parameters.put($S, $LL)", name, value));
    List<CodeBlock> axes = new ArrayList<>();
    ClassName axis = ClassName.get("io.heddle.plan.mesh", "Axis");
    numbers
        .axes()
        .forEach((name, size) -> axes.add(CodeBlock.of("new $T($S, $L)", axis, name, size)));
    List<CodeBlock> arguments =
        List.of(
            CodeBlock.of("$S", plan.model().name()),
            CodeBlock.of("$S", plan.name()),
            CodeBlock.of("parameters"),
            CodeBlock.of("$T.of($L)", List.class, CodeBlock.join(axes, ",$W")),
            CodeBlock.of("$LL", numbers.batch()),
            CodeBlock.of("$LL", numbers.microBatch()),
            schedule(plan, numbers),
            stages(plan, numbers),
            recompute(plan, numbers),
            optimizer(plan, numbers),
            CodeBlock.of(
                "new $T($L,$W$L)",
                type("Precision"),
                format(plan.formats().tensors()),
                format(plan.formats().gradients())),
            cluster(numbers.cluster()));
    code.addStatement(
        "return new $T(\n$L)", FlattenerSource.PLAN_VALUES, CodeBlock.join(arguments, ",\n"));
    return MethodSpec.methodBuilder("defaults")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc("The values that the file gives.\n")
        .returns(FlattenerSource.PLAN_VALUES)
        .addCode(code.build())
        .build();
  }

  private static CodeBlock recompute(Plan plan, PlanNumbers numbers) {
    Plan.Recompute recompute = plan.activations().recompute();
    String extent = recompute.full() ? "FULL" : recompute.isSelective() ? "SELECTED" : "NONE";
    ClassName type = type("Recompute");
    return numbers.recomputeEvery() == 1
        ? CodeBlock.of("$T.$L", type, extent)
        : CodeBlock.of("new $T($T.Extent.$L, $L)", type, type, extent, numbers.recomputeEvery());
  }

  private static CodeBlock schedule(Plan plan, PlanNumbers numbers) {
    String name = plan.schedule().kind().word();
    return numbers.chunks() == 1
        ? CodeBlock.of("$T.of($S)", type("Schedule"), name)
        : CodeBlock.of("new $T($S, $L)", type("Schedule"), name, numbers.chunks());
  }

  private static CodeBlock stages(Plan plan, PlanNumbers numbers) {
    if (numbers.stageLayers().isEmpty()) {
      return CodeBlock.of(
          "$T.$L", type("StageSplit"), plan.stages().balanced() ? "BALANCED" : "EQUAL");
    }
    List<CodeBlock> layers =
        numbers.stageLayers().stream().map(count -> CodeBlock.of("$LL", count)).toList();
    return CodeBlock.of(
        "$T.listed($T.of($L))", type("StageSplit"), List.class, CodeBlock.join(layers, ",$W"));
  }

  private static ClassName type(String name) {
    return ClassName.get(PLAN_PACKAGE, name);
  }

  private static CodeBlock format(String format) {
    return CodeBlock.of("$T.$L", type("NumberFormat"), format.toUpperCase(Locale.ROOT));
  }

  private static CodeBlock optimizer(Plan plan, PlanNumbers numbers) {
    List<CodeBlock> over =
        plan.optimizer().shardedOver().stream().map(use -> CodeBlock.of("$S", use.axis())).toList();
    return CodeBlock.of(
        "new $T($T.Algorithm.$L,$W$T.of($L)$L)",
        type("Optimizer"),
        type("Optimizer"),
        plan.optimizer().algorithm().toUpperCase(Locale.ROOT),
        List.class,
        CodeBlock.join(over, ", "),
        sharing(plan, numbers));
  }

  /** The last arguments of the optimizer, where they are not what they are without. */
  private static CodeBlock sharing(Plan plan, PlanNumbers numbers) {
    Plan.ShardedWeights weights = plan.optimizer().weights();
    boolean usual = !plan.reducesEarly() && !plan.reduction().blocking();
    if (usual && weights == null) {
      return CodeBlock.of("");
    }
    CodeBlock gathers =
        weights == null
            ? CodeBlock.of("$T.NONE", type("WeightGathers"))
            : CodeBlock.of(
                "new $T(true, $L, $L)",
                type("WeightGathers"),
                numbers.weightPrefetch(),
                weights.once());
    return CodeBlock.of(
        ",\nnew $T($T.When.$L, $LL, $L, $L),\n$L",
        type("GradientReduction"),
        type("GradientReduction"),
        plan.reduction().when(),
        plan.reduction().bucketBytes(),
        plan.reduction().blocking(),
        plan.optimizer().gradientsSharded(),
        gathers);
  }

  private static CodeBlock cluster(Cluster cluster) {
    Cluster.Device device = cluster.device();
    List<CodeBlock> networks = new ArrayList<>();
    for (Cluster.Network network : cluster.networks()) {
      networks.add(
          CodeBlock.of(
              "new $T($T.Topology.$L,$W$L,$W$L,$W$L)",
              type("NetworkDimension"),
              type("NetworkDimension"),
              network.topology().toUpperCase(Locale.ROOT),
              network.size(),
              network.bandwidth().doubleValue(),
              network.latency().doubleValue()));
    }
    CodeBlock deviceCode =
        CodeBlock.of(
            "new $T($S,$W$L,$W$L,$W$LL,$W$L,$W$L)",
            type("Device"),
            device.name(),
            device.peakFlops().doubleValue(),
            device.computeEfficiency().doubleValue(),
            device.memoryBytes().longValue(),
            device.memoryBandwidth().doubleValue(),
            device.memoryEfficiency().doubleValue());
    return CodeBlock.of(
        "new $T(\n$S,\n$L,\n$T.of($L))",
        type("Cluster"),
        cluster.name(),
        deviceCode,
        List.class,
        CodeBlock.join(networks, ",$W"));
  }
}
