package io.heddle.runtime.trace;

import io.heddle.runtime.mesh.Group;
import org.jspecify.annotations.Nullable;

/**
 * Emits the nodes of one rank: gives ids, chains the lanes and posts them to a sink. Generated code
 * names what a node needs with {@link #needs}, then makes it. Nothing is allocated for a node.
 *
 * <p>AstraSim issues the free node with the smallest id, whatever its place in the program, so that
 * the order of each lane is written into the trace: every compute node follows the one before it,
 * every send and collective the one before it, and communication that uses no result of this action
 * waits for the compute that precedes it in the program.
 */
public final class RankEmitter {
  /** In place of a node id: what is needed was there before. */
  public static final long NONE = 0;

  /** Tags of exchanges begin above those of messages between stages. */
  private static final int FIRST_EXCHANGE_TAG = 1 << 28;

  private static final int EXCHANGE_TAGS = 1 << 27;

  private final int rank;
  private final @Nullable Group[] groups;
  private final boolean pairwiseExchange;
  private final Bundles bundles = new Bundles();
  private final Ring ring = new Ring(this);
  private final Pieces pieces = new Pieces(this, bundles);
  private final NodeHeader node = new NodeHeader();
  private final NodeIds awaited = new NodeIds();
  private final CommunicationLanes lanes;
  private final NodeIds communicationOfUnit = new NodeIds();
  private Emission emission = Emission.WHOLE;
  private @Nullable GradientBuckets buckets;
  private @Nullable UnitGathers gathers;
  private @Nullable Course course;
  private @Nullable PassMaker maker;
  private @Nullable NodeSink sink;
  private long nextId = 1;
  private long lastCompute = NONE;
  private int exchanges;
  private int nextAction;
  private long newest = 1;
  private boolean communicated;
  private boolean communicatedBefore = true;
  private long receivedForNext = NONE;
  private Direction directionHere = Direction.FORWARD;
  private int microBatchHere;
  private int layerHere;
  private int pieceHere;
  private boolean isLastPiece = true;
  private long launch = NONE;

  /**
   * @param pairwiseExchange whether an all-to-all is made of messages, see {@link #allToAll}
   */
  RankEmitter(int rank, int stage, @Nullable Group[] groups, boolean pairwiseExchange) {
    this.rank = rank;
    this.groups = groups;
    this.lanes = new CommunicationLanes(groups);
    this.pairwiseExchange = pairwiseExchange;
    node.stage = stage;
  }

  /** Gives the rank what it shares with those of its data-parallel groups. */
  void share(@Nullable GradientBuckets gradients, @Nullable UnitGathers weights) {
    this.buckets = gradients;
    this.gathers = weights;
  }

  /** Chooses what is emitted, before the first action; returns this. */
  public RankEmitter as(Emission what) {
    emission = what;
    if (what.laneOfEachGroup()) {
      lanes.split();
    }
    return this;
  }

  /** Gives the rank what it does, and who makes its passes. */
  void follow(Course actions, PassMaker passes) {
    this.course = actions;
    this.maker = passes;
  }

  Course course() {
    if (course == null) {
      throw new IllegalStateException("the rank was opened for single passes");
    }
    return course;
  }

  /** Makes a pass; arguments as in {@link PassMaker#make}. */
  long make(Pass pass, int layer, long input) {
    if (maker == null) {
      throw new IllegalStateException("the rank was opened for single passes");
    }
    separate(input);
    return maker.make(this, pass, layer, input);
  }

  /** What the backward passes have left to reduce; null where all is reduced in the step. */
  @Nullable GradientBuckets buckets() {
    return buckets;
  }

  /** The rank comes to its next layer, embedding or head in a pass that needs weights. */
  void beginUnit() {
    if (gathers != null) {
      gathers.begin();
    }
  }

  /**
   * Where layers are apart, what comes next waits for all of the layer, embedding or head before.
   *
   * @param input what it waits for besides; may be {@link #NONE}
   */
  void separate(long input) {
    if (emission.layersApart()) {
      needs(communicationOfUnit);
      communicationOfUnit.clear();
      newest = needs(input).compute("apart", 1, 1);
    }
  }

  /**
   * The node behind which all gradients are reduced that were reduced during backward passes;
   * {@link #NONE} where none were.
   */
  public long reduced() {
    return buckets == null ? NONE : buckets.last();
  }

  /** The rank whose trace this is. */
  public int rank() {
    return rank;
  }

  /** Begins an action. */
  void begin(int action, NodeSink to) {
    if (action != nextAction) {
      throw new IllegalStateException(
          "action " + action + " asked for, " + nextAction + " is next");
    }
    communicatedBefore = communicated || nextAction == 0;
    communicated = false;
    newest = nextId;
    nextAction++;
    bundles.clear();
    sink = to;
  }

  /** Ends an action: what may run during it is emitted now, not within the next. */
  void end() {
    if (gathers != null) {
      gathers.gap();
    }
    if (buckets != null) {
      buckets.reduceReady();
    }
  }

  /** Says where the nodes to come stand. */
  void at(Direction direction, int microBatch) {
    node.direction = direction;
    node.microBatch = microBatch;
    node.layer = -1;
  }

  /** The nodes to come belong elsewhere than those around them, until {@link #endAside}. */
  void beginAside(Direction direction, int microBatch, int layer) {
    node.aside = true;
    directionHere = node.direction;
    microBatchHere = node.microBatch;
    layerHere = node.layer;
    pieceHere = node.piece;
    at(direction, microBatch);
    node.layer = layer;
    node.piece = -1;
  }

  void endAside() {
    node.aside = false;
    launch = NONE;
    at(directionHere, microBatchHere);
    node.layer = layerHere;
    node.piece = pieceHere;
  }

  /** The nodes to come compute again what a forward pass did, within a backward pass. */
  public void recompute() {
    node.direction = Direction.RECOMPUTE;
  }

  /** Ends {@link #recompute}. */
  public void backward() {
    node.direction = Direction.BACKWARD;
  }

  /** The layer of the nodes to come; -1 outside the layers. */
  void layer(int layer) {
    node.layer = layer;
  }

  /** The step of a ring of the nodes to come; -1 outside rings. */
  void step(int step) {
    node.step = step;
  }

  /**
   * The piece of a node of which the nodes to come are; -1 for a whole one.
   *
   * @param last whether others may follow behind it
   */
  void piece(int piece, boolean last) {
    node.piece = piece;
    isLastPiece = last;
  }

  /** The receive that was posted for the action now running; {@link #NONE} where it has none. */
  long received() {
    return receivedForNext;
  }

  void received(long receive) {
    receivedForNext = receive;
  }

  /** The next node uses the result of {@code producer}; {@link #NONE} adds nothing. */
  public RankEmitter needs(long producer) {
    bundles.addTo(node.dataDependencies, producer);
    return this;
  }

  /** As {@link #needs(long)}, twice. */
  public RankEmitter needs(long first, long second) {
    return needs(first).needs(second);
  }

  /** As {@link #needs(long)}, three times. */
  public RankEmitter needs(long first, long second, long third) {
    return needs(first).needs(second).needs(third);
  }

  /** As {@link #needs(long)}, four times. */
  public RankEmitter needs(long first, long second, long third, long fourth) {
    return needs(first).needs(second).needs(third).needs(fourth);
  }

  /** The next communication aside waits for this kernel, not for the last in the program. */
  void launchBehind(long kernel) {
    launch = kernel;
  }

  /** The kernel that was made last. */
  long lastCompute() {
    return lastCompute;
  }

  int microBatch() {
    return node.microBatch;
  }

  int layer() {
    return node.layer;
  }

  Direction direction() {
    return node.direction;
  }

  /** Of the node that was made last. */
  String operation() {
    return node.operation;
  }

  /** Behind a collective of the model there is room for others. */
  private void gap() {
    if (node.aside || !isLastPiece) {
      return;
    }
    boolean isTaken = gathers != null && gathers.gap();
    if (buckets != null) {
      buckets.gap(isTaken);
    }
  }

  /** The kernel that comes next, whatever comes before it, waits for this node too. */
  void nextKernelNeeds(long producer) {
    if (producer != NONE) {
      awaited.add(producer);
    }
  }

  /** The next node uses the results of all these. */
  void needs(NodeIds producers) {
    node.dataDependencies.addAll(producers);
  }

  /** Moves what was named with {@link #needs} so far into a list, in place of what it had. */
  void takeNeeds(NodeIds into) {
    into.take(node.dataDependencies);
  }

  /**
   * A kernel; arguments as in {@link NodeSink#compute}. One without operations is left out, as the
   * optimizer of a stage that has no weights is: AstraSim would take it for endless.
   *
   * @return the node's id; {@link #NONE} if it is left out
   */
  public long compute(String operation, long operations, long bytes, long matmulOperations) {
    if (operations == 0) {
      node.dataDependencies.clear();
      return NONE;
    }
    node.dataDependencies.addAll(awaited);
    awaited.clear();
    long id = next(operation, lastCompute, NONE);
    lastCompute = id;
    sink().compute(node, operations, bytes, matmulOperations);
    return finish(id);
  }

  /**
   * A kernel that stands for a whole pass.
   *
   * @param nanos how long it lasts, 0 or more
   */
  public long standIn(Pass pass, long nanos) {
    node.dataDependencies.addAll(awaited);
    awaited.clear();
    long id = next(pass.name(), lastCompute, NONE);
    lastCompute = id;
    sink().timed(node, nanos);
    return finish(id);
  }

  /** A kernel without matrix products. */
  public long compute(String operation, long operations, long bytes) {
    return compute(operation, operations, bytes, 0);
  }

  /** Gathers this rank's shard of {@code bytes} with those of the group. */
  public long allGather(String operation, int kind, long bytes) {
    return collective(operation, Collective.ALL_GATHER, kind, bytes);
  }

  /** Sums a tensor of {@code bytes} over the group and keeps this rank's part. */
  public long reduceScatter(String operation, int kind, long bytes) {
    return collective(operation, Collective.REDUCE_SCATTER, kind, bytes);
  }

  /** Sums a tensor of {@code bytes} over the group. */
  public long allReduce(String operation, int kind, long bytes) {
    return collective(operation, Collective.ALL_REDUCE, kind, bytes);
  }

  /**
   * Exchanges the parts of a tensor of {@code bytes} among the group. On a network of one dimension
   * this is one collective. On more, AstraSim would run it as a ring of n(n-1)/2 steps; there it is
   * made of messages instead: member i sends to i + 1, i + 2, … and receives from i - 1, i - 2, ….
   */
  public long allToAll(String operation, int kind, long bytes) {
    return allToAll(operation, kind, bytes, Exchange.BY_NETWORK);
  }

  /** As {@link #allToAll(String, int, long)}, but made of what the plan says. */
  public long allToAll(String operation, int kind, long bytes, Exchange exchange) {
    boolean pairwise =
        exchange == Exchange.BY_NETWORK ? pairwiseExchange : exchange == Exchange.PAIRWISE;
    return pairwise
        ? exchange(operation, group(operation, kind), bytes)
        : collective(operation, Collective.ALL_TO_ALL, kind, bytes);
  }

  private long exchange(String operation, Group group, long bytes) {
    int members = group.size();
    int me = group.position(rank);
    int tag = exchangeTag();
    long part = Math.max(1, bytes / members);
    long sent = NONE;
    node.group = group;
    for (int distance = 1; distance < members; distance++) {
      int to = group.member((me + distance) % members);
      sent = communication(operation, group);
      sink().send(node, to, tag, part);
      ofUnit(finish(sent));
    }
    long bundle = bundles.open();
    for (int distance = 1; distance < members; distance++) {
      int from = group.member((me - distance + members) % members);
      long received = next(operation, lastCompute, input());
      sink().receive(node, from, tag, part);
      bundles.add(finish(received));
      ofUnit(received);
    }
    node.group = null;
    gap();
    return bundle;
  }

  /** What came from the stage before, for receives within a group that no kernel precedes. */
  private long input() {
    return lastCompute == NONE ? receivedForNext : NONE;
  }

  private int exchangeTag() {
    return FIRST_EXCHANGE_TAG + exchanges++ % EXCHANGE_TAGS;
  }

  /**
   * Begins attention to keys and values that go round among the group. What was named with {@link
   * #needs} makes the rank's own; {@link Ring#needs} names what else its kernels use, and {@link
   * Ring#forward} or {@link Ring#backward} makes them.
   *
   * @param operation of the messages
   * @param bytes of the keys and values of one rank, and so of each message
   */
  public Ring ring(String operation, int kind, long bytes) {
    return ring.begin(operation, groups[kind], node.dataDependencies, bytes);
  }

  /**
   * Begins a kernel or collective in pieces. What was named with {@link #needs} all of them use;
   * {@link Pieces#of} names what comes in the same pieces.
   *
   * @param count see {@link Pieces#count}
   */
  public Pieces pieces(long count) {
    return pieces.begin(count, node.dataDependencies);
  }

  /** What brings the gradients of keys and values home from the ring that was made last. */
  public long broughtHome() {
    return ring.home();
  }

  /** Sends to the next rank of the group's ring; returns the receive from the one before. */
  long pass(String operation, Group group, long bytes) {
    int members = group.size();
    int me = group.position(rank);
    int tag = exchangeTag();
    node.group = group;
    ofUnit(send(operation, group.member((me + 1) % members), tag, bytes));
    long received =
        receive(operation, group.member((me + members - 1) % members), tag, bytes, input());
    ofUnit(received);
    node.group = null;
    return received;
  }

  private long collective(String operation, Collective collective, int kind, long bytes) {
    Group group = group(operation, kind);
    if (!emission.shared() && (node.aside || node.direction == Direction.STEP)) {
      return leaveOut();
    }
    long id = communication(operation, group);
    sink().collective(node, collective, group, bytes);
    ofUnit(finish(id));
    gap();
    return id;
  }

  /** What would wait for the node waits for what it needs. */
  private long leaveOut() {
    NodeIds needed = node.dataDependencies;
    long made = needed.size() == 1 ? needed.get(0) : NONE;
    if (needed.size() > 1) {
      made = bundles.open();
      for (int i = 0; i < needed.size(); i++) {
        bundles.add(needed.get(i));
      }
    }
    needed.clear();
    return made;
  }

  /** The node belongs to a layer, the embedding or the head. */
  private void ofUnit(long id) {
    if (emission.layersApart() && !node.aside) {
      communicationOfUnit.add(id);
    }
  }

  private Group group(String operation, int kind) {
    Group group = groups[kind];
    if (group == null) {
      throw new IllegalStateException("rank " + rank + " is in no group for " + operation);
    }
    return group;
  }

  long send(String operation, int peer, int tag, long bytes) {
    long id = communication(operation, node.group);
    sink().send(node, peer, tag, bytes);
    return finish(id);
  }

  /**
   * Posts a receive. It is free as soon as the action before its own may run, so that it counts as
   * communication for one action and not from the start.
   *
   * @param after the receive of the action before, or {@link #NONE}
   */
  long receive(String operation, int peer, int tag, long bytes, long after) {
    long id = next(operation, lastCompute, after);
    sink().receive(node, peer, tag, bytes);
    return finish(id);
  }

  private long communication(String operation, @Nullable Group group) {
    boolean launchedAfterCompute = isAheadOfWhatIsBefore();
    communicated = true;
    long launched = launch == NONE ? lastCompute : launch;
    long before = lanes.add(nextId, group);
    return next(operation, before, launchedAfterCompute ? launched : NONE);
  }

  /**
   * Whether nothing holds the node behind what comes before in the program: it uses nothing of this
   * action, or of this layer where layers are apart, and its lane does not hold it either. The one
   * lane does if the action before used it.
   */
  private boolean isAheadOfWhatIsBefore() {
    if (node.dataDependencies.size() > 0
        && (communicated || communicatedBefore)
        && !emission.laneOfEachGroup()
        && !emission.layersApart()) {
      return false;
    }
    for (int i = 0; i < node.dataDependencies.size(); i++) {
      if (node.dataDependencies.get(i) >= newest) {
        return false;
      }
    }
    return true;
  }

  private long next(String operation, long before, long alsoBefore) {
    node.id = nextId++;
    node.operation = operation;
    control(before);
    control(alsoBefore);
    return node.id;
  }

  private void control(long id) {
    if (id != NONE && !node.dataDependencies.contains(id)) {
      node.controlDependencies.add(id);
    }
  }

  private long finish(long id) {
    node.dataDependencies.clear();
    node.controlDependencies.clear();
    return id;
  }

  private NodeSink sink() {
    if (sink == null) {
      throw new IllegalStateException("no action has begun");
    }
    return sink;
  }
}
