package io.heddle.runtime.emit;

import io.heddle.plan.expert.TokenSpread;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Neighbours;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeSink;
import org.jspecify.annotations.Nullable;

/**
 * Emits the nodes of one rank, in the words in which generated code tells them: it names what a
 * node needs with {@link #needs}, then makes it. Nothing is allocated for a node.
 *
 * <p>AstraSim issues the free node with the smallest id, whatever its place in the program, so that
 * the order of each lane is written into the trace: every compute node follows the one before it,
 * every send and collective the one before it, and communication that uses no result of this action
 * waits for the compute that precedes it in the program.
 */
public final class RankEmitter {
  /** In place of a node id: what is needed was there before. */
  public static final long NONE = NodeIdList.NONE;

  private final NodeWriter writer;
  private final EmittedNode node;
  private final Bundles bundles;
  private final SideBySide sides;
  private final RankWork work;
  private final Ring ring;
  private final Neighbourhood neighbourhood;
  private final PieceEmitter pieces;
  private final Inputs inputs;
  private Streams streams = Streams.NONE;

  /**
   * An emitter that stands before the first action.
   *
   * @param groups of the rank, by their kinds
   * @param nodeRanks ranks of a node; 0 where the network has one dimension. Where it has several,
   *     an all-to-all is made of messages, see {@link #allToAll}
   */
  public RankEmitter(int rank, int stage, @Nullable Group[] groups, int nodeRanks) {
    this.writer = new NodeWriter(rank, stage, groups);
    this.node = writer.node();
    this.bundles = writer.bundles();
    this.sides = new SideBySide(writer);
    this.work = new RankWork(writer, groups, nodeRanks);
    this.ring = new Ring(work, writer);
    this.neighbourhood = new Neighbourhood(work, writer);
    this.pieces = new PieceEmitter(work, writer);
    this.inputs = new Inputs(bundles);
  }

  /** Gives the rank what its communication carries in place of its bytes. */
  public void carry(TransferSizes sizes) {
    writer.carry(sizes);
  }

  /** Gives the rank its rows of experts, where ranks have different numbers of them. */
  public void rows(RankRows ofRank) {
    work.rows(ofRank);
  }

  /** Gives the rank the streams of its model, where there are several. */
  public void streams(Streams several) {
    this.streams = several;
  }

  /** Gives the rank what it does beside its passes. */
  public void share(Aside aside) {
    writer.share(aside);
  }

  /** Chooses what is emitted, before the first action. */
  public void as(Emission what) {
    writer.as(what);
  }

  /** The rank whose trace this is. */
  public int rank() {
    return writer.rank();
  }

  /** The streams of the model, where there are several. */
  public Streams streams() {
    return streams;
  }

  /**
   * Where passes run side by side; null where layers are apart, so that one comes after the other.
   */
  public @Nullable SideBySide sideBySide() {
    return writer.layersApart() ? null : sides;
  }

  /** What the rank does beside its passes. */
  public Aside aside() {
    return writer.aside();
  }

  /**
   * Where layers are apart, what comes next waits for all of the layer, embedding or head before.
   *
   * @param input what it waits for besides; may be {@link #NONE}
   */
  public void separate(long input) {
    writer.separate(input);
  }

  /**
   * The node behind which all gradients are reduced that were reduced during backward passes;
   * {@link #NONE} where none were.
   */
  public long reduced() {
    return writer.aside().reduced();
  }

  /** Begins an action. */
  public void begin(int action, NodeSink to) {
    writer.begin(action, to);
    streams.clear();
  }

  /** Ends an action: what may run during it is emitted now, not within the next. */
  public void end() {
    writer.aside().endAction();
  }

  /** Says where the nodes to come stand. */
  public void at(Direction direction, int microBatch) {
    node.at(direction, microBatch, -1);
  }

  /** The nodes to come belong elsewhere than those around them, until {@link #endAside}. */
  public void beginAside(Direction direction, int microBatch, int layer) {
    node.beginAside(direction, microBatch, layer);
  }

  /** Ends {@link #beginAside}. */
  public void endAside() {
    node.endAside();
    writer.launchBehind(NONE);
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
  public void layer(int layer) {
    node.layer = layer;
  }

  /** Keeps what a later action uses; see {@link Inputs#keep}. */
  public void keep(int key, long producer) {
    inputs.keep(key, producer);
  }

  /** What the action that begins uses of earlier ones; {@link #NONE} where it uses nothing. */
  public long takeInput(int key) {
    long input = inputs.take(key);
    writer.arrived(input);
    return input;
  }

  /**
   * The streams that have crossed the boundary before a layer, whole; returns the node behind which
   * they are.
   *
   * @param received the node that has brought them
   */
  public long arrived(long received, int layer, boolean forward) {
    return streams.gather(this, received, layer, forward);
  }

  /** Several nodes as one that a later action uses. */
  public long together(long first, int layer, boolean forward) {
    NodeIdList all = new NodeIdList();
    bundles.addTo(all, first);
    for (int i = 0; i < streams.count(); i++) {
      bundles.addTo(all, streams.crossing(i, layer, forward));
    }
    return all.size() < 2 ? first : bundles.of(all);
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
  public void launchBehind(long kernel) {
    writer.launchBehind(kernel);
  }

  /** The kernel that was made last. */
  public long lastCompute() {
    return writer.lastCompute();
  }

  /** Of the nodes to come. */
  public int microBatch() {
    return node.microBatch;
  }

  /** Of the nodes to come; -1 outside the layers. */
  public int layer() {
    return node.layer;
  }

  /** Of the nodes to come. */
  public Direction direction() {
    return node.direction;
  }

  /** The kernel that comes next, whatever comes before it, waits for this node too. */
  public void nextKernelNeeds(long producer) {
    writer.nextKernelNeeds(producer);
  }

  /**
   * A kernel. One without operations is left out, as the optimizer of a stage that has no weights
   * is: AstraSim would take it for endless.
   *
   * @return the node's id; {@link #NONE} if it is left out
   */
  public long compute(Kernel kernel) {
    return work.compute(kernel);
  }

  /**
   * A kernel on as many rows of experts as the rank gets in this layer and micro-batch.
   *
   * @return the node's id; where no row comes, what stands for the nodes that it needs
   */
  public long compute(ExpertKernel kernel) {
    return work.compute(kernel);
  }

  /**
   * What a tensor of rows of experts comes to for as many as the rank gets in this layer and
   * micro-batch.
   *
   * @param route number of the route that they come by
   * @param bytes of an even share
   */
  public long bytesOfRows(int route, long bytes) {
    return work.bytesOfRows(route, bytes);
  }

  /**
   * Sends rows to their experts, each member of the group as many as its own experts get.
   *
   * @param bytes of all rows of this rank
   * @param route number of the route that they go by
   * @return the bundle of all receives
   */
  public long toExperts(String operation, int kind, long bytes, int route) {
    return work.exchangeRows(operation, kind, bytes, route, true);
  }

  /** Sends what experts made of rows back to where these came from; as {@link #toExperts}. */
  public long fromExperts(String operation, int kind, long bytes, int route) {
    return work.exchangeRows(operation, kind, bytes, route, false);
  }

  /** Begins to add up how long the kernels and collectives of a pass last. */
  public void measure(HostTime with) {
    work.measure(with);
  }

  /**
   * Ends a pass: where its kernels and collectives, one after the other, are done before the host
   * has launched them all, the rest of that time is a kernel of its own.
   *
   * @param made what the pass has made; may be {@link #NONE}
   * @return the node that stands for it
   */
  public long waitForHost(HostTime with, PipelinePass pass, long made) {
    Kernel rest = with.rest(pass, work.measured());
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
  public long standIn(PipelinePass pass, long nanos) {
    return writer.timed(pass.name(), nanos);
  }

  /**
   * A collective, whichever it is.
   *
   * @param kind number of the kind of group
   * @param bytes an all-gather's own shard; for all others the rank's whole input tensor
   * @param exchange what it is made of where it is an exchange
   */
  public long collective(
      String operation, Collective collective, int kind, long bytes, Exchange exchange) {
    return work.collective(operation, collective, kind, bytes, exchange);
  }

  /** Gathers this rank's shard of {@code bytes} with those of the group. */
  public long allGather(String operation, int kind, long bytes) {
    return work.plain(operation, Collective.ALL_GATHER, kind, bytes);
  }

  /** Sums a tensor of {@code bytes} over the group and keeps this rank's part. */
  public long reduceScatter(String operation, int kind, long bytes) {
    return work.plain(operation, Collective.REDUCE_SCATTER, kind, bytes);
  }

  /**
   * Sums a tensor of {@code bytes} over the group, see {@link TwoLevelSum} where that goes in two
   * levels.
   */
  public long allReduce(String operation, int kind, long bytes) {
    return work.sum(operation, Collective.ALL_REDUCE, kind, bytes);
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
    return work.exchange(operation, Collective.ALL_TO_ALL, kind, bytes, exchange);
  }

  /**
   * Sends tokens to their experts, or back: each once to each node, to the rank at the same place
   * there, and from there once to each rank; back the other way round, what was made of a token in
   * a rank, or a node, added up. Where members do not lie alike in several nodes, each token goes
   * to each of its experts.
   *
   * @param bytes of a token for each of its experts, of all tokens of this rank
   * @param tokens of this rank
   * @param experts of all ranks of the group
   * @param top experts for each token
   * @param nodes to which a token goes at most; 0: any number
   * @return the bundle of all receives
   */
  public long byNode(
      String operation,
      int kind,
      long bytes,
      long tokens,
      long experts,
      long top,
      long nodes,
      boolean toExperts) {
    TokenSpread spread = new TokenSpread(tokens, experts, top, nodes);
    return work.byNode(operation, kind, bytes, spread, toExperts);
  }

  /**
   * Sends {@code bytes} to the next rank of the group's ring, the last to the first.
   *
   * @return the receive from the rank before
   */
  public long passOn(String operation, int kind, long bytes) {
    return work.pass(operation, kind, bytes);
  }

  /** As {@link #passOn}, to the rank before; returns the receive from the next one. */
  public long passBack(String operation, int kind, long bytes) {
    return work.passBack(operation, kind, bytes);
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
    return ring.begin(operation, work.groupOf(kind), bytes);
  }

  /**
   * Begins a kernel or collective in pieces. What was named with {@link #needs} all of them use;
   * {@link PieceEmitter#of} names what comes in the same pieces.
   *
   * @param count see {@link PieceEmitter#count}
   */
  public PieceEmitter pieces(long count) {
    return pieces.begin(count);
  }

  /** What brings the gradients of keys and values home from the ring that was made last. */
  public long broughtHome() {
    return ring.home();
  }

  /**
   * Begins attention to keys and values of which those beyond the rank's own come from its
   * neighbours alone; as {@link #ring}.
   *
   * @param operation of the messages
   * @param piece bytes of keys and values that a message has at most
   * @param reach bytes of keys and values that a rank needs on each side
   * @param sides where neighbours lie
   */
  public Neighbourhood neighbours(
      String operation, int kind, long piece, long reach, Neighbours.Sides sides) {
    return neighbourhood.begin(operation, work.groupOf(kind), piece, reach, sides);
  }

  /** As {@link #broughtHome}, of the {@link Neighbourhood} that was made last. */
  public long broughtBack() {
    return neighbourhood.home();
  }

  /** Sends a message to another stage. */
  public long send(String operation, int peer, int tag, long bytes) {
    return writer.send(operation, peer, tag, bytes);
  }

  /**
   * Posts the receive of a message of another stage. It is free as soon as the action before its
   * own may run, so that it counts as communication for one action and not from the start.
   *
   * @param after the receive of the action before, or {@link #NONE}
   */
  public long receive(String operation, int peer, int tag, long bytes, long after) {
    return writer.receive(operation, peer, tag, bytes, after);
  }

  /**
   * Sends a message to a rank that is not of the plan. The plan's network knows nothing of it.
   *
   * @param peer counted as the plan's ranks are; below 0 if it stands before them
   * @param carried bytes that it counts as when it is asked how long it takes
   */
  public long sendOut(String operation, int peer, int tag, long bytes, long carried) {
    return writer.sendOut(operation, peer, tag, bytes, carried);
  }

  /**
   * Posts the receive of a message of such a rank, as {@link #sendOut} sends it.
   *
   * @param after a receive that was posted before, or {@link #NONE}
   */
  public long receiveFromOutside(
      String operation, int peer, int tag, long bytes, long carried, long after) {
    return writer.receiveFromOutside(operation, peer, tag, bytes, carried, after);
  }
}
