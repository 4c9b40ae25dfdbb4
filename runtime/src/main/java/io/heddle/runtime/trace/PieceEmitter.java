package io.heddle.runtime.trace;

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
  private final RankEmitter rank;
  private final Bundles bundles;
  private final NodeIds whole = new NodeIds();
  private final NodeIds neighbours = new NodeIds();
  private long[] made = new long[8];
  private int count;

  PieceEmitter(RankEmitter rank, Bundles bundles) {
    this.rank = rank;
    this.bundles = bundles;
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

  /** Begins a node in so many pieces; each needs all of {@code needed}, which is emptied. */
  PieceEmitter begin(long pieces, NodeIds needed) {
    count = (int) pieces;
    if (made.length < count) {
      made = new long[count];
    }
    whole.take(needed);
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
      made[i] = rank.compute(kernel.pieces().get(i));
    }
    return end();
  }

  /** As {@link RankEmitter#allGather}. */
  public long allGather(String operation, int kind, long bytes) {
    for (int i = 0; i < count; i++) {
      begin(i);
      made[i] = rank.allGather(operation, kind, share(bytes, i));
    }
    return end();
  }

  /** As {@link RankEmitter#reduceScatter}. */
  public long reduceScatter(String operation, int kind, long bytes) {
    for (int i = 0; i < count; i++) {
      begin(i);
      made[i] = rank.reduceScatter(operation, kind, share(bytes, i));
    }
    return end();
  }

  /** As {@link RankEmitter#allReduce}. */
  public long allReduce(String operation, int kind, long bytes) {
    for (int i = 0; i < count; i++) {
      begin(i);
      made[i] = rank.allReduce(operation, kind, share(bytes, i));
    }
    return end();
  }

  private void begin(int piece) {
    rank.piece(count == 1 ? -1 : piece, piece == count - 1);
    rank.needs(whole);
    for (int i = 0; i < neighbours.size(); i++) {
      rank.needs(bundles.get(neighbours.get(i), piece));
    }
  }

  private long end() {
    rank.piece(-1, true);
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
    return share(all, i, count);
  }

  /** The i-th of {@code count} parts of a number, which add up to it and differ by one at most. */
  static long share(long all, int i, int count) {
    return part(all, i + 1, count) - part(all, i, count);
  }

  /** i parts of {@code count}, rounded down, of a number up to 2^63. */
  private static long part(long all, int i, int count) {
    return all / count * i + all % count * i / count;
  }
}
