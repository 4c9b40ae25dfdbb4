package io.heddle.cli.graph;

import io.heddle.cli.graph.Graph.Kind;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Takes a part of the trace of a rank from a flattener. */
public final class RankWindow implements NodeSink {
  private final long first;
  private final long last;
  private final TraceWindow window = new TraceWindow();
  private long reached;

  private RankWindow(long first, long last) {
    this.first = first;
    this.last = last;
  }

  /**
   * The nodes with ids from {@code first} to {@code last}. It ends early when there are too many of
   * them for a picture.
   */
  public static TraceWindow of(Flattener flattener, int rank, long first, long last) {
    RankWindow taken = new RankWindow(first, last);
    RankTrace trace = flattener.open(rank);
    int actions = flattener.actions(rank);
    for (int action = 0; action < actions && taken.wantsMore(); action++) {
      trace.emit(action, taken);
    }
    return taken.window;
  }

  /** The nodes of the first action; as many of them as a picture has. */
  public static TraceWindow ofFirstAction(Flattener flattener, int rank) {
    RankWindow taken = new RankWindow(1, TraceWindow.MOST_NODES);
    flattener.open(rank).emit(0, taken);
    return taken.window;
  }

  private boolean wantsMore() {
    return reached < last && !window.isTooLarge();
  }

  private void add(NodeHeader node, Kind kind, String... lines) {
    reached = node.id();
    if (node.id() < first || node.id() > last || window.isTooLarge()) {
      return;
    }
    StringBuilder name = new StringBuilder().append(node.id()).append(' ');
    node.appendName(name);
    window.add(node.id(), kind, lines(name.toString(), lines));
    wait(node.dataDependencies(), true);
    wait(node.controlDependencies(), false);
  }

  private static List<String> lines(String name, String... others) {
    return Stream.concat(Stream.of(name), Arrays.stream(others)).toList();
  }

  private void wait(NodeIds parents, boolean uses) {
    for (int i = 0; i < parents.size(); i++) {
      window.waitsFor(parents.get(i), uses);
    }
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    add(
        node,
        Kind.COMPUTE,
        Quantities.approximately((double) node.scaled(kernel.operations()))
            + " FLOP, "
            + bytes(node.scaled(kernel.bytes())));
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    add(
        node,
        Kind.COLLECTIVE,
        "%s over %s (%d)"
            .formatted(
                collective.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                group.name(),
                group.size()),
        bytes(bytes));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    add(node, Kind.SEND, "to rank %d, tag %d".formatted(peer, tag), bytes(bytes));
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    add(node, Kind.RECEIVE, "from rank %d, tag %d".formatted(peer, tag), bytes(bytes));
  }

  private static String bytes(long bytes) {
    return Quantities.bytes(bytes);
  }
}
