package io.heddle.runtime.emit;

import io.heddle.plan.Device;
import io.heddle.plan.Engine;
import io.heddle.plan.KernelKind;
import io.heddle.plan.PlanValues;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.mesh.Axis;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelSpec;
import org.jspecify.annotations.Nullable;

/**
 * The time in which the host launches what a rank does: a layer's passes last at least as long, and
 * a step takes longer. It is spent in kernels that do nothing, on the compute lane, so that
 * AstraSim takes as long. They move as few bytes as their time can be scaled from.
 */
public final class HostTime {
  /** A layer's forward pass has a third of what both of its passes take. */
  private static final double FORWARD = 1.0 / 3;

  /** Shorter rests are left out. */
  private static final double LEAST = 100;

  /** Factors beyond it are not taken: see {@link Millionths}. */
  private static final double MOST_FACTOR = 4e6;

  /** The axis that tensor parallelism goes by in the library. */
  private static final String TENSOR_AXIS = "tp";

  private final KernelTimes times;
  private final double layer;
  private final Kernel ofStep;

  private HostTime(PlanValues plan, Engine engine) {
    Device device = plan.cluster().device();
    this.times = new KernelTimes(device, engine);
    long ranks =
        plan.axes().stream()
            .filter(axis -> axis.name().equals(TENSOR_AXIS))
            .mapToLong(Axis::size)
            .findFirst()
            .orElse(1);
    this.layer =
        engine.value(EngineFigure.HOST_LAYER) + ranks * engine.value(EngineFigure.HOST_RANK);
    long shards = 1;
    for (String axis : plan.optimizer().shardedOver()) {
      shards *= plan.axis(axis);
    }
    this.ofStep =
        idle(
            engine.value(EngineFigure.STEP_FIXED)
                + (shards == 1 ? 0 : shards * engine.value(EngineFigure.STEP_RANK)));
  }

  /** Of a plan; null where the host takes no time. */
  public static @Nullable HostTime of(PlanValues plan) {
    Engine engine = plan.engine();
    boolean takes =
        engine.value(EngineFigure.HOST_LAYER) > 0
            || engine.value(EngineFigure.HOST_RANK) > 0
            || engine.value(EngineFigure.STEP_FIXED) > 0
            || engine.value(EngineFigure.STEP_RANK) > 0;
    return takes ? new HostTime(plan, engine) : null;
  }

  /** How long a kernel lasts, ns. */
  double nanos(Kernel kernel) {
    return times.roofline(kernel.operations(), kernel.bytes()) * Millionths.factor(kernel.scale());
  }

  /**
   * What is left of a pass when its work is done; null where nothing is.
   *
   * @param busy how long its kernels and its communication last, ns
   */
  @Nullable Kernel rest(PipelinePass pass, double busy) {
    double least =
        switch (pass) {
          case LAYER_FORWARD -> layer * FORWARD;
          case LAYER_BACKWARD -> layer * (1 - FORWARD);
          case LAYER_INPUT, LAYER_WEIGHT -> layer * (1 - FORWARD) / 2;
          default -> 0;
        };
    double nanos = least - busy;
    if (nanos < LEAST) {
      return null;
    }
    return idle(nanos);
  }

  /** What a step takes besides. */
  public Kernel ofStep() {
    return ofStep;
  }

  private Kernel idle(double nanos) {
    KernelSpec spec = KernelSpec.elements("engine.host", KernelKind.POINT_WISE, "host", 1);
    if (nanos < 1) {
      return new Kernel(spec, 0, 0, 0, Millionths.ONE);
    }
    double ofOne = times.roofline(1, 1);
    long count = (long) Math.ceil(nanos / ofOne / MOST_FACTOR);
    return new Kernel(spec, count, count, 0, Millionths.nearest(nanos / (ofOne * count)));
  }
}
