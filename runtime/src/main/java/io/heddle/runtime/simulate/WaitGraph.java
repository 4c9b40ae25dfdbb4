package io.heddle.runtime.simulate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which unfinished node waits for which, over all ranks; every one of its edges must go. */
final class WaitGraph {
  /** No node. */
  static final long NOTHING = -1;

  private static final byte ON_PATH = 1;
  private static final byte LEFT = 2;

  private final @Nullable RankWaits[] waits;
  private final byte[][] colour;
  private long[] path = new long[64];
  private int[] edge = new int[64];
  private int length;

  /**
   * @param waits by rank; null for ranks that finished
   */
  WaitGraph(@Nullable RankWaits[] waits) {
    this.waits = waits;
    this.colour = new byte[waits.length][];
    for (int r = 0; r < waits.length; r++) {
      RankWaits of = waits[r];
      colour[r] = new byte[of == null ? 0 : of.slots()];
    }
  }

  static long node(int rank, int slot) {
    return ((long) rank << 32) | slot;
  }

  static int rank(long node) {
    return (int) (node >>> 32);
  }

  static int slot(long node) {
    return (int) node;
  }

  /**
   * The nodes under way on the first circle that leads over other ranks, each waiting for the next;
   * empty if there is none.
   */
  List<Long> circle() {
    for (int r = 0; r < waits.length; r++) {
      RankWaits of = waits[r];
      for (int slot = 0; of != null && slot < of.slots(); slot++) {
        if (of.underWay(slot) && colour[r][slot] == 0) {
          List<Long> found = from(node(r, slot));
          if (!found.isEmpty()) {
            return found;
          }
        }
      }
    }
    return List.of();
  }

  private List<Long> from(long start) {
    push(start);
    while (length > 0) {
      long at = path[length - 1];
      RankWaits of = waits[rank(at)];
      long next = of == null ? NOTHING : of.blocker(slot(at), edge[length - 1]++);
      if (next == NOTHING) {
        colour[rank(at)][slot(at)] = LEFT;
        length--;
        continue;
      }
      byte seen = colour[rank(next)][slot(next)];
      if (seen == 0) {
        push(next);
      } else if (seen == ON_PATH) {
        List<Long> circle = underWaySince(next);
        if (!circle.isEmpty()) {
          return circle;
        }
      }
    }
    return List.of();
  }

  private void push(long node) {
    if (length == path.length) {
      path = Arrays.copyOf(path, 2 * length);
      edge = Arrays.copyOf(edge, 2 * length);
    }
    path[length] = node;
    edge[length++] = 0;
    colour[rank(node)][slot(node)] = ON_PATH;
  }

  private List<Long> underWaySince(long first) {
    int begin = length - 1;
    while (path[begin] != first) {
      begin--;
    }
    List<Long> circle = new ArrayList<>();
    for (int i = begin; i < length; i++) {
      RankWaits of = waits[rank(path[i])];
      if (of != null && of.underWay(slot(path[i]))) {
        circle.add(path[i]);
      }
    }
    return circle;
  }
}
