package io.heddle.runtime.pipeline;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.RankEmitter;
import java.util.List;

/** A pipeline whose passes make nothing but messages of one byte; subclasses fill some of them. */
public abstract class EmptyFlattener extends PipelineFlattener {
  protected EmptyFlattener(PlanValues plan, String pipelineAxis, List<GroupKind> kinds) {
    super(plan, pipelineAxis, kinds);
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return RankEmitter.NONE;
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return x;
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {}

  @Override
  protected long backwardHead(RankEmitter rank) {
    return RankEmitter.NONE;
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    return dx;
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {}

  @Override
  protected void step(RankEmitter rank, int stage) {}

  @Override
  protected long streamBytes() {
    return 1;
  }

  @Override
  public long tokens() {
    return 1;
  }

  @Override
  public long parameters() {
    return 1;
  }
}
