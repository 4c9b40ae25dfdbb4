package io.heddle.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.graph.Graph.Cluster;
import io.heddle.cli.graph.Graph.Edge;
import io.heddle.cli.graph.Graph.Kind;
import io.heddle.cli.graph.Graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SvgPictureTest {
  private static Graph graph(int nodes, List<Edge> edges) {
    List<Node> all =
        IntStream.range(0, nodes)
            .mapToObj(i -> new Node("n" + i, Kind.OTHER, List.of("node " + i)))
            .toList();
    return new Graph("graph", List.of(new Cluster("", all)), edges);
  }

  /** Traces of others may have nodes that wait for themselves or for each other. */
  @Property(tries = 60)
  void drawsAnyGraphTheSameTwice(@ForAll @Size(max = 30) List<@IntRange(max = 143) Integer> pairs) {
    List<Edge> edges =
        pairs.stream()
            .distinct()
            .map(pair -> new Edge("n" + pair / 12, "n" + pair % 12, pair % 2 == 0))
            .toList();
    Optional<String> picture = SvgPicture.of(graph(12, edges));
    assertThat(picture).isPresent().isEqualTo(SvgPicture.of(graph(12, edges)));
    edges.forEach(
        edge ->
            assertThat(picture.orElseThrow())
                .contains("id=\"" + edge.from() + "-" + edge.to() + "\""));
  }

  @Test
  void drawsAChainAsLongAsAPictureHasNodes() {
    List<Edge> edges = new ArrayList<>();
    for (int i = 1; i < TraceWindow.MOST_NODES; i++) {
      edges.add(new Edge("n" + (i - 1), "n" + i, true));
    }
    assertThat(SvgPicture.of(graph(TraceWindow.MOST_NODES, edges))).isPresent();
  }
}
