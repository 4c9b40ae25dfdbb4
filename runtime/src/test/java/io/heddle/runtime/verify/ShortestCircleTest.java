package io.heddle.runtime.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShortestCircleTest {
  private static int[][] graph(long seed, int nodes, int edges) {
    Random random = new Random(seed);
    int[][] next = new int[nodes][];
    for (int node = 0; node < nodes; node++) {
      next[node] = random.ints(random.nextInt(edges + 1), 0, nodes).toArray();
    }
    return next;
  }

  private static boolean leads(int[][] graph, int from, int to) {
    return java.util.Arrays.stream(graph[from]).anyMatch(node -> node == to);
  }

  /** Which nodes a way of so many edges or fewer, at least one, leads to. */
  private static boolean[][] reach(int[][] graph) {
    int nodes = graph.length;
    boolean[][] reach = new boolean[nodes][nodes];
    for (int from = 0; from < nodes; from++) {
      for (int to : graph[from]) {
        reach[from][to] = true;
      }
    }
    for (int via = 0; via < nodes; via++) {
      for (int from = 0; from < nodes; from++) {
        for (int to = 0; to < nodes; to++) {
          reach[from][to] |= reach[from][via] && reach[via][to];
        }
      }
    }
    return reach;
  }

  @Property(tries = 500)
  void findsACircleIfThereIsOneAndNoneOfItsNodesHasAShorter(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int nodes,
      @ForAll @IntRange(min = 1, max = 3) int edges) {
    int[][] graph = graph(seed, nodes, edges);
    boolean[][] reach = reach(graph);
    boolean any = false;
    for (int node = 0; node < nodes; node++) {
      any |= reach[node][node];
    }

    int[] circle = ShortestCircle.in(nodes, node -> graph[node]);

    assertThat(circle.length > 0).isEqualTo(any);
    assertThat(circle).doesNotHaveDuplicates();
    for (int i = 0; i < circle.length; i++) {
      for (int j = 0; j < circle.length; j++) {
        // A chord would cut it short.
        assertThat(leads(graph, circle[i], circle[j])).isEqualTo(j == (i + 1) % circle.length);
      }
    }
  }
}
