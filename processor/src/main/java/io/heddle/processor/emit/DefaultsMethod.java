package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import io.heddle.plan.ActivationFormats;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.Engine;
import io.heddle.plan.FormatRate;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.schedule.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** The method {@code defaults()}: the values that the file gives. */
final class DefaultsMethod {
  private DefaultsMethod() {}

  static MethodSpec of(PlanValues values) {
    CodeBlock.Builder code = CodeBlock.builder();
    TypeName map =
        ParameterizedTypeName.get(
            ClassName.get(Map.class), ClassName.get(String.class), ClassName.get(Long.class));
    code.addStatement("$T parameters = new $T<>()", map, LinkedHashMap.class);
    values
        .parameters()
        .forEach((name, value) -> code.addStatement("parameters.put($S, $LL)", name, value));
    List<CodeBlock> axes = new ArrayList<>();
    for (Axis axis : values.axes()) {
      axes.add(CodeBlock.of("new $T($S, $L)", Axis.class, axis.name(), axis.size()));
    }
    List<CodeBlock> arguments =
        List.of(
            CodeBlock.of("$S", values.model()),
            CodeBlock.of("$S", values.plan()),
            CodeBlock.of("parameters"),
            CodeBlock.of("$T.of($L)", List.class, CodeBlock.join(axes, ",$W")),
            CodeBlock.of("$LL", values.batch()),
            CodeBlock.of("$LL", values.microBatch()),
            schedule(values.schedule()),
            stages(values.stages()),
            recompute(values.recompute()),
            optimizer(values.optimizer()),
            precision(values.precision()),
            cluster(values.cluster()));
    code.addStatement(
        "return new $T(\n$L)$L",
        FlattenerSource.PLAN_VALUES,
        CodeBlock.join(arguments, ",\n"),
        engine(values.engine()));
    return MethodSpec.methodBuilder("defaults")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc("The values that the file gives.\n")
        .returns(FlattenerSource.PLAN_VALUES)
        .addCode(code.build())
        .build();
  }

  /** What follows the values where the engine is not the ideal one. */
  private static CodeBlock engine(Engine engine) {
    if (engine.isIdeal()) {
      return CodeBlock.of("");
    }
    CodeBlock.Builder code = CodeBlock.builder();
    code.add("\n.under($T.called($S)", Engine.class, engine.name());
    engine
        .values()
        .forEach((figure, value) -> code.add("$Z.with($L, $L)", constant(figure), value));
    return code.add(")").build();
  }

  private static CodeBlock recompute(Recompute recompute) {
    return recompute.every() == 1
        ? CodeBlock.of("$T.$L", Recompute.class, recompute.extent())
        : CodeBlock.of(
            "new $T($L, $L)", Recompute.class, constant(recompute.extent()), recompute.every());
  }

  private static CodeBlock schedule(Schedule schedule) {
    int chunks = schedule.setting(Setting.CHUNKS, 1);
    CodeBlock.Builder code = CodeBlock.builder();
    if (chunks == 1) {
      code.add("$T.of($S)", Schedule.class, schedule.name());
    } else {
      code.add("new $T($S, $L)", Schedule.class, schedule.name(), chunks);
    }
    schedule
        .settings()
        .forEach(
            (name, value) -> {
              if (!name.equals(Setting.CHUNKS)) {
                code.add(".with($S, $L)", name, value);
              }
            });
    return code.add(
            switch (schedule.passes()) {
              case TRAINING -> "";
              case FORWARD -> ".withoutBackward()";
              case SAMPLING -> ".sampling()";
              case VERIFYING -> ".verifying()";
            })
        .build();
  }

  private static CodeBlock stages(StageSplit stages) {
    if (stages.layers().isEmpty()) {
      return CodeBlock.of("$T.$L", StageSplit.class, stages.kind());
    }
    List<CodeBlock> layers =
        stages.layers().stream().map(count -> CodeBlock.of("$LL", count)).toList();
    return CodeBlock.of(
        "$T.listed($T.of($L))", StageSplit.class, List.class, CodeBlock.join(layers, ",$W"));
  }

  /** A constant of an enum, with its type. */
  private static CodeBlock constant(Enum<?> constant) {
    return CodeBlock.of("$T.$L", constant.getDeclaringClass(), constant.name());
  }

  private static CodeBlock optimizer(Optimizer optimizer) {
    List<CodeBlock> over =
        optimizer.shardedOver().stream().map(axis -> CodeBlock.of("$S", axis)).toList();
    return CodeBlock.of(
        "new $T($L,$W$T.of($L)$L)",
        Optimizer.class,
        constant(optimizer.algorithm()),
        List.class,
        CodeBlock.join(over, ", "),
        sharing(optimizer));
  }

  /** The last arguments of the optimizer, where they are not what they are without. */
  private static CodeBlock sharing(Optimizer optimizer) {
    GradientReduction gradients = optimizer.gradients();
    WeightGathers weights = optimizer.weights();
    if (gradients.equals(GradientReduction.AT_END) && weights.equals(WeightGathers.NONE)) {
      return CodeBlock.of("");
    }
    CodeBlock gathers =
        weights.equals(WeightGathers.NONE)
            ? CodeBlock.of("$T.NONE", WeightGathers.class)
            : CodeBlock.of(
                "new $T($L, $L, $L)",
                WeightGathers.class,
                weights.sharded(),
                weights.prefetch(),
                weights.once());
    return CodeBlock.of(
        ",\nnew $T($L, $LL, $L, $L),\n$L",
        GradientReduction.class,
        constant(gradients.when()),
        gradients.bucketBytes(),
        gradients.blocking(),
        gradients.everyMicroBatch(),
        gathers);
  }

  private static CodeBlock precision(Precision precision) {
    CodeBlock both =
        CodeBlock.of("$L,$W$L", constant(precision.tensors()), constant(precision.gradients()));
    if (precision.isPlain()) {
      return CodeBlock.of("new $T($L)", Precision.class, both);
    }
    return CodeBlock.of(
        "new $T(\n$L,$W$L,$W$L,$W$L,$W$L)$L$L",
        Precision.class,
        both,
        constantOrNull(precision.products()),
        constant(precision.attention()),
        constant(precision.moments()),
        constant(precision.master()),
        precision.storesWeights()
            ? CodeBlock.of(
                "\n.storing($L, $L)",
                constantOrNull(precision.weights()),
                constantOrNull(precision.experts()))
            : CodeBlock.of(""),
        activations(precision));
  }

  private static CodeBlock activations(Precision precision) {
    ActivationFormats formats = precision.activations();
    return precision.hasPlainActivations()
        ? CodeBlock.of("")
        : CodeBlock.of(
            "\n.with(new $T($L,$W$L,$W$L,$W$L))",
            ActivationFormats.class,
            constant(formats.stream()),
            constant(formats.qkv()),
            constant(formats.logits()),
            constantOrNull(formats.exchanges()));
  }

  private static CodeBlock constantOrNull(@Nullable Enum<?> constant) {
    return constant == null ? CodeBlock.of("null") : constant(constant);
  }

  /** What follows a device that computes in other formats, too. */
  private static CodeBlock rates(Device device) {
    if (device.products() == null && device.attention() == null) {
      return CodeBlock.of("");
    }
    return CodeBlock.of(
        "\n.computing(\n$L,\n$L)", rate(device.products()), rate(device.attention()));
  }

  private static CodeBlock rate(@Nullable FormatRate rate) {
    return rate == null
        ? CodeBlock.of("null")
        : CodeBlock.of(
            "new $T($L,$W$L,$W$T.of($L))",
            FormatRate.class,
            rate.peakFlops(),
            rate.efficiency(),
            List.class,
            lines(rate.kernels()));
  }

  private static CodeBlock cluster(Cluster cluster) {
    Device device = cluster.device();
    List<CodeBlock> networks = new ArrayList<>();
    for (NetworkDimension dimension : cluster.dimensions()) {
      networks.add(
          CodeBlock.of(
              "new $T($L,$W$L,$W$L,$W$L$L)",
              NetworkDimension.class,
              constant(dimension.topology()),
              dimension.size(),
              dimension.bandwidth(),
              dimension.latencyNanos(),
              transfers(dimension)));
    }
    CodeBlock deviceCode =
        CodeBlock.of(
            "new $T($S,$W$L,$W$L,$W$LL,$W$L,$W$L$L)$L",
            Device.class,
            device.name(),
            device.peakFlops(),
            device.computeEfficiency(),
            device.memoryBytes(),
            device.memoryBandwidth(),
            device.memoryEfficiency(),
            kernels(device),
            rates(device));
    return CodeBlock.of(
        "new $T(\n$S,\n$L,\n$T.of($L))",
        Cluster.class,
        cluster.name(),
        deviceCode,
        List.class,
        CodeBlock.join(networks, ",$W"));
  }

  /** The last argument of a dimension of the network, where it has figures of transfers. */
  private static CodeBlock transfers(NetworkDimension dimension) {
    if (dimension.transfers().isEmpty()) {
      return CodeBlock.of("");
    }
    List<CodeBlock> lines = new ArrayList<>();
    for (TransferFigures line : dimension.transfers()) {
      lines.add(
          CodeBlock.of(
              "new $T($L, $L, $L, $L, $L)$L",
              TransferFigures.class,
              constant(line.transfer()),
              line.ranks(),
              line.reach(),
              line.half(),
              line.startNanos(),
              line.evidence()
                  .map(tried -> CodeBlock.of(".triedOn($L, $L)", tried.rows(), tried.error()))
                  .orElseGet(() -> CodeBlock.of(""))));
    }
    return CodeBlock.of(",\n$T.of(\n$L)", List.class, CodeBlock.join(lines, ",\n"));
  }

  /** The last argument of a device, where it has figures of kernels. */
  private static CodeBlock kernels(Device device) {
    if (device.kernels().isEmpty()) {
      return CodeBlock.of("");
    }
    return CodeBlock.of(",\n$T.of(\n$L)", List.class, lines(device.kernels()));
  }

  private static CodeBlock lines(List<KernelFigures> kernels) {
    List<CodeBlock> lines = new ArrayList<>();
    for (KernelFigures line : kernels) {
      CodeBlock.Builder code = CodeBlock.builder();
      code.add("$T.of($L)", KernelFigures.class, constant(line.kernel()));
      line.values()
          .forEach((figure, value) -> code.add("$Z.with($L, $L)", constant(figure), value));
      lines.add(code.build());
    }
    return CodeBlock.join(lines, ",\n");
  }
}
