package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RankTrace;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Takes one action of a rank at a time from a flattener. Parents that are finished are satisfied.
 * It changes no tick: the lanes of a plan are chained, so that no node of an action can be free
 * before the last compute node or the last communication node of the action before is issued.
 */
final class ActionSource implements NodeSource {
  private final Flattener flattener;
  private final RankTrace trace;
  private final int actions;
  private final PendingSlots pending = new PendingSlots();
  private final @Nullable ExchangeShapes shapes;
  private @Nullable ExchangeJoin exchange;
  private int nextAction;

  ActionSource(Flattener flattener, int rank) {
    this(flattener, rank, null);
  }

  /**
   * @param shapes of exchanges whose messages are joined; null where each is a node of its own
   */
  ActionSource(Flattener flattener, int rank, @Nullable ExchangeShapes shapes) {
    this.flattener = flattener;
    this.shapes = shapes;
    this.trace = flattener.open(rank);
    this.actions = flattener.actions(rank);
  }

  @Override
  public boolean load(NodeTable table) {
    if (shapes != null && exchange == null) {
      exchange = new ExchangeJoin(table, pending, trace.rank(), shapes);
    }
    WindowSink window = new WindowSink(table, pending, trace.rank(), exchange);
    boolean any = false;
    // Behind an action without kernels those of the next may be free at once: the kernel that they
    // wait for is of an earlier one. An action of receives alone would never ask for the next.
    while (nextAction < actions && !window.computed()) {
      trace.emit(nextAction++, window);
      any = true;
    }
    return any;
  }

  @Override
  public boolean chained() {
    return true;
  }

  @Override
  public String locate(long nodeId) {
    StringBuilder text = new StringBuilder("node ").append(nodeId);
    try {
      new FlattenerWorkload(flattener)
          .each(
              trace.rank(),
              (id, name, microBatch, bytes) -> text.append(id == nodeId ? " " + name : ""));
    } catch (IOException e) {
      throw new IllegalStateException("a flattener reads no file", e);
    }
    return text.toString();
  }
}
