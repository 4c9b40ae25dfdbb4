package io.heddle.plan.figure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A figure of an engine: what a framework adds to the work of a plan. Each stands in a line of the
 * engine, and both are named in files as the constant is in small letters.
 */
public enum EngineFigure implements Figure {
  /** How much longer products last than the device's figures say. */
  KERNELS_MATMUL(FigureUnit.NUMBER, 1),
  /** The same of attention. */
  KERNELS_ATTEND(FigureUnit.NUMBER, 1),
  /** The same of the gradients of attention; without it, as {@link #KERNELS_ATTEND}. */
  KERNELS_ATTEND_BACKWARD(FigureUnit.NUMBER, 1),
  /** The share of quantising for which the kernel that makes a tensor writes it in few bits. */
  KERNELS_QUANTISED(FigureUnit.SHARE, 0),
  /** How much longer kernels last that do little with each byte, where fewer of them are fused. */
  KERNELS_POINTWISE(FigureUnit.NUMBER, 1),
  /** The same of the loss. */
  KERNELS_LOSS(FigureUnit.NUMBER, 1),
  /** The same of the update of weights. */
  KERNELS_OPTIMIZER(FigureUnit.NUMBER, 1),
  /** The least time of a layer's forward and backward pass together, ns: the host launches them. */
  HOST_LAYER(FigureUnit.TIME, 0),
  /** What each rank of an axis that is called {@code tp} adds to it, ns. */
  HOST_RANK(FigureUnit.TIME, 0),
  /** What each kernel takes besides, ns. */
  HOST_KERNEL(FigureUnit.TIME, 0),
  /** The share of exchanges of all with all that no other work hides. */
  EXCHANGES_EXPOSED(FigureUnit.SHARE, 1),
  /** The most bytes of an exchange that a kernel makes which needs little time for few bytes. */
  EXCHANGES_ONE_SHOT(FigureUnit.SIZE, 0),
  /** The most bytes of an all-reduce that ranks of one node make by reading each other's memory. */
  COLLECTIVES_ONE_SHOT(FigureUnit.SIZE, 0),
  /** What a step takes besides, ns. */
  STEP_FIXED(FigureUnit.TIME, 0),
  /** What each rank over which the optimizer's states are split adds to a step, ns. */
  STEP_RANK(FigureUnit.TIME, 0),
  /** What a request takes before its first token besides its prefill and its wait, ns. */
  REQUEST_FIXED(FigureUnit.TIME, 0),
  /** What a request takes between two pools besides the way of its cache, ns. */
  REQUEST_HANDOVER(FigureUnit.TIME, 0),
  /** What the allocator keeps beyond what tensors have, as a share of that. */
  MEMORY_ALLOCATOR(FigureUnit.SHARE, 0),
  /** What a process has besides, in bytes: context, buffers of communication. */
  MEMORY_BUFFERS(FigureUnit.SIZE, 0),
  /** How much more is kept of the forward pass, where an engine fuses fewer kernels. */
  MEMORY_ACTIVATIONS(FigureUnit.NUMBER, 1),
  /** Bytes of each logit in the loss, beside the logits themselves: copies in more bits. */
  MEMORY_LOGIT(FigureUnit.NUMBER, 0),
  /** Bytes of each weight that hold its gradient a second time. */
  MEMORY_GRADIENT(FigureUnit.NUMBER, 0),
  /** Bytes of each element that a product makes of a weight's gradient before it is added. */
  MEMORY_PRODUCT(FigureUnit.NUMBER, 0);

  private final FigureUnit unit;
  private final double absent;

  EngineFigure(FigureUnit unit, double absent) {
    this.unit = unit;
    this.absent = absent;
  }

  @Override
  public FigureUnit unit() {
    return unit;
  }

  /** Its value where an engine does not give it: nothing is added. */
  public double absent() {
    return absent;
  }

  /** The line of an engine that it stands in. */
  public String line() {
    String name = name().toLowerCase(Locale.ROOT);
    return name.substring(0, name.indexOf('_'));
  }

  @Override
  public String word() {
    String name = name().toLowerCase(Locale.ROOT);
    return name.substring(name.indexOf('_') + 1);
  }

  /** The lines that engines have. */
  public static List<String> lines() {
    return Arrays.stream(values()).map(EngineFigure::line).distinct().toList();
  }

  /** The figures of a line. */
  public static List<EngineFigure> of(String line) {
    return Arrays.stream(values()).filter(figure -> figure.line().equals(line)).toList();
  }
}
