package io.heddle.cli.graph;

import io.heddle.cli.graph.Graph.Cluster;
import io.heddle.cli.graph.Graph.Edge;
import io.heddle.cli.graph.Graph.Kind;
import io.heddle.cli.graph.Graph.Node;
import io.heddle.cli.output.Quantities;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.StageStep;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program of a rank as a graph: the operations of blocks, a cluster for each pass, and the end
 * of the step, a cluster for stages that do the same. What goes from forward to backward passes is
 * kept in memory and no edge.
 */
public final class ProgramGraph {
  private final Sizes sizes;
  private final List<Cluster> clusters = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();
  private int count;

  private ProgramGraph(PlanNumbers numbers) {
    this.sizes = new Sizes(numbers);
  }

  /**
   * The graph of some blocks; of all of them, with the end of the step.
   *
   * @param blocks of the program
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  public static Graph of(RankProgram program, PlanNumbers numbers, List<Section> blocks) {
    ProgramGraph graph = new ProgramGraph(numbers);
    blocks.forEach(block -> graph.block(block, program.plan().model().title(block.block())));
    if (blocks.equals(program.allBlocks())) {
      StageStep.of(program, numbers, graph.sizes).forEach(graph::step);
    }
    Plan plan = program.plan();
    List<String> axes = new ArrayList<>();
    numbers.axes().forEach((axis, size) -> axes.add(axis + " " + size));
    String title =
        "plan %s of %s: %s".formatted(plan.name(), plan.model().name(), String.join(", ", axes));
    return new Graph(title, graph.clusters, graph.edges);
  }

  private void block(Section block, String title) {
    for (Pass pass : block.run()) {
      boolean recomputed =
          block.pass(pass.kind(), true).filter(again -> !again.repeatsForward()).isPresent();
      if (pass.recomputes() ? !pass.repeatsForward() : !recomputed) {
        pass(title + ", " + pass.title(), pass);
      }
    }
  }

  private void pass(String title, Pass pass) {
    if (pass.nodes().isEmpty()) {
      return;
    }
    List<Node> nodes = new ArrayList<>();
    Map<Value, String> makers = new HashMap<>();
    for (LocalNode node : pass.nodes()) {
      String id = "n" + count++;
      for (Value input : node.inputs()) {
        String maker = makers.get(input);
        if (maker == null) {
          // What comes in from the block before or behind.
          maker = "n" + count++;
          nodes.add(new Node(maker, Kind.OTHER, List.of(input.name())));
          makers.put(input, maker);
        }
        edges.add(new Edge(maker, id, true));
      }
      nodes.add(
          new Node(
              id,
              node instanceof Communicate ? Kind.COLLECTIVE : Kind.COMPUTE,
              lines(node, pass.isAgain(node.output()) ? "again " : "")));
      node.outputs().forEach(output -> makers.put(output, id));
    }
    clusters.add(new Cluster(title, nodes));
  }

  private void step(StageStep step) {
    List<Node> nodes = new ArrayList<>();
    Map<Value, String> makers = new HashMap<>();
    for (StageStep.Part part : step.parts()) {
      LocalNode node = part.node();
      String id = "n" + count++;
      node.inputs().stream()
          .filter(makers::containsKey)
          .forEach(input -> edges.add(new Edge(makers.get(input), id, true)));
      nodes.add(
          node instanceof StepCollective collective
              ? new Node(id, Kind.COLLECTIVE, lines(collective, part.amount()))
              : new Node(id, Kind.COMPUTE, lines((Compute) node, part.amount())));
      makers.put(node.output(), id);
    }
    clusters.add(new Cluster(step.title(), nodes));
  }

  private List<String> lines(StepCollective node, long bytes) {
    return List.of(
        node.operation(),
        node.kind().title() + " " + sizes.describe(node.group()),
        Quantities.bytes(bytes));
  }

  private static List<String> lines(Compute node, long parameters) {
    return List.of(node.operation(), node.title(), Quantities.count(parameters) + " parameters");
  }

  private List<String> lines(LocalNode node, String again) {
    if (node instanceof Compute compute) {
      return compute(compute, again);
    }
    if (node instanceof Ring ring) {
      List<String> lines = new ArrayList<>(compute(ring.kernel(), again));
      LocalNode.Reach reach = ring.reach();
      lines.add(
          (reach == null ? "ring over %s: %s, %s a message" : "neighbours over %s: %s, %s")
              .formatted(
                  group(ring.axes()),
                  String.join(", ", ring.tensors()),
                  bytes(reach == null ? ring.message() : reach.received())));
      return lines;
    }
    Communicate communicate = (Communicate) node;
    return withPieces(
        sizes.ranks(communicate.axes()) == 1 ? null : communicate.pieces(),
        communicate.operation(),
        "%s over %s".formatted(communicate.kind().title(), group(communicate.axes())),
        bytes(communicate.bytes()),
        communicate.from().describe(communicate.dims())
            + " -> "
            + communicate.to().describe(communicate.dims()));
  }

  private List<String> compute(Compute node, String again) {
    return withPieces(
        node.pieces(),
        again + node.operation(),
        node.title(),
        shape(node.shape()),
        "%s FLOP, %s"
            .formatted(
                Quantities.approximately((double) sizes.of(node.operations())),
                Quantities.bytes(sizes.of(node.bytes()) + sizes.again(node))));
  }

  /** The lines of a node, and how it is cut where it is. */
  private List<String> withPieces(@Nullable Pieces pieces, String... lines) {
    List<String> all = new ArrayList<>(List.of(lines));
    String cut = pieces == null ? "" : pieces.describe(sizes);
    if (!cut.isEmpty()) {
      all.add(cut);
    }
    return all;
  }

  private String group(List<String> axes) {
    return "%s (%d)".formatted(String.join(", ", axes), sizes.ranks(axes));
  }

  private String bytes(Size size) {
    return Quantities.bytes(sizes.of(size));
  }

  private String shape(Shape shape) {
    if (shape instanceof Shape.Gemm gemm) {
      return batch(gemm.batch())
          + "M %d K %d N %d".formatted(sizes.of(gemm.m()), sizes.of(gemm.k()), sizes.of(gemm.n()));
    }
    if (shape instanceof Shape.Attention attention) {
      return batch(attention.batch())
          + "queries %d keys %d"
              .formatted(sizes.of(attention.queries()), sizes.of(attention.keys()));
    }
    return Quantities.count(sizes.of(((Shape.Elements) shape).elements())) + " elements";
  }

  private String batch(Size size) {
    long batch = sizes.of(size);
    return batch == 1 ? "" : "batch " + batch + " ";
  }
}
