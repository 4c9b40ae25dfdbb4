package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.trace.KernelPieces;

/**
 * The pieces of a kernel or collective, cut so that those of neighbours run beside each other (Wang
 * et al. 2023, "Overlap Communication with Dependent Computation via Decomposition"). Piece i waits
 * for piece i of each neighbour before it, and for the whole of everything else. In a single piece
 * it is what it is uncut.
 *
 * <p>Operations and bytes of the pieces add up to those of the whole, besides what each piece of a
 * kernel reads again. All pieces of a node stand together in the order of their lane.
 */
public final class PieceEmitter {
  private final RankWork work;
  private final NodeWriter writer;
  private final Bundles bundles;
  private final NodeIdList whole = new NodeIdList();
  private final NodeIdList neighbours = new NodeIdList();
  private long[] made = new long[8];
  private int count;

  PieceEmitter(RankWork work, NodeWriter writer) {
    this.work = work;
    this.writer = writer;
    this.bundles = writer.bundles();
  }

  /**
   * How many pieces there are.
   *
   * @param ranks of the groups that communicate; 1: nothing is cut
   * @param chunks as many as the plan says
   * @param places of the dimensions that are cut: there are no more pieces than these
   */
  public static long count(long ranks, long chunks, long... places) {
    long count = ranks == 1 ? 1 : chunks;
    for (long each : places) {
      count = Math.min(count, each);
    }
    return count;
  }

  /** Begins a node in so many pieces, each of which needs all that was named as needed. */
  PieceEmitter begin(long pieces) {
    count = (int) pieces;
    if (made.length < count) {
      made = new long[count];
    }
    whole.take(writer.node().dataDependencies);
    neighbours.clear();
    return this;
  }

  /**
   * Piece i needs piece i of {@code producer}.
   *
   * @param ranks of the group over which that is cut: of one rank, it is whole and needed as such
   */
  public PieceEmitter of(long producer, long ranks) {
    if (count > 1 && ranks > 1) {
      neighbours.add(producer);
    } else {
      bundles.addTo(whole, producer);
    }
    return this;
  }

  /** A kernel, in as many pieces. */
  public long compute(KernelPieces kernel) {
    for (int i = 0; i < count; i++) {
      begin(i);
      made[i] = work.compute(kernel.pieces().get(i));
    }
    return end();
  }

  /** As {@link RankEmitter#allGather}. */
  public long allGather(String operation, int kind, long bytes) {
    return collective(operation, Collective.ALL_GATHER, kind, bytes);
  }

  /** As {@link RankEmitter#reduceScatter}. */
  public long reduceScatter(String operation, int kind, long bytes) {
    return collective(operation, Collective.REDUCE_SCATTER, kind, bytes);
  }

  /** As {@link RankEmitter#allReduce}. */
  public long allReduce(String operation, int kind, long bytes) {
    return collective(operation, Collective.ALL_REDUCE, kind, bytes);
  }

  /** As {@link RankEmitter#collective}, of one that is cut: no exchange is. */
  public long collective(String operation, Collective collective, int kind, long bytes) {
    if (collective.isExchange()) {
      throw new IllegalStateException(operation + " is not cut");
    }
    for (int i = 0; i < count; i++) {
      begin(i);
      made[i] = work.collective(operation, collective, kind, share(bytes, i), Exchange.BY_NETWORK);
    }
    return end();
  }

  private void begin(int piece) {
    writer.piece(count == 1 ? -1 : piece, piece == count - 1);
    writer.needs(whole);
    for (int i = 0; i < neighbours.size(); i++) {
      writer.needs(bundles.get(neighbours.get(i), piece));
    }
  }

  private long end() {
    writer.piece(-1, true);
    if (count == 1) {
      return made[0];
    }
    long bundle = bundles.open();
    for (int i = 0; i < count; i++) {
      bundles.add(made[i]);
    }
    return bundle;
  }

  private long share(long all, int i) {
    return KernelPieces.share(all, i, count);
  }
}
