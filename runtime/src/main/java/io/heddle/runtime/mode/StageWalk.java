package io.heddle.runtime.mode;

import io.heddle.plan.GradientReduction.When;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Course;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.Pass;
import io.heddle.runtime.trace.PipelineFlattener;
import io.heddle.runtime.trace.RankEmitter;
import io.heddle.runtime.trace.TeeSink;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;

/**
 * The work of one stage, found on its first rank: it takes the first, one of the middle and the
 * last micro-batch one after the other and waits for no other stage. Passes last as they are known
 * to; weights that are gathered and gradients that are reduced take their places on the lanes
 * beside them. All micro-batches but the first and the last are alike.
 */
final class StageWalk {
  /** Micro-batches that are walked through, at most. */
  private static final int MOST = 3;

  /** No micro-batch: not even that of what belongs to the whole step. */
  private static final int NONE = -2;

  private static final int FIRST = 0;
  private static final int MIDDLE = 1;
  private static final int LAST = 2;

  private final PassKinds kinds;
  private final PassTimes times;
  private final boolean alike;

  /** Whether reductions are cut to the gaps between the collectives of passes. */
  private final boolean cutToPasses;

  private final int rank;
  private final int stage;
  private final long microBatches;

  /** Micro-batches that are as the one in the middle; all where none differs. */
  private final long middles;

  private final LanePath path;

  // Once, and once for each micro-batch in the middle.
  private final CountingSink edges = new CountingSink();
  private final CountingSink middle = new CountingSink();
  private final CommunicationSums communicationOfEdges = new CommunicationSums();
  private final CommunicationSums communicationOfMiddle = new CommunicationSums();

  /** Time on the compute lane, by kind of action, place in the step and chunk. */
  private final EnumMap<Kind, long[][]> nanos = new EnumMap<>(Kind.class);

  private long standIns;
  private long step;

  StageWalk(
      PipelineFlattener flattener,
      Emission emission,
      Stages stages,
      int stage,
      PassKinds kinds,
      PassTimes times,
      Costs costs) {
    this.kinds = kinds;
    this.times = times;
    this.stage = stage;
    this.rank = stages.first(stage);
    this.microBatches = flattener.microBatches();
    this.cutToPasses = flattener.plan().optimizer().gradients().when() == When.IN_GAPS;
    this.alike = !flattener.sharesDuringPasses();
    this.middles = alike ? microBatches : Math.max(0, microBatches - 2);
    this.path = new LanePath(rank, costs);
    for (Kind kind : Kind.values()) {
      nanos.put(kind, new long[MOST][flattener.layers().chunks()]);
    }
    walk(flattener, emission, stages);
  }

  private void walk(PipelineFlattener flattener, Emission emission, Stages stages) {
    int walked = alike ? 1 : (int) Math.min(microBatches, MOST);
    int inMiddle = alike ? 0 : walked == MOST ? 1 : NONE;
    boolean split = flattener.schedule().splitsBackward();
    Course course = Course.inTurn(walked, flattener.layers().chunks(), split);
    RankEmitter emitter =
        flattener.openAlone(rank, stages.groups(stage), course, this::standIn).as(emission);
    MicroBatchCounts counts = new MicroBatchCounts(edges, middle, inMiddle);
    NodeSink sink = cutToPasses ? path.sink() : new TeeSink(counts, path.sink());
    int actions = course.actions().size();
    int[] begins = new int[actions + 1];
    for (int i = 0; i < actions; i++) {
      Action action = course.actions().get(i);
      long computed = path.computeEnd();
      begins[i] = path.communications();
      flattener.emit(emitter, i, sink);
      of(action.kind())[place(action.microBatch(), walked)][action.chunk()] =
          path.computeEnd() - computed;
    }
    begins[actions] = path.communications();
    long computed = path.computeEnd();
    flattener.emit(emitter, actions, sink);
    step = path.end() - computed;
    for (int i = 0; i < actions; i++) {
      boolean ofMiddle = course.actions().get(i).microBatch() == inMiddle;
      path.addTo(ofMiddle ? communicationOfMiddle : communicationOfEdges, begins[i], begins[i + 1]);
    }
    path.addTo(communicationOfEdges, begins[actions], path.communications());
    if (cutToPasses) {
      RankEmitter whole = flattener.openAlone(rank, stages.groups(stage), course).as(emission);
      count(flattener, whole, actions, counts);
    }
  }

  private long[][] of(Kind kind) {
    return Objects.requireNonNull(nanos.get(kind));
  }

  /** Counts the nodes of passes too, where what is beside them depends on them. */
  private static void count(
      PipelineFlattener flattener, RankEmitter emitter, int actions, NodeSink to) {
    for (int i = 0; i <= actions; i++) {
      flattener.emit(emitter, i, to);
    }
  }

  /** A micro-batch that is the first and the last is the last. */
  private int place(long microBatch, long ofMicroBatches) {
    if (alike) {
      return MIDDLE;
    }
    if (microBatch == ofMicroBatches - 1) {
      return LAST;
    }
    return microBatch == 0 ? FIRST : MIDDLE;
  }

  private long standIn(RankEmitter emitter, Pass pass, int layer, long input) {
    PassKind kind = kinds.of(pass, layer);
    PassTime time = time(kind);
    standIns = Math.addExact(standIns, time.nanos());
    return kind.nodes().isEmpty() ? input : emitter.needs(input).standIn(pass, time.nanos());
  }

  private PassTime time(PassKind kind) {
    return times.of(rank, kind);
  }

  /** Gives all stages and chunks the same times: the means of theirs. */
  static void equalize(List<StageWalk> stages) {
    long steps = 0;
    for (StageWalk stage : stages) {
      steps = Math.addExact(steps, stage.step);
    }
    for (int place = 0; place < MOST; place++) {
      for (Kind kind : Kind.values()) {
        long sum = 0;
        long chunks = 0;
        for (StageWalk stage : stages) {
          for (long ofChunk : stage.of(kind)[place]) {
            sum = Math.addExact(sum, ofChunk);
            chunks++;
          }
        }
        for (StageWalk stage : stages) {
          Arrays.fill(stage.of(kind)[place], sum / chunks);
        }
      }
    }
    for (StageWalk stage : stages) {
      stage.step = steps / stages.size();
    }
  }

  /** Time that an action takes of the compute lane, ns. */
  long nanos(Action action) {
    return of(action.kind())[place(action.microBatch(), microBatches)][action.chunk()];
  }

  /** Time of all actions, ns. */
  long work() {
    // Where there is no such micro-batch, its times are 0.
    long sum = Math.addExact(sum(FIRST), sum(LAST));
    return Math.addExact(sum, Math.multiplyExact(middles, sum(MIDDLE)));
  }

  private long sum(int place) {
    long sum = 0;
    for (long[][] ofKind : nanos.values()) {
      for (long ofChunk : ofKind[place]) {
        sum = Math.addExact(sum, ofChunk);
      }
    }
    return sum;
  }

  /** Mean time of a micro-batch's passes of a kind through all chunks, ns. */
  double mean(Kind kind) {
    double sum = 0;
    long[][] ofKind = of(kind);
    for (int chunk = 0; chunk < ofKind[LAST].length; chunk++) {
      sum += (double) ofKind[FIRST][chunk] + ofKind[LAST][chunk];
      sum += (double) middles * ofKind[MIDDLE][chunk];
    }
    return sum / microBatches;
  }

  /** Time of the end of the step behind the last action, with what is left to be reduced, ns. */
  long step() {
    return step;
  }

  /** Time in which a rank of the stage computes in a step, ns. */
  long computing() {
    long[] sum = {path.computing() - standIns};
    kinds.each(
        stage,
        (kind, passes) -> {
          long often = Math.multiplyExact(passes, microBatches);
          sum[0] = Math.addExact(sum[0], Math.multiplyExact(often, time(kind).compute()));
        });
    return sum[0];
  }

  /** What a rank of the stage communicates in a step. */
  CommunicationSums communication() {
    CommunicationSums sums = new CommunicationSums();
    kinds.each(
        stage,
        (kind, passes) ->
            sums.add(time(kind).communication(), Math.multiplyExact(passes, microBatches)));
    sums.add(communicationOfEdges, 1);
    sums.add(communicationOfMiddle, middles);
    return sums;
  }

  /** Adds the nodes of so many ranks of the stage. */
  void countInto(CountingSink counts, long ranks) {
    long often = cutToPasses ? 0 : Math.multiplyExact(microBatches, ranks);
    kinds.each(
        stage, (kind, passes) -> counts.add(kind.counts(), Math.multiplyExact(passes, often)));
    counts.add(edges, ranks);
    counts.add(middle, Math.multiplyExact(ranks, middles));
  }
}
