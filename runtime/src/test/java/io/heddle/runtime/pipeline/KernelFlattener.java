package io.heddle.runtime.pipeline;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Kernel;
import java.util.List;

/** A pipeline whose embedding, head and step are kernels that all last alike, around its layers. */
public abstract class KernelFlattener extends EmptyFlattener {
  /** Operations that the device computes in one nanosecond. */
  public static final long PER_NANO = 1000;

  private final long nanos;

  /**
   * @param nanos that each kernel lasts
   */
  protected KernelFlattener(PlanValues plan, List<GroupKind> kinds, long nanos) {
    super(plan, "", kinds);
    this.nanos = nanos;
  }

  /** Another such kernel. */
  protected final long other(RankEmitter rank, String operation) {
    return rank.compute(Kernel.of(operation, nanos * PER_NANO, 1));
  }

  @Override
  protected final long forwardEmbed(RankEmitter rank) {
    return other(rank, "embed");
  }

  @Override
  protected final void forwardHead(RankEmitter rank, long x) {
    other(rank.needs(x), "head");
  }

  @Override
  protected final long backwardHead(RankEmitter rank) {
    return other(rank, "head.dx");
  }

  @Override
  protected final void backwardEmbed(RankEmitter rank, long dx) {
    other(rank.needs(dx), "embed.dx");
  }

  @Override
  protected final void step(RankEmitter rank, int stage) {
    other(rank, "optimizer");
  }
}
