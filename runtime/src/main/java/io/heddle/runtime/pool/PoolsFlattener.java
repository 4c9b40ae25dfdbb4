package io.heddle.runtime.pool;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.serving.Role;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.NodeSink;
import io.heddle.runtime.trace.RankTrace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The traces of two pools as one set. Each instance of prefill computes the prompts of one step,
 * each instance of decode draws tokens of all its sequences in several; those whose prompts are
 * computed are among these, and the first step of each batch waits for their caches.
 *
 * <p>All ranks are one axis of a mesh. Its device and network are those of prefill: kernels and
 * communication of decode are scaled where they last longer or shorter.
 */
public final class PoolsFlattener implements Flattener {
  private static final String AXIS = "rank";

  private final PoolLayout layout;
  private final CacheLine line;
  private final PlanValues plan;
  private final Mesh mesh;
  private final Groups groups;
  private final CacheMessages messages;
  private final @Nullable CarriedBytes carriedOfPrefill;
  private final @Nullable CarriedBytes carriedOfDecode;

  /** An instance among all. */
  private record Instance(TracedPool pool, int number, int firstRank) {}

  /**
   * The traces of two pools.
   *
   * @param name of the set
   * @param prefill whose plan is on the cluster of all ranks
   * @param decode on a cluster with dimensions of the same topologies and sizes
   * @throws InvalidPoolsException if they cannot be
   */
  public PoolsFlattener(String name, TracedPool prefill, TracedPool decode, CacheLine line) {
    this.layout = new PoolLayout(prefill, decode);
    this.line = line;
    PoolChecks.check(layout);
    this.plan = plan(name, prefill.flattener().plan(), layout.ranks());
    this.mesh = plan.mesh();
    List<Groups.Part> parts = new ArrayList<>();
    for (Instance instance : instances()) {
      String pool = instance.pool.role().word() + instance.number + ".";
      parts.add(new Groups.Part(instance.pool.flattener().groups(), instance.firstRank, pool));
    }
    this.groups = Groups.sideBySide(parts);
    this.messages = CacheMessages.between(layout, line, plan.cluster());
    this.carriedOfPrefill = carried(prefill);
    this.carriedOfDecode = carried(decode);
  }

  private @Nullable CarriedBytes carried(TracedPool pool) {
    PlanValues own = pool.flattener().plan();
    return CarriedBytes.of(own.cluster(), own.engine(), plan.cluster());
  }

  private static PlanValues plan(String name, PlanValues prefill, int ranks) {
    return new PlanValues(
        prefill.model(),
        name,
        prefill.parameters(),
        List.of(new Axis(AXIS, ranks)),
        prefill.batch(),
        prefill.microBatch(),
        prefill.schedule(),
        prefill.stages(),
        prefill.recompute(),
        prefill.optimizer(),
        prefill.precision(),
        prefill.cluster(),
        prefill.engine());
  }

  private List<Instance> instances() {
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < layout.prefill().instances(); i++) {
      instances.add(new Instance(layout.prefill(), i, layout.firstOfPrefill(i)));
    }
    for (int i = 0; i < layout.decode().instances(); i++) {
      instances.add(new Instance(layout.decode(), i, layout.firstOfDecode(i)));
    }
    return instances;
  }

  private Instance instance(int rank) {
    int ofDecode = rank - layout.firstOfDecode(0);
    TracedPool pool = ofDecode < 0 ? layout.prefill() : layout.decode();
    int number = (ofDecode < 0 ? rank : ofDecode) / pool.ranks();
    return new Instance(
        pool, number, ofDecode < 0 ? layout.firstOfPrefill(number) : layout.firstOfDecode(number));
  }

  /**
   * Collectives whose hops alone take longer here than in the network of their plan, by the names
   * of the plans.
   */
  public Map<String, List<CarriedBytes.Floor>> floors() {
    Map<String, List<CarriedBytes.Floor>> floors = new LinkedHashMap<>();
    floors(layout.prefill(), carriedOfPrefill, floors);
    floors(layout.decode(), carriedOfDecode, floors);
    return floors;
  }

  private static void floors(
      TracedPool pool,
      @Nullable CarriedBytes carried,
      Map<String, List<CarriedBytes.Floor>> floors) {
    if (carried != null) {
      floors.put(pool.flattener().plan().plan(), carried.floors());
    }
  }

  /** The pools: prefill, decode. */
  public List<TracedPool> pools() {
    return List.of(layout.prefill(), layout.decode());
  }

  /** The number of a pool's first rank. */
  public int firstRank(TracedPool pool) {
    return pool.role() == Role.PREFILL ? 0 : layout.firstOfDecode(0);
  }

  /** Sequences whose caches move. */
  public long movedSequences() {
    return layout.newcomers().all();
  }

  /** Bytes of all caches that move, and of the tokens that were drawn behind them. */
  public long movedBytes() {
    return messages.bytes();
  }

  /** In so many messages. */
  public int movingMessages() {
    return messages.count();
  }

  @Override
  public PlanValues plan() {
    return plan;
  }

  @Override
  public Mesh mesh() {
    return mesh;
  }

  @Override
  public Groups groups() {
    return groups;
  }

  /** Those of both pools, prefill first. */
  @Override
  public int stages() {
    return layout.prefill().flattener().stages() + layout.decode().flattener().stages();
  }

  @Override
  public int stage(int rank) {
    Instance instance = instance(rank);
    return firstStage(instance) + instance.pool.flattener().stage(rank - instance.firstRank);
  }

  private int firstStage(Instance instance) {
    return instance.pool.role() == Role.PREFILL ? 0 : layout.prefill().flattener().stages();
  }

  @Override
  public int microBatches() {
    return layout.decode().flattener().microBatches();
  }

  /** Those of one step of each instance. */
  @Override
  public long tokens() {
    long tokens = 0;
    for (TracedPool pool : pools()) {
      long ofInstance = Math.multiplyExact(pool.flattener().tokens(), (long) pool.instances());
      tokens = Math.addExact(tokens, ofInstance);
    }
    return tokens;
  }

  @Override
  public long parameters() {
    return layout.prefill().flattener().parameters();
  }

  @Override
  public int actions(int rank) {
    Instance instance = instance(rank);
    return instance.pool.flattener().actions(rank - instance.firstRank);
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    Instance instance = instance(rank);
    boolean isPrefill = instance.pool.role() == Role.PREFILL;
    PoolPlace place = new PoolPlace(instance.firstRank, layout.layers());
    Function<RankEmitter, Aside> beside =
        emitter ->
            isPrefill
                ? new SentCaches(emitter, messages.sentBy(rank), place, line.byLayer())
                : new AwaitedCaches(emitter, messages.receivedBy(rank), place, line.byLayer());
    RankTrace trace =
        instance
            .pool
            .flattener()
            .pipeline()
            .openBeside(
                rank - instance.firstRank,
                beside,
                isPrefill ? carriedOfPrefill : carriedOfDecode,
                emission);
    PoolSink.Place among =
        new PoolSink.Place(groups, instance.firstRank, firstGroup(instance), firstStage(instance));
    DeviceRatio ratio =
        new DeviceRatio(
            instance.pool.flattener().plan().cluster().device(), plan.cluster().device());
    return new RankTrace() {
      @Override
      public int rank() {
        return rank;
      }

      @Override
      public void emit(int action, NodeSink sink) {
        trace.emit(action, new PoolSink(sink, among, ratio));
      }
    };
  }

  private int firstGroup(Instance instance) {
    int ofPrefill = layout.prefill().flattener().groups().largestId();
    return instance.pool.role() == Role.PREFILL
        ? instance.number * ofPrefill
        : layout.prefill().instances() * ofPrefill
            + instance.number * layout.decode().flattener().groups().largestId();
  }
}
