package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.List;

/**
 * ZB-V (Qi et al. 2023, arXiv:2401.10241, section 6; V-ZB of Qi et al. 2024, arXiv:2405.15362): the
 * activations of 1F1B, those of p micro-batches, on every stage. With 2 p - 1 micro-batches or
 * more, and forward, input and weight passes that last alike, no stage waits between its first pass
 * and its last: what is left is the way down to the last stage, p - 1 passes through a chunk.
 *
 * <p>Warm-up: the first chunk, until the first micro-batch comes back; then both chunks by turns;
 * then the second chunk, all three passes. Then all six passes by turns, and at the end the input
 * passes for which others wait before the weight passes.
 */
final class ZeroBubbleV extends VShape {
  ZeroBubbleV() {
    super("zb_v");
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    if (pipeline.chunks() == 1) {
      return alone(pipeline);
    }
    int stages = pipeline.stages();
    // What fewer micro-batches do is what the first of so many do.
    int full = Math.max(pipeline.microBatches(), 2 * stages - 1);
    PassesByTurns passes = new PassesByTurns(pipeline);
    for (int i = 0; i < 2 * (stages - stage) - 1; i++) {
      passes.add(Kind.FORWARD, 0);
    }
    for (int i = 0; i < stage; i++) {
      passes.add(Kind.FORWARD, 1).add(Kind.FORWARD, 0);
    }
    for (int i = stage; i < stages; i++) {
      passes.add(Kind.FORWARD, 1).add(Kind.BACKWARD_INPUT, 1).add(Kind.BACKWARD_WEIGHT, 1);
    }
    while (passes.done(Kind.FORWARD, 1) < full) {
      if (passes.done(Kind.FORWARD, 0) < full) {
        passes.add(Kind.FORWARD, 0);
      }
      passes.add(Kind.BACKWARD_INPUT, 0).add(Kind.BACKWARD_WEIGHT, 0);
      passes.add(Kind.FORWARD, 1).add(Kind.BACKWARD_INPUT, 1).add(Kind.BACKWARD_WEIGHT, 1);
    }
    for (int i = 0; i < stage; i++) {
      passes.add(Kind.BACKWARD_INPUT, 0).add(Kind.BACKWARD_INPUT, 1);
    }
    for (int i = stage; i < stages; i++) {
      passes.add(Kind.BACKWARD_INPUT, 0).add(Kind.BACKWARD_WEIGHT, 0);
    }
    for (int chunk = 1; chunk >= 0; chunk--) {
      while (passes.done(Kind.BACKWARD_WEIGHT, chunk) < full) {
        passes.add(Kind.BACKWARD_WEIGHT, chunk);
      }
    }
    return passes.all();
  }
}
