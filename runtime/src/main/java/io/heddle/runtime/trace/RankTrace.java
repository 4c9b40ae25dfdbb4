package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/** The trace of one rank while it is written, action by action. One thread at a time writes it. */
@Api
public interface RankTrace {
  /** The rank whose trace it is. */
  int rank();

  /**
   * Writes the nodes of one action. Actions come in order, each once.
   *
   * @param action from 0
   */
  void emit(int action, NodeSink sink);

  /** Says where the nodes of an action go. */
  @FunctionalInterface
  interface Route {
    /**
     * The sink that takes the nodes.
     *
     * @param sink that is asked to take them
     */
    NodeSink of(int action, NodeSink sink);
  }

  /** The same, whose nodes go another way: it is asked for each action when that is written. */
  default RankTrace by(Route route) {
    RankTrace trace = this;
    return new RankTrace() {
      @Override
      public int rank() {
        return trace.rank();
      }

      @Override
      public void emit(int action, NodeSink sink) {
        trace.emit(action, route.of(action, sink));
      }
    };
  }
}
