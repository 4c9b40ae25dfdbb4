package io.heddle.runtime.path;

import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.Direction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/** Cuts a path into its stretches. */
final class PathFolding {
  private final IntUnaryOperator stageOfRank;
  private final List<PathStretch> stretches = new ArrayList<>();
  private final Set<String> blocksBefore = new LinkedHashSet<>();
  private final Set<String> blocksAfter = new LinkedHashSet<>();
  private int stage;
  private Direction direction = Direction.FORWARD;
  private int microBatch;
  private int firstLayer;
  private int lastLayer;
  private long nodes;
  private long issued;
  private long completed;
  private long compute;

  private PathFolding(IntUnaryOperator stageOfRank) {
    this.stageOfRank = stageOfRank;
  }

  static List<PathStretch> stretches(List<PathNode> path, IntUnaryOperator stageOfRank) {
    PathFolding folding = new PathFolding(stageOfRank);
    path.forEach(folding::add);
    folding.end();
    return folding.stretches;
  }

  private void add(PathNode node) {
    int of = stageOfRank.applyAsInt(node.rank());
    Direction way =
        node.name().direction() == Direction.RECOMPUTE
            ? Direction.BACKWARD
            : node.name().direction();
    if (nodes == 0 || of != stage || way != direction || node.name().microBatch() != microBatch) {
      end();
      stage = of;
      direction = way;
      microBatch = node.name().microBatch();
      firstLayer = -1;
      lastLayer = -1;
      issued = node.issued();
      compute = 0;
    }
    nodes++;
    completed = node.completed();
    if (node.kind() == NodeKind.COMPUTE) {
      compute += node.nanos();
    }
    if (node.nanos() != 0) {
      place(node);
    }
  }

  private void place(PathNode node) {
    int layer = node.name().layer();
    if (layer >= 0) {
      firstLayer = firstLayer < 0 ? layer : Math.min(firstLayer, layer);
      lastLayer = Math.max(lastLayer, layer);
    } else {
      String operation = node.name().operation();
      int dot = operation.indexOf('.');
      String block = dot < 0 ? operation : operation.substring(0, dot);
      (firstLayer < 0 ? blocksBefore : blocksAfter).add(block);
    }
  }

  private void end() {
    if (nodes == 0) {
      return;
    }
    List<String> where = new ArrayList<>(blocksBefore);
    if (firstLayer >= 0) {
      where.add(firstLayer == lastLayer ? "layer " + firstLayer : layers());
    }
    blocksAfter.removeAll(blocksBefore);
    where.addAll(blocksAfter);
    stretches.add(
        new PathStretch(
            stage,
            direction,
            microBatch,
            String.join(", ", where),
            nodes,
            issued,
            completed - issued,
            compute));
    nodes = 0;
    blocksBefore.clear();
    blocksAfter.clear();
  }

  private String layers() {
    return direction == Direction.BACKWARD
        ? "layers " + lastLayer + "-" + firstLayer
        : "layers " + firstLayer + "-" + lastLayer;
  }
}
