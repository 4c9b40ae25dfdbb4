package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayDeque;
import java.util.List;

/**
 * DualPipeV: DeepSeek's bidirectional pipeline (DeepSeek-AI 2024, arXiv:2412.19437, section 3.2.1),
 * cut in half and folded to a V, so that a stage holds its weights once (DualPipeV, in DeepSeek's
 * repository DualPipe). In the steady state a forward pass through one chunk runs side by side with
 * a backward pass through the other, which hides the exchanges of both. With 2 p micro-batches or
 * more a stage waits for (p - 1) (FB + B - 3 W), where FB is both passes side by side, B a whole
 * backward pass and W a weight pass through a chunk; with passes that last alike and hide nothing
 * for 2 (p - 1) of them. Activations: 2 p + 1 passes through a chunk.
 */
final class DualPipeV extends VShape {
  DualPipeV() {
    super("dualpipe_v");
  }

  @Override
  public List<Action> actions(int stage, Pipeline pipeline) {
    return pipeline.chunks() == 1 ? alone(pipeline) : new Course(stage, pipeline).actions();
  }

  /** The phases of one stage. */
  private static final class Course {
    private final int stage;
    private final int behind;
    private final int full;
    private final PassesByTurns passes;

    /** Chunks whose weight passes are put off, in the order of their input passes. */
    private final ArrayDeque<Integer> putOff = new ArrayDeque<>();

    Course(int stage, Pipeline pipeline) {
      this.stage = stage;
      this.behind = pipeline.stages() - 1 - stage;
      // What fewer micro-batches do is what the first of so many do.
      this.full = Math.max(pipeline.microBatches(), 2 * pipeline.stages());
      this.passes = new PassesByTurns(pipeline);
    }

    List<Action> actions() {
      fill();
      for (int i = 0; i < full - 2 * behind - stage - 1; i++) {
        if (i == 0 && behind == 0) {
          // Nothing has come that could run beside the first one here.
          passes.add(Kind.FORWARD, 0);
          backward(1);
        } else {
          passes.addSideBySide(0, 1);
        }
        passes.addSideBySide(1, 0);
      }
      drain();
      return passes.all();
    }

    /** The first chunk, then both by turns, then the second with its backward passes. */
    private void fill() {
      for (int i = 0; i < 2 * behind; i++) {
        passes.add(Kind.FORWARD, 0);
      }
      for (int i = 0; i <= stage; i++) {
        passes.add(Kind.FORWARD, 0).add(Kind.FORWARD, 1);
      }
      for (int i = 0; i < behind; i++) {
        backward(1);
        passes.add(Kind.FORWARD, 1);
      }
    }

    /** Backward passes; the weight passes of the second half of them come last. */
    private void drain() {
      for (int i = 0; i < behind; i++) {
        backward(1);
        passes.addSideBySide(1, 0);
      }
      for (int i = 0; i < 2 * (stage + 1); i++) {
        // The half begins behind the pass in the middle.
        if (i <= stage) {
          backward(1 - i % 2);
        } else {
          input(1 - i % 2);
        }
      }
      for (int i = 0; i < behind; i++) {
        weight();
        input(0);
      }
      while (!putOff.isEmpty()) {
        weight();
      }
    }

    private void backward(int chunk) {
      passes.add(Kind.BACKWARD_INPUT, chunk).add(Kind.BACKWARD_WEIGHT, chunk);
    }

    private void input(int chunk) {
      passes.add(Kind.BACKWARD_INPUT, chunk);
      putOff.add(chunk);
    }

    private void weight() {
      if (!putOff.isEmpty()) {
        passes.add(Kind.BACKWARD_WEIGHT, putOff.remove());
      }
    }
  }
}
