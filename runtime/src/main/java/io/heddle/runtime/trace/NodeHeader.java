package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.straggler.Millionths;
import org.jspecify.annotations.Nullable;

/**
 * What every node has, whatever its type. One object stands for all nodes of a rank: a sink reads
 * it during the call and keeps nothing of it.
 */
@Api
public abstract class NodeHeader {
  /** Unique in its rank, from 1, rising in schedule order. */
  public abstract long id();

  public abstract Direction direction();

  /** The rank's pipeline stage, from 0. */
  public abstract int stage();

  /** From 0; -1 where the node belongs to the whole step. */
  public abstract int microBatch();

  /** Number of the layer in the whole model, from 0; -1 where the node is in none. */
  public abstract int layer();

  /** Number of the step of a ring, from 0; -1 where the node is in none. */
  public abstract int step();

  /** Number of the piece of a kernel or collective, from 0; -1 where it is whole. */
  public abstract int piece();

  /**
   * Whether it stands aside of the pass: weights that are gathered ahead, or gradients that are
   * reduced beside it.
   */
  public abstract boolean isAside();

  /**
   * How much longer a kernel lasts than its work says, in millionths: a straggler does, and each
   * kernel on a device that has figures of such.
   */
  public abstract long scale();

  /** Whether a kernel lasts longer or shorter than its work says. */
  public final boolean isScaled() {
    return scale() != Millionths.ONE;
  }

  /**
   * How many operations or bytes a kernel counts as when it is asked how long it lasts: those that
   * it has, unless it {@linkplain #isScaled is scaled}.
   */
  public final long scaled(long size) {
    long scale = scale();
    return scale == Millionths.ONE ? size : Millionths.product(size, scale);
  }

  /**
   * Bytes that a collective or a message counts as when it is asked how long it lasts: those that
   * it has, unless the network has figures of it.
   */
  public abstract long carried(long bytes);

  /** Of a message: the group of both ranks within which it travels; null between stages. */
  public abstract @Nullable Group group();

  /** Whether it is one of the messages that all members of its group exchange with all. */
  public abstract boolean isExchanged();

  /**
   * Block and operation, such as {@code attention.gather.a}; ASCII letters, digits, dots, {@code
   * _}.
   */
  public abstract String operation();

  /** Nodes whose result this one uses; all have smaller ids. */
  public abstract NodeIds dataDependencies();

  /**
   * Nodes that come first in the order of a lane; all have smaller ids, none is a data dependency.
   */
  public abstract NodeIds controlDependencies();

  /** Its name in its parts. */
  public final NodeName name() {
    return new NodeName(direction(), microBatch(), layer(), operation(), step(), piece());
  }

  /**
   * Appends {@code <direction>.mb<m>.layer<l>.<block>.<operation>.step<k>.piece<i>} without the
   * parts it has not.
   */
  public final void appendName(StringBuilder to) {
    NodeName.appendTo(to, direction(), microBatch(), layer(), operation(), step(), piece());
  }
}
