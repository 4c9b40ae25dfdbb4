package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.HashMap;
import java.util.Map;
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

  private static final Kernel APART = Kernel.of("apart", 1, 1);

  private final int rank;
  private final @Nullable Group[] groups;
  private final boolean pairwiseExchange;
  private final NodeHeader node = new NodeHeader();
  private final NodeOrder order;
  private final Bundles bundles = new Bundles();
  private final GroupMessages messages = new GroupMessages(this, bundles);
  private final Ring ring = new Ring(this, messages);
  private final PieceEmitter pieces = new PieceEmitter(this, bundles);
  private final Inputs inputs = new Inputs(bundles);
  private final SideBySide sides = new SideBySide(this, node, bundles);
  private Streams streams = Streams.NONE;
  private final NodeIds awaited = new NodeIds();
  private final Map<String, TwoLevelSum.Names> namesOfSums = new HashMap<>();
  private final NodeIds communicationOfUnit = new NodeIds();
  private Emission emission = Emission.WHOLE;
  private DataParallel dataParallel = DataParallel.NONE;
  private @Nullable TransferSizes transfers;
  private @Nullable RankRows rows;
  private @Nullable Course course;
  private @Nullable PassMaker maker;
  private @Nullable NodeSink sink;
  private long input = NONE;
  private @Nullable HostTime host;
  private double busy;
  private boolean isLastPiece = true;

  /**
   * @param pairwiseExchange whether an all-to-all is made of messages, see {@link #allToAll}
   */
  RankEmitter(int rank, int stage, @Nullable Group[] groups, boolean pairwiseExchange) {
    this.rank = rank;
    this.groups = groups;
    this.order = new NodeOrder(node, groups);
    this.pairwiseExchange = pairwiseExchange;
    node.stage = stage;
  }

  /** Gives the rank what its communication carries in place of its bytes. */
  void carry(TransferSizes sizes) {
    this.transfers = sizes;
  }

  /** Gives the rank its rows of experts, where ranks have different numbers of them. */
  void rows(RankRows ofRank) {
    this.rows = ofRank;
  }

  private RankRows rows() {
    if (rows == null) {
      throw new IllegalStateException("no loads of experts are known");
    }
    return rows;
  }

  /** Gives the rank the streams of its model, where there are several. */
  void streams(Streams several) {
    this.streams = several;
  }

  /** The streams of the model, where there are several. */
  public Streams streams() {
    return streams;
  }

  /** Gives the rank what it does for its data-parallel groups. */
  void share(DataParallel work) {
    this.dataParallel = work;
  }

  /** Chooses what is emitted, before the first action; returns this. */
  public RankEmitter as(Emission what) {
    emission = what;
    order.as(what);
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

  /**
   * Where passes run side by side; null where layers are apart, so that one comes after the other.
   */
  @Nullable SideBySide sideBySide() {
    return emission.layersApart() ? null : sides;
  }

  /** What the rank does for its data-parallel groups. */
  DataParallel dataParallel() {
    return dataParallel;
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
      order.beginLayer(needs(input).compute(APART));
    }
  }

  /**
   * The node behind which all gradients are reduced that were reduced during backward passes;
   * {@link #NONE} where none were.
   */
  public long reduced() {
    return dataParallel.reduced();
  }

  /** The rank whose trace this is. */
  public int rank() {
    return rank;
  }

  /** Begins an action. */
  void begin(int action, NodeSink to) {
    order.begin(action);
    bundles.clear();
    streams.clear();
    sink = to;
  }

  /** Ends an action: what may run during it is emitted now, not within the next. */
  void end() {
    dataParallel.endAction();
  }

  /** Says where the nodes to come stand. */
  void at(Direction direction, int microBatch) {
    node.at(direction, microBatch, -1);
  }

  /** The nodes to come belong elsewhere than those around them, until {@link #endAside}. */
  void beginAside(Direction direction, int microBatch, int layer) {
    node.beginAside(direction, microBatch, layer);
  }

  void endAside() {
    node.endAside();
    order.launchBehind(NONE);
  }

  /** The nodes to come compute again what a forward pass did, within a backward pass. */
  public void recompute() {
    node.direction = Direction.RECOMPUTE;
    streams.recompute();
  }

  /** Ends {@link #recompute}. */
  public void backward() {
    node.direction = Direction.BACKWARD;
    streams.backward();
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

  /** Keeps what a later action uses; see {@link Inputs#keep}. */
  void keep(int key, long producer) {
    inputs.keep(key, producer);
  }

  /** What the action that begins uses of earlier ones; {@link #NONE} where it uses nothing. */
  long takeInput(int key) {
    input = inputs.take(key);
    return input;
  }

  /** Several nodes as one that a later action uses. */
  long together(long first, int layer, boolean forward) {
    NodeIds all = new NodeIds();
    bundles.addTo(all, first);
    for (int i = 0; i < streams.count(); i++) {
      bundles.addTo(all, streams.crossing(i, layer, forward));
    }
    if (all.size() < 2) {
      return first;
    }
    long bundle = bundles.open();
    for (int i = 0; i < all.size(); i++) {
      bundles.add(all.get(i));
    }
    return bundle;
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
    order.launchBehind(kernel);
  }

  /** The kernel that was made last. */
  long lastCompute() {
    return order.lastCompute();
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

  private void gap() {
    if (leavesGap()) {
      dataParallel.gap();
    }
  }

  private boolean leavesGap() {
    return !node.aside && isLastPiece;
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
   * A kernel. One without operations is left out, as the optimizer of a stage that has no weights
   * is: AstraSim would take it for endless.
   *
   * @return the node's id; {@link #NONE} if it is left out
   */
  public long compute(Kernel kernel) {
    if (kernel.operations() == 0) {
      node.dataDependencies.clear();
      return NONE;
    }
    if (host != null) {
      busy += host.nanos(kernel);
    }
    if (sides.isHolding()) {
      return sides.compute(kernel);
    }
    long id = begin(kernel.name());
    node.scale = kernel.scale();
    sink().compute(node, kernel);
    return finish(id);
  }

  /**
   * A kernel on as many rows of experts as the rank gets in this layer and micro-batch.
   *
   * @return the node's id; where no row comes, what stands for the nodes that it needs
   */
  public long compute(ExpertKernel kernel) {
    RankRows rows = rows();
    long count = rows.received(kernel.route(), node.microBatch, node.layer);
    return count == 0 ? leaveOut() : compute(kernel.of(count, rows.even(kernel.route())));
  }

  /**
   * What a tensor of rows of experts comes to for as many as the rank gets in this layer and
   * micro-batch.
   *
   * @param route number of the route that they come by
   * @param bytes of an even share
   */
  public long bytesOfRows(int route, long bytes) {
    long count = rows().received(route, node.microBatch, node.layer);
    return RankRows.share(bytes, count, rows().even(route));
  }

  /**
   * Sends rows to their experts, each member of the group as many as its own experts get.
   *
   * @param bytes of all rows of this rank
   * @param route number of the route that they go by
   * @return the bundle of all receives
   */
  public long toExperts(String operation, int kind, long bytes, int route) {
    return exchangeRows(operation, kind, bytes, route, true);
  }

  /** Sends what experts made of rows back to where these came from; as {@link #toExperts}. */
  public long fromExperts(String operation, int kind, long bytes, int route) {
    return exchangeRows(operation, kind, bytes, route, false);
  }

  private long exchangeRows(String operation, int kind, long bytes, int route, boolean toExperts) {
    long row = bytes / rows().sent(route);
    long received =
        messages.exchange(
            operation,
            group(operation, kind),
            peer -> row * rowsBetween(route, peer, toExperts),
            peer -> row * rowsBetween(route, peer, !toExperts));
    if (sides.isHolding()) {
      sides.leaveGap();
    } else {
      gap();
    }
    return received;
  }

  /** Rows between this rank and another: its own on their way there, or the other's. */
  private long rowsBetween(int route, int peer, boolean own) {
    return own
        ? rows().to(route, peer, node.microBatch, node.layer)
        : rows().from(route, peer, node.microBatch, node.layer);
  }

  /** Begins to add up how long the kernels and collectives of a pass last. */
  void measure(HostTime with) {
    host = with;
    busy = 0;
  }

  /**
   * Ends a pass: where its kernels and collectives, one after the other, are done before the host
   * has launched them all, the rest of that time is a kernel of its own.
   *
   * @param made what the pass has made; may be {@link #NONE}
   * @return the node that stands for it
   */
  long waitForHost(HostTime with, Pass pass, long made) {
    host = null;
    Kernel rest = with.rest(pass, busy);
    if (rest == null) {
      return made;
    }
    long waited = needs(made).compute(rest);
    return made == NONE ? NONE : waited;
  }

  /**
   * A kernel that stands for a whole pass.
   *
   * @param nanos how long it lasts, 0 or more
   */
  public long standIn(Pass pass, long nanos) {
    return sides.isHolding() ? sides.timed(pass.name(), nanos) : timed(pass.name(), nanos);
  }

  /** A kernel that lasts so many ns. */
  long timed(String operation, long nanos) {
    long id = begin(operation);
    sink().timed(node, nanos);
    return finish(id);
  }

  private long begin(String operation) {
    node.dataDependencies.addAll(awaited);
    awaited.clear();
    return order.compute(operation);
  }

  /** Gathers this rank's shard of {@code bytes} with those of the group. */
  public long allGather(String operation, int kind, long bytes) {
    return collective(operation, Collective.ALL_GATHER, kind, bytes);
  }

  /** Sums a tensor of {@code bytes} over the group and keeps this rank's part. */
  public long reduceScatter(String operation, int kind, long bytes) {
    return collective(operation, Collective.REDUCE_SCATTER, kind, bytes);
  }

  /**
   * Sums a tensor of {@code bytes} over the group, see {@link TwoLevelSum} where that goes in two
   * levels.
   */
  public long allReduce(String operation, int kind, long bytes) {
    Group group = group(operation, kind);
    Group inside = group.inside();
    Group between = group.between();
    if (inside == null || between == null || isLeftOut()) {
      return collective(operation, Collective.ALL_REDUCE, group, bytes, true);
    }
    TwoLevelSum.Names names = TwoLevelSum.names(namesOfSums, operation);
    long part = TwoLevelSum.part(bytes, inside.size());
    long padded = Math.multiplyExact(part, inside.size());
    needs(collective(names.scatter(), Collective.REDUCE_SCATTER, inside, padded, false));
    needs(collective(operation, Collective.ALL_REDUCE, between, part, false));
    return collective(names.gather(), Collective.ALL_GATHER, inside, part, true);
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
    if (!pairwise) {
      return collective(operation, Collective.ALL_TO_ALL, kind, bytes);
    }
    long received = messages.exchange(operation, group(operation, kind), bytes);
    if (sides.isHolding()) {
      sides.leaveGap();
    } else {
      gap();
    }
    return received;
  }

  /**
   * Sends {@code bytes} to the next rank of the group's ring, the last to the first.
   *
   * @return the receive from the rank before
   */
  public long passOn(String operation, int kind, long bytes) {
    return messages.pass(operation, group(operation, kind), bytes);
  }

  /** As {@link #passOn}, to the rank before; returns the receive from the next one. */
  public long passBack(String operation, int kind, long bytes) {
    return messages.passBack(operation, group(operation, kind), bytes);
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
   * {@link PieceEmitter#of} names what comes in the same pieces.
   *
   * @param count see {@link PieceEmitter#count}
   */
  public PieceEmitter pieces(long count) {
    return pieces.begin(count, node.dataDependencies);
  }

  /** What brings the gradients of keys and values home from the ring that was made last. */
  public long broughtHome() {
    return ring.home();
  }

  private long collective(String operation, Collective collective, int kind, long bytes) {
    return collective(operation, collective, group(operation, kind), bytes, true);
  }

  /** Whether collectives that come next are not to be emitted. */
  private boolean isLeftOut() {
    return !emission.shared() && (node.aside || node.direction == Direction.STEP);
  }

  /**
   * A collective.
   *
   * @param isLast whether others may follow behind it
   */
  private long collective(
      String operation, Collective collective, Group group, long bytes, boolean isLast) {
    if (isLeftOut() || (bytes == 0 && rows != null)) {
      return leaveOut();
    }
    if (host != null && transfers != null && !node.aside) {
      busy += transfers.nanos(group, collective, bytes);
    }
    if (sides.isHolding()) {
      return sides.collective(operation, collective, group, bytes, isLast && leavesGap());
    }
    long id = collective(operation, collective, group, bytes);
    if (isLast) {
      gap();
    }
    return id;
  }

  /** A collective, and nothing behind it. */
  long collective(String operation, Collective collective, Group group, long bytes) {
    long id = order.communication(operation, group);
    node.carried = transfers == null ? 0 : transfers.collective(group, collective, bytes);
    sink().collective(node, collective, group, bytes);
    return ofUnit(finish(id));
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

  /** The node belongs to a layer, the embedding or the head; returns it. */
  private long ofUnit(long id) {
    if (emission.layersApart() && !node.aside) {
      communicationOfUnit.add(id);
    }
    return id;
  }

  private Group group(String operation, int kind) {
    Group group = groups[kind];
    if (group == null) {
      throw new IllegalStateException("rank " + rank + " is in no group for " + operation);
    }
    return group;
  }

  /**
   * Messages to come are those that all members of a group exchange, until it is said otherwise.
   */
  void exchanging(boolean exchanges) {
    node.exchanges = exchanges;
  }

  /** A message to another member of a group. */
  void sendWithin(Group group, String operation, int peer, int tag, long bytes) {
    node.group = group;
    ofUnit(send(operation, peer, tag, bytes));
    node.group = null;
  }

  /** Posts the receive of a message from another member of a group. */
  long receiveWithin(Group group, String operation, int peer, int tag, long bytes) {
    node.group = group;
    // Where no kernel precedes it, what came from the stage before does.
    long after = order.lastCompute() == NONE && input > 0 ? input : NONE;
    long id = ofUnit(receive(operation, peer, tag, bytes, after));
    node.group = null;
    return id;
  }

  long send(String operation, int peer, int tag, long bytes) {
    if (sides.isHolding()) {
      return sides.send(operation, peer, tag, bytes);
    }
    long id = order.communication(operation, node.group);
    carry(peer, bytes);
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
    if (sides.isHolding()) {
      return sides.receive(operation, peer, tag, bytes, after);
    }
    long id = order.receive(operation, after);
    carry(peer, bytes);
    sink().receive(node, peer, tag, bytes);
    return finish(id);
  }

  private void carry(int peer, long bytes) {
    node.carried =
        transfers == null ? 0 : transfers.message(peer, node.exchanges ? node.group : null, bytes);
  }

  private long finish(long id) {
    node.dataDependencies.clear();
    node.controlDependencies.clear();
    node.carried = 0;
    return id;
  }

  private NodeSink sink() {
    if (sink == null) {
      throw new IllegalStateException("no action has begun");
    }
    return sink;
  }
}
