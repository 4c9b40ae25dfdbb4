package io.heddle.cli.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.graphper.api.Cluster;
import org.graphper.api.Graphviz;
import org.graphper.api.Line;
import org.graphper.api.Node;
import org.graphper.api.attributes.ClusterStyle;
import org.graphper.api.attributes.Color;
import org.graphper.api.attributes.Labeljust;
import org.graphper.api.attributes.Labelloc;
import org.graphper.api.attributes.LineStyle;
import org.graphper.api.attributes.NodeShapeEnum;
import org.graphper.api.attributes.NodeStyle;
import org.graphper.api.attributes.Rankdir;
import org.graphper.draw.ExecuteException;

/** A graph as a picture in SVG. */
public final class SvgPicture {
  private static final double FONT_SIZE = 11;
  private static final Color EDGE = Color.ofRGB("#4a5361");
  private static final Color ORDER = Color.ofRGB("#9aa3b0");

  private static final int PATIENCE_SECONDS = 60;

  /** The library walks along the edges in methods that call themselves. */
  private static final long STACK = 1L << 29;

  private SvgPicture() {}

  /**
   * The picture; empty if the graph is too tangled: the library cannot lay it out, or does not come
   * to an end in time.
   */
  public static Optional<String> of(Graph graph) {
    FutureTask<String> drawing = new FutureTask<>(() -> draw(graph));
    Thread thread = new Thread(null, drawing, "layout", STACK);
    thread.setDaemon(true);
    thread.start();
    try {
      return Optional.of(drawing.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String draw(Graph graph) throws ExecuteException {
    Graphviz.GraphvizBuilder picture =
        Graphviz.digraph()
            .rankdir(Rankdir.TB)
            .labelloc(Labelloc.TOP)
            .label(DotText.shown(graph.title()))
            .fontName(CharacterGrid.FONT)
            .fontSize(14)
            .rankSep(0.35)
            .nodeSep(0.25)
            .bgColor(Color.WHITE);
    Map<String, Node> nodes = new HashMap<>();
    int number = 0;
    for (Graph.Cluster cluster : graph.clusters()) {
      List<Node> drawn = cluster.nodes().stream().map(SvgPicture::node).toList();
      for (int i = 0; i < drawn.size(); i++) {
        nodes.put(cluster.nodes().get(i).id(), drawn.get(i));
      }
      if (cluster.title().isEmpty()) {
        drawn.forEach(picture::addNode);
      } else {
        picture.cluster(frame("cluster" + number++, cluster.title(), drawn));
      }
    }
    for (Graph.Edge edge : graph.edges()) {
      picture.addLine(line(edge, nodes));
    }
    return picture.build().toSvgStr();
  }

  private static Cluster frame(String id, String title, List<Node> nodes) {
    Cluster.ClusterBuilder frame =
        Cluster.builder()
            .id(id)
            .label(DotText.shown(title))
            .labeljust(Labeljust.LEFT)
            .fontName(CharacterGrid.FONT)
            .fontSize(12)
            .style(ClusterStyle.ROUNDED)
            .color(Color.ofRGB("#b4bcc8"));
    nodes.forEach(frame::addNode);
    return frame.build();
  }

  private static Node node(Graph.Node node) {
    return Node.builder()
        .id(node.id())
        .label(String.join("\n", node.lines().stream().map(DotText::shown).toList()))
        .shape(NodeShapeEnum.RECT)
        .style(NodeStyle.ROUNDED)
        .fontName(CharacterGrid.FONT)
        .fontSize(FONT_SIZE)
        .fillColor(Color.ofRGB(node.kind().fill()))
        .color(Color.ofRGB(node.kind().border()))
        .build();
  }

  private static Line line(Graph.Edge edge, Map<String, Node> nodes) {
    Line.LineBuilder line =
        Line.builder(nodes.get(edge.from()), nodes.get(edge.to()))
            .id(edge.from() + "-" + edge.to())
            .arrowSize(0.6)
            .color(edge.uses() ? EDGE : ORDER);
    return (edge.uses() ? line : line.style(LineStyle.DASHED)).build();
  }
}
