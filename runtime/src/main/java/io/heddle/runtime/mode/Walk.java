package io.heddle.runtime.mode;

import io.heddle.plan.schedule.Action;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.pipeline.Course;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.TeeSink;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The two lanes of one rank that takes its micro-batches in turn and waits for no other stage: how
 * long each action holds the compute lane, and what of the communication no kernel hides. Messages
 * between stages are not counted as exposed, for that depends on the other stages.
 */
final class Walk {
  private final Turns turns;

  private final TurnTimes nanos;
  private final CommunicationSums[] communication = new CommunicationSums[Turns.PLACES];
  private final CommunicationSums communicationOfStep = new CommunicationSums();

  /** How far the communication lane is behind the compute lane after a micro-batch, ns. */
  private final long[] behind = new long[Turns.PLACES];

  private final long computing;
  private long step;

  /**
   * Walks through what a rank emits.
   *
   * @param opened opens the rank for a course
   * @param recording whether it is to be known what is communicated, and what computed
   * @param besides hears the nodes as well; null if nobody does
   */
  Walk(
      PipelineFlattener flattener,
      Function<Course, RankTrace> opened,
      Turns turns,
      Costs costs,
      boolean recording,
      @Nullable NodeSink besides) {
    this.turns = turns;
    int chunks = flattener.pipeline().layers().chunks();
    this.nanos = new TurnTimes(chunks);
    Arrays.setAll(communication, place -> new CommunicationSums());
    Course course = Course.inTurn(turns.walked(), chunks, flattener.pipeline().schedule());
    RankTrace trace = opened.apply(course);
    LanePath path = new LanePath(trace.rank(), costs, recording);
    NodeSink sink = besides == null ? path.sink() : new TeeSink(besides, path.sink());
    walk(trace, course.actions(), path, sink);
    this.computing = path.computing();
  }

  private void walk(RankTrace trace, List<Action> actions, LanePath path, NodeSink sink) {
    long begin = 0;
    int sent = 0;
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      int place = turns.placeInWalk(action.microBatch());
      long computed = path.computeEnd();
      trace.emit(i, sink);
      nanos.set(action.kind(), place, action.chunk(), path.computeEnd() - computed);
      boolean ends =
          i + 1 == actions.size() || actions.get(i + 1).microBatch() != action.microBatch();
      if (ends) {
        path.addBusy(communication[place], sent, path.communications());
        sent = path.communications();
        behind[place] = Math.max(0, path.communicationEnd() - path.computeEnd());
      }
    }
    trace.emit(actions.size(), sink);
    path.addBusy(communicationOfStep, sent, path.communications());
    // What is exposed belongs to the time in which it is, whoever asked for it.
    for (int place = 0; place < Turns.PLACES; place++) {
      long end = begin + nanos.sum(place);
      path.addExposed(communication[place], begin, end);
      begin = end;
    }
    step = path.end() - begin;
    path.addExposed(communicationOfStep, begin, path.end());
  }

  /** Time of each action on the compute lane. */
  TurnTimes nanos() {
    return nanos;
  }

  /** From the last action to the end of the step, with what is left to be reduced, ns. */
  long step() {
    return step;
  }

  /**
   * By how much each micro-batch in the middle leaves the communication lane further behind, ns: 0
   * unless it communicates longer than it computes, and computes without waiting for that.
   */
  long fallsBehind() {
    return turns.alike() ? 0 : Math.max(0, behind[Turns.MIDDLE] - behind[Turns.FIRST]);
  }

  /** How far the communication lane is behind when the last action is done, ns. */
  long behindAtEnd() {
    return behind[turns.alike() ? Turns.MIDDLE : Turns.LAST];
  }

  /** Sum of all kernels that were walked through, ns. */
  long computing() {
    return computing;
  }

  /**
   * What is communicated in a step whose micro-batches in the middle are all as the one.
   *
   * @param middles how many these are
   */
  CommunicationSums communication(long middles) {
    CommunicationSums sums = new CommunicationSums();
    sums.add(communication[Turns.FIRST], 1);
    sums.add(communication[Turns.MIDDLE], middles);
    sums.add(communication[Turns.LAST], 1);
    sums.add(communicationOfStep, 1);
    return sums;
  }
}
