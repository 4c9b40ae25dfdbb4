package io.heddle.runtime.emit;

import io.heddle.runtime.trace.Direction;

/** What a pipeline is made of: parts of a rank's program that belong together. */
public enum PipelinePass {
  EMBED_FORWARD(Direction.FORWARD, Part.EMBED),
  LAYER_FORWARD(Direction.FORWARD, Part.LAYER),
  HEAD_FORWARD(Direction.FORWARD, Part.HEAD),
  HEAD_BACKWARD(Direction.BACKWARD, Part.HEAD),
  /** All gradients of a layer, and what is computed again for them. */
  LAYER_BACKWARD(Direction.BACKWARD, Part.LAYER),
  EMBED_BACKWARD(Direction.BACKWARD, Part.EMBED),
  /** The part of {@link #HEAD_BACKWARD} on which the stream's gradient depends. */
  HEAD_INPUT(Direction.BACKWARD, Part.HEAD),
  HEAD_WEIGHT(Direction.BACKWARD, Part.HEAD),
  /** The part of {@link #LAYER_BACKWARD} on which the gradient depends that it returns. */
  LAYER_INPUT(Direction.BACKWARD, Part.LAYER),
  LAYER_WEIGHT(Direction.BACKWARD, Part.LAYER);

  /** What of the model a pass goes through. */
  private enum Part {
    EMBED,
    LAYER,
    HEAD
  }

  private final Direction direction;
  private final Part part;

  PipelinePass(Direction direction, Part part) {
    this.direction = direction;
    this.part = part;
  }

  /** Of its nodes. */
  public Direction direction() {
    return direction;
  }

  /** Whether it goes through one layer of many. */
  public boolean isOfLayer() {
    return part == Part.LAYER;
  }
}
