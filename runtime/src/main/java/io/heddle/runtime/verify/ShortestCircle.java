package io.heddle.runtime.verify;

import java.util.Arrays;
import java.util.function.IntFunction;

/** Finds a circle in a directed graph none of whose nodes is on a shorter one. */
final class ShortestCircle {
  private static final int NONE = -1;
  private static final int MOST_STARTS = 200;

  private final IntFunction<int[]> next;
  private final int[] came;

  private ShortestCircle(int nodes, IntFunction<int[]> next) {
    this.next = next;
    this.came = new int[nodes];
  }

  /**
   * A circle: each node leads to the one after it, the last to the first; empty if there is none.
   *
   * @param nodes from 0
   * @param next where the edges of a node lead
   */
  static int[] in(int nodes, IntFunction<int[]> next) {
    ShortestCircle search = new ShortestCircle(nodes, next);
    int[] best = any(nodes, next);
    int length;
    do {
      length = best.length;
      best = search.shortest(best);
    } while (best.length < length);
    return smallestFirst(best);
  }

  /** The shortest circle through any node of this one. */
  private int[] shortest(int[] circle) {
    int[] best = circle;
    for (int i = 0; i < Math.min(circle.length, MOST_STARTS); i++) {
      int[] through = through(circle[i]);
      if (through.length < best.length) {
        best = through;
      }
    }
    return best;
  }

  private static int[] smallestFirst(int[] circle) {
    int smallest = 0;
    for (int i = 1; i < circle.length; i++) {
      if (circle[i] < circle[smallest]) {
        smallest = i;
      }
    }
    int[] turned = new int[circle.length];
    for (int i = 0; i < circle.length; i++) {
      turned[i] = circle[(smallest + i) % circle.length];
    }
    return turned;
  }

  private static int[] any(int nodes, IntFunction<int[]> next) {
    boolean[] seen = new boolean[nodes];
    int[] placeOnPath = new int[nodes];
    Arrays.fill(placeOnPath, NONE);
    int[] path = new int[nodes];
    int[][] edges = new int[nodes][];
    int[] edge = new int[nodes];
    for (int start = 0; start < nodes; start++) {
      int length = 0;
      int enter = seen[start] ? NONE : start;
      while (enter != NONE || length > 0) {
        if (enter != NONE) {
          seen[enter] = true;
          placeOnPath[enter] = length;
          path[length] = enter;
          edges[length] = next.apply(enter);
          edge[length++] = 0;
          enter = NONE;
        }
        int top = length - 1;
        if (edge[top] == edges[top].length) {
          placeOnPath[path[top]] = NONE;
          length--;
          continue;
        }
        int to = edges[top][edge[top]++];
        if (placeOnPath[to] != NONE) {
          return Arrays.copyOfRange(path, placeOnPath[to], length);
        }
        enter = seen[to] ? NONE : to;
      }
    }
    return new int[0];
  }

  /** The shortest circle through a node that is on one. */
  private int[] through(int start) {
    Arrays.fill(came, NONE);
    int[] queue = new int[came.length];
    int read = 0;
    int written = 0;
    queue[written++] = start;
    while (true) {
      int at = queue[read++];
      for (int to : next.apply(at)) {
        if (to == start) {
          return back(start, at);
        }
        if (came[to] == NONE) {
          came[to] = at;
          queue[written++] = to;
        }
      }
    }
  }

  private int[] back(int start, int last) {
    int length = 1;
    for (int at = last; at != start; at = came[at]) {
      length++;
    }
    int[] circle = new int[length];
    int at = last;
    for (int i = length - 1; i > 0; i--) {
      circle[i] = at;
      at = came[at];
    }
    circle[0] = start;
    return circle;
  }
}
