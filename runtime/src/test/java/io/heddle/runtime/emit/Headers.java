package io.heddle.runtime.emit;

import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import java.util.List;

/** Headers of any content, for tests of sinks. */
public final class Headers {
  private Headers() {}

  /** A header as {@link RankEmitter} would fill it. */
  public static NodeHeader of(
      long id,
      Direction direction,
      int stage,
      int microBatch,
      int layer,
      String operation,
      List<Long> control,
      List<Long> data) {
    EmittedNode header = new EmittedNode();
    header.id = id;
    header.direction = direction;
    header.stage = stage;
    header.microBatch = microBatch;
    header.layer = layer;
    header.operation = operation;
    control.forEach(header.controlDependencies::add);
    data.forEach(header.dataDependencies::add);
    return header;
  }

  /** The same header, for a piece of a step of a ring; -1 for none. */
  public static NodeHeader partOf(NodeHeader header, int step, int piece) {
    EmittedNode node = (EmittedNode) header;
    node.step = step;
    node.piece = piece;
    return header;
  }

  /** The same header, of a kernel that lasts so many millionths of its time. */
  public static NodeHeader scaled(NodeHeader header, long scale) {
    ((EmittedNode) header).scale = scale;
    return header;
  }

  /** A forward node of micro-batch 0 in layer 2, with no dependencies. */
  public static NodeHeader of(long id, String operation) {
    return of(id, Direction.FORWARD, 0, 0, 2, operation, List.of(), List.of());
  }
}
