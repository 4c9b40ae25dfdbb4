package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Neighbours;
import io.heddle.runtime.trace.Kernel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention to the rank's own keys and values, and to those of its neighbours that a window
 * reaches. Either one kernel waits for all of them, or one attends to the rank's own while the
 * others are on their way, and a second to these. Backward, gradients of what came go back to where
 * it came from. Where nothing comes, all that is left is the first kernel.
 */
public final class Neighbourhood {
  private final RankWork work;
  private final NodeWriter writer;
  private final EmittedNode node;
  private final NodeIdList own = new NodeIdList();
  private final NodeIdList others = new NodeIdList();
  private final Map<String, Known> known = new HashMap<>();
  private @Nullable Group group;
  private List<Neighbours.Part> parts = List.of();
  private String operation = "";
  private long home = NodeIdList.NONE;

  /** What comes for the attention of a name, which is the same in all layers and micro-batches. */
  private record Known(Neighbours neighbours, List<Neighbours.Part> parts) {
    boolean isOf(int members, Neighbours.Sides sides, long piece, long reach) {
      return neighbours.members() == members
          && neighbours.sides() == sides
          && neighbours.piece() == piece
          && neighbours.reach() == reach;
    }
  }

  Neighbourhood(RankWork work, NodeWriter writer) {
    this.work = work;
    this.writer = writer;
    this.node = writer.node();
  }

  /** Begins one; what was named as needed makes the rank's own keys and values. */
  Neighbourhood begin(
      String message, @Nullable Group among, long piece, long reach, Neighbours.Sides sides) {
    operation = message;
    group = among;
    parts = among == null ? List.of() : parts(message, among.size(), sides, piece, reach);
    home = NodeIdList.NONE;
    own.take(node.dataDependencies);
    return this;
  }

  private List<Neighbours.Part> parts(
      String message, int members, Neighbours.Sides sides, long piece, long reach) {
    Known last = known.get(message);
    if (last == null || !last.isOf(members, sides, piece, reach)) {
      Neighbours neighbours = new Neighbours(members, sides, piece, reach);
      last = new Known(neighbours, List.copyOf(neighbours.parts()));
      known.put(message, last);
    }
    return last.parts();
  }

  /** The kernels use the result of {@code producer} beside the keys and values. */
  public Neighbourhood needs(long producer) {
    writer.needs(producer);
    return this;
  }

  /** As {@link #needs(long)}, twice. */
  public Neighbourhood needs(long first, long second) {
    return needs(first).needs(second);
  }

  /** The forward pass as one kernel; returns the node that completes the result. */
  public long forward(Kernel whole) {
    others.take(node.dataDependencies);
    return compute(whole, passKeys());
  }

  /**
   * The forward pass as two kernels.
   *
   * @param near on the rank's own keys
   * @param rest on those that came, which adds to the result
   * @return the node that completes the result
   */
  public long forward(Kernel near, Kernel rest) {
    others.take(node.dataDependencies);
    long came = passKeys();
    return add(compute(near, NodeIdList.NONE), came, rest);
  }

  /**
   * The backward pass as one kernel.
   *
   * @param sum adds gradients of the rank's own keys and values that others made
   * @return the node that completes the gradient of the queries; those of keys and values: {@link
   *     RankEmitter#broughtHome}
   */
  public long backward(Kernel whole, Kernel sum) {
    others.take(node.dataDependencies);
    long done = compute(whole, passKeys());
    bringHome(done, sum);
    return done;
  }

  /** As {@link #backward(Kernel, Kernel)}, with the kernels of {@link #forward(Kernel, Kernel)}. */
  public long backward(Kernel near, Kernel rest, Kernel sum) {
    others.take(node.dataDependencies);
    long came = passKeys();
    long done = add(compute(near, NodeIdList.NONE), came, rest);
    bringHome(done, sum);
    return done;
  }

  long home() {
    return home;
  }

  private long compute(Kernel kernel, long came) {
    writer.needs(others);
    writer.needs(own);
    return needs(came).work.compute(kernel);
  }

  private long add(long near, long came, Kernel rest) {
    return came == NodeIdList.NONE || rest.operations() == 0
        ? near
        : needs(near, came).work.compute(rest);
  }

  private long passKeys() {
    if (group == null || parts.isEmpty()) {
      return NodeIdList.NONE;
    }
    writer.needs(own);
    return work.toNeighbours(operation, group, parts, false);
  }

  private void bringHome(long done, Kernel sum) {
    if (group == null || parts.isEmpty()) {
      home = done;
      return;
    }
    writer.needs(done);
    long came = work.toNeighbours(sum.name(), group, parts, true);
    home = needs(done, came).work.compute(sum);
  }
}
