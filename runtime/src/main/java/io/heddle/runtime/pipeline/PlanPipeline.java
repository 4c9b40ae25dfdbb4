package io.heddle.runtime.pipeline;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.PlanValues;
import io.heddle.plan.StreamSpan;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.aside.SharedWork;
import io.heddle.runtime.aside.SinglePasses;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.ExpertRoute;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.emit.RankRows;
import io.heddle.runtime.emit.Streams;
import io.heddle.runtime.emit.TransferSizes;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RankTrace;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline of a plan as it is laid out: layers on stages, the order of actions, messages. Who
 * asks for more than a rank's trace finds it here: ranks that go another course, whose passes
 * another makes, or of which single passes are of interest.
 */
public final class PlanPipeline {
  private final Flattener flattener;
  private final ModelWork model;
  private final RankGroups groups;
  private final LayerSplit layers;
  private final PipelineSchedule schedule;
  private final Pipeline numbers;
  private final Courses courses;
  private final MessageSizes messages;
  private final StreamMessages streamMessages;
  private final SampledTokens sampled;
  private final List<StreamSpan> streams;
  private final List<ExpertRoute> routes;
  private final @Nullable CarriedBytes carried;
  private @Nullable SharedWork shared;

  /**
   * What a plan's ranks have in common.
   *
   * @param flattener knows mesh, stages and values of the plan
   * @param ranksToNextStage difference of rank numbers between neighbours along the pipeline axis
   * @param streams of the model, where there are several
   * @param routes of rows to experts that do not all get as many
   * @throws IllegalArgumentException if the schedule objects to the plan
   */
  PlanPipeline(
      Flattener flattener,
      ModelWork model,
      RankGroups groups,
      LayerSplit layers,
      int ranksToNextStage,
      List<StreamSpan> streams,
      List<ExpertRoute> routes) {
    PlanValues plan = flattener.plan();
    this.flattener = flattener;
    this.model = model;
    this.groups = groups;
    this.layers = layers;
    this.streams = streams;
    this.routes = routes;
    this.carried = CarriedBytes.of(plan.cluster(), plan.engine());
    this.schedule = plan.schedule().rules();
    this.numbers = plan.schedule().pipeline(flattener.stages(), flattener.microBatches());
    schedule
        .objection(numbers)
        .ifPresent(
            objection -> {
              throw new IllegalArgumentException(objection.problem());
            });
    this.courses = new Courses(schedule, numbers);
    boolean endsApart = !layers.chain().isLast(layers.chain().stageAt(0));
    this.messages =
        new MessageSizes(model, layers, streams, plan.schedule().samples() && endsApart);
    ChainRanks ranks = new ChainRanks(layers.chain(), ranksToNextStage);
    this.sampled = new SampledTokens(ranks, messages, numbers);
    this.streamMessages = new StreamMessages(model, layers, ranks, messages, sampled);
  }

  /** Says what ranks of data-parallel groups share before the end of the step. */
  void share(DataGroups units) {
    SinglePasses single =
        (rank, pass, layer, sink) -> passes(rank, flattener.emission()).emit(pass, layer, sink);
    this.shared = new SharedWork(flattener, layers, carried, single, units);
  }

  /** The numbers that the schedule is laid out for. */
  public Pipeline numbers() {
    return numbers;
  }

  /** Which layers lie where. */
  public LayerSplit layers() {
    return layers;
  }

  /** In which order stages run their micro-batches. */
  public PipelineSchedule schedule() {
    return schedule;
  }

  /** What the ranks of a stage do in which order. */
  public Course course(int stage) {
    return courses.of(stage);
  }

  /** How large messages between stages are. */
  public MessageSizes messages() {
    return messages;
  }

  /** What communication carries in place of its bytes; null where no network has figures. */
  public @Nullable CarriedBytes carriedBytes() {
    return carried;
  }

  /** Whether ranks of a stage have different numbers of rows of experts. */
  public boolean hasExpertLoads() {
    return !routes.isEmpty();
  }

  /** Whether layers and micro-batches have different loads of experts, which do not repeat soon. */
  public boolean hasChangingLoads() {
    return routes.stream().anyMatch(route -> route.shares().draws() > 1);
  }

  /** Whether the model has more streams than one: what travels depends on who reads it later. */
  public boolean hasSeveralStreams() {
    return !streams.isEmpty();
  }

  /**
   * Whether ranks of data-parallel groups share anything before the end of the step, so that
   * micro-batches are not all alike.
   */
  public boolean sharesDuringPasses() {
    return shared != null;
  }

  /**
   * Whether ranks of data-parallel groups reduce the gradient of a table that embedding and head
   * share before the end of the step. Where a stage has both, the order of its actions says which
   * of them it is reduced with.
   */
  public boolean sharesTableDuringPasses() {
    return shared != null && shared.hasTable();
  }

  /** As {@link #sharesTableDuringPasses}, of weights that layers share, wherever they are. */
  public boolean sharesLayersDuringPasses() {
    return shared != null && shared.hasSharedLayers();
  }

  /**
   * What decides, together with the values of the plan, all that is emitted: flatteners that have
   * it in common and equal values emit the same.
   */
  public Object program() {
    return model.program();
  }

  /**
   * Whether two layers are known to emit the same on each rank of their stage, whatever pass is
   * asked for. Who does not know says no: then what they emit is compared.
   */
  public boolean areAlike(int layer, int other) {
    return model.areAlike(layer, other);
  }

  /** The groups of a rank alone, see {@link io.heddle.plan.mesh.Groups#around}. */
  public @Nullable Group[] groupsAround(int rank) {
    return groups.around(rank);
  }

  /** The trace of a rank. */
  RankTrace open(int rank, Emission emission) {
    return open(rank, model, emission);
  }

  /** As the other, but the rank goes its own course, among all ranks of the plan. */
  RankTrace open(int rank, Course course, Emission emission) {
    return open(rank, groups.all().of(rank), course, model, emission);
  }

  /** The trace of a rank whose passes another makes; all else is as it is. */
  public RankTrace open(int rank, PassMaker maker, Emission emission) {
    return open(rank, course(flattener.stage(rank)), maker, emission);
  }

  /** As the other, but the rank goes its own course, among all ranks of the plan. */
  public RankTrace open(int rank, Course course, PassMaker maker, Emission emission) {
    return open(rank, groups.all().of(rank), course, maker, emission);
  }

  /**
   * The trace of a rank that does something else beside its passes than its plan knows of: a plan
   * whose ranks share nothing there.
   *
   * @param beside makes what it does
   * @param sizes what communication carries in place of its bytes; null: what it has
   */
  public RankTrace openBeside(
      int rank,
      Function<RankEmitter, Aside> beside,
      @Nullable CarriedBytes sizes,
      Emission emission) {
    if (shared != null) {
      throw new IllegalStateException("the ranks of the plan share something beside their passes");
    }
    RankEmitter emitter = emitter(rank, groups.all().of(rank), sizes, emission);
    emitter.share(beside.apply(emitter));
    return trace(emitter, course(flattener.stage(rank)), model);
  }

  /**
   * As {@link #open(int, PassMaker, Emission)}, but the rank goes its own course.
   *
   * @param groupsOfRank as {@link #groupsAround} gives them
   */
  public RankTrace openAlone(
      int rank, @Nullable Group[] groupsOfRank, Course course, PassMaker maker, Emission emission) {
    return open(rank, groupsOfRank, course, maker, emission);
  }

  /** As the other, but the passes are the model's own. */
  public RankTrace openAlone(
      int rank, @Nullable Group[] groupsOfRank, Course course, Emission emission) {
    return open(rank, groupsOfRank, course, model, emission);
  }

  /**
   * As {@link #openAlone(int, Group[], Course, Emission)}, without what data-parallel ranks share
   * beside the passes.
   */
  public RankTrace openPasses(
      int rank, @Nullable Group[] groupsOfRank, Course course, Emission emission) {
    return trace(emitter(rank, groupsOfRank, emission), course, model);
  }

  private RankTrace open(
      int rank, @Nullable Group[] groupsOfRank, Course course, PassMaker maker, Emission emission) {
    RankEmitter emitter = emitter(rank, groupsOfRank, emission);
    if (shared != null) {
      emitter.share(shared.of(emitter, flattener.stage(rank), course.actions()));
    }
    return trace(emitter, course, maker);
  }

  private RankTrace trace(RankEmitter emitter, Course course, PassMaker maker) {
    int stage = flattener.stage(emitter.rank());
    return new ActionPasses(emitter, stage, course, maker, layers, streamMessages, this::endStep);
  }

  /** Single passes of a rank among all those of the plan. */
  public RankPasses passes(int rank, Emission emission) {
    return new RankPasses(emitter(rank, groups.all().of(rank), emission), model);
  }

  /**
   * Single passes of a rank.
   *
   * @param groupsOfRank as {@link #groupsAround} gives them
   */
  public RankPasses passesAlone(int rank, @Nullable Group[] groupsOfRank) {
    return new RankPasses(emitter(rank, groupsOfRank, flattener.emission()), model);
  }

  private RankEmitter emitter(int rank, @Nullable Group[] groupsOfRank, Emission emission) {
    return emitter(rank, groupsOfRank, carried, emission);
  }

  private RankEmitter emitter(
      int rank, @Nullable Group[] groupsOfRank, @Nullable CarriedBytes sizes, Emission emission) {
    int nodeRanks = flattener.plan().cluster().nodeRanks();
    int stage = flattener.stage(rank);
    RankEmitter emitter = new RankEmitter(rank, stage, groupsOfRank, nodeRanks);
    if (!streams.isEmpty()) {
      emitter.streams(new Streams(streams));
    }
    if (!routes.isEmpty()) {
      emitter.rows(new RankRows(routes, flattener.mesh(), rank));
    }
    if (sizes != null) {
      emitter.carry(new TransferSizes(sizes, rank));
    }
    emitter.as(emission);
    return emitter;
  }

  private void endStep(RankEmitter rank) {
    int stage = flattener.stage(rank.rank());
    if (layers.chain().isFirst(stage) && sampled.travel()) {
      sampled.rest(rank);
    }
    rank.at(Direction.STEP, -1);
    rank.separate(RankEmitter.NONE);
    model.step(rank, stage);
  }
}
