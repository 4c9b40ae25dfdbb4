package io.heddle.runtime.simulate.workload;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The nodes of a rank that are not finished, in primitive arrays; a node is known by its slot,
 * which is used again when it is finished. A node takes 46 bytes, and each parent it waits for 8.
 */
public final class NodeTable {
  /** No slot. */
  public static final int NONE = -1;

  /** Stands for every number of a collective that does not fit a byte; its size is that number. */
  static final int UNKNOWN_COLLECTIVE = 0xff;

  private static final byte CPU = 1 << 6;
  private static final byte FREE = -1;
  private static final int BROADCAST = 5;

  private long[] id;
  // Operations, or bytes of a message, collective or transfer.
  private long[] size;
  // Bytes that an operation touches; peer and tag; group and priority.
  private long[] detail;
  // Until the node is issued: how long it says it lasts. Then: when it was issued.
  private long[] time;
  private int[] waits;
  private int[] firstChild;
  private int[] option;
  private byte[] kind;
  private byte[] fault;
  private int slots;
  private int freeSlot = NONE;
  private int pending;

  private int[] child;
  private int[] nextChild;
  private int edges;
  private int freeEdge = NONE;

  // Slots that were added and wait for nothing.
  private int[] ready = new int[4];
  private int readyCount;

  private long lastFinished = -1;
  private int lastCompute = NONE;
  private int lastCommunication = NONE;

  NodeTable() {
    int capacity = 8;
    id = new long[capacity];
    size = new long[capacity];
    detail = new long[capacity];
    time = new long[capacity];
    waits = new int[capacity];
    firstChild = new int[capacity];
    option = new int[capacity];
    kind = new byte[capacity];
    fault = new byte[capacity];
    child = new int[capacity];
    nextChild = new int[capacity];
  }

  /** All nodes of a rank, none of them finished. */
  public static NodeTable whole(NodeSource source) throws IOException {
    NodeTable table = new NodeTable();
    while (source.load(table)) {
      // The next ones.
    }
    return table;
  }

  /** Gives back the room of nodes that will not come. */
  void trim() {
    resize(slots);
    child = Arrays.copyOf(child, edges);
    nextChild = Arrays.copyOf(nextChild, edges);
    ready = Arrays.copyOf(ready, Math.max(1, readyCount));
  }

  /** Nodes that are not finished. */
  int pending() {
    return pending;
  }

  /** Slots ever used; those of finished nodes are {@linkplain #holds not held}. */
  public int slots() {
    return slots;
  }

  /** Bytes that the unfinished nodes and the edges to them take. */
  long bytesInUse() {
    long used = 46L * pending;
    for (int slot = 0; slot < slots; slot++) {
      if (kind[slot] != FREE) {
        for (int edge = firstChild[slot]; edge != NONE; edge = nextChild[edge]) {
          used += 8;
        }
      }
    }
    return used;
  }

  /** Adds a node without parents and without anything to do; returns its slot. */
  int add(long nodeId) {
    int slot = freeSlot;
    if (slot == NONE) {
      slot = slots++;
      if (slot == id.length) {
        grow();
      }
    } else {
      freeSlot = waits[slot];
    }
    pending++;
    id[slot] = nodeId;
    waits[slot] = 0;
    firstChild[slot] = NONE;
    kind[slot] = 0;
    fault[slot] = 0;
    return slot;
  }

  private void grow() {
    resize(Math.addExact(slots, (slots >> 1) + 1));
  }

  private void resize(int capacity) {
    id = Arrays.copyOf(id, capacity);
    size = Arrays.copyOf(size, capacity);
    detail = Arrays.copyOf(detail, capacity);
    time = Arrays.copyOf(time, capacity);
    waits = Arrays.copyOf(waits, capacity);
    firstChild = Arrays.copyOf(firstChild, capacity);
    option = Arrays.copyOf(option, capacity);
    kind = Arrays.copyOf(kind, capacity);
    fault = Arrays.copyOf(fault, capacity);
  }

  /**
   * Says what a node does.
   *
   * @param nanos how long it says itself that it lasts
   */
  void describe(int slot, NodeKind what, boolean cpu, long nodeSize, long nodeDetail, long nanos) {
    kind[slot] = (byte) (what.number() | (cpu ? CPU : 0));
    size[slot] = nodeSize;
    detail[slot] = nodeDetail;
    time[slot] = nanos;
    if (computes(slot)) {
      lastCompute = slot;
    } else if (communicates(slot)) {
      lastCommunication = slot;
    }
  }

  /**
   * Of a collective: which, and the dimensions that take part from bit 8 on. Of a send: id of the
   * group within which it goes, 0 if that is not known.
   */
  void option(int slot, int value) {
    option[slot] = value;
  }

  /**
   * The node stands for all that its rank sends in an exchange of a group, or for all that it
   * receives.
   *
   * @param messages in it
   * @param number of what is sent, see {@link Workload#sentParts}
   */
  void join(int slot, int group, int messages, int number) {
    detail[slot] = pair(messages, number);
    option[slot] = ~group;
  }

  /** Whether a send or receive stands for all of an exchange. */
  public boolean isJoined(int slot) {
    return option[slot] < 0;
  }

  /** Nodes of the trace that a node stands for. */
  public int nodes(int slot) {
    NodeKind what = kind(slot);
    boolean message = what == NodeKind.SEND || what == NodeKind.RECEIVE;
    return message && isJoined(slot) ? (int) (detail[slot] >>> 32) : 1;
  }

  /** What a {@linkplain #isJoined joined} node sends. */
  public int sentParts(int slot) {
    return (int) detail[slot];
  }

  /** Gives the node another id. */
  void rename(int slot, long newId) {
    id[slot] = newId;
  }

  /** Remembers that the node cannot be issued. */
  void fault(int slot, byte code) {
    fault[slot] = code;
  }

  /** The node waits for another. */
  void waitFor(int slot, int parent) {
    int edge = freeEdge;
    if (edge == NONE) {
      edge = edges++;
      if (edge == child.length) {
        int capacity = Math.addExact(edge, (edge >> 1) + 1);
        child = Arrays.copyOf(child, capacity);
        nextChild = Arrays.copyOf(nextChild, capacity);
      }
    } else {
      freeEdge = nextChild[edge];
    }
    child[edge] = slot;
    nextChild[edge] = firstChild[parent];
    firstChild[parent] = edge;
    waits[slot]++;
  }

  /** The node has all its parents: it is ready if it waits for none. */
  void complete(int slot) {
    if (waits[slot] == 0) {
      pushReady(slot);
    }
  }

  private void pushReady(int slot) {
    if (readyCount == ready.length) {
      ready = Arrays.copyOf(ready, 2 * readyCount);
    }
    ready[readyCount++] = slot;
  }

  /** Takes a node that has become ready; {@link #NONE} if there is none. */
  int pollReady() {
    return readyCount == 0 ? NONE : ready[--readyCount];
  }

  /** Forgets a node; its children wait for one less. */
  void finish(int slot) {
    int edge = firstChild[slot];
    while (edge != NONE) {
      if (--waits[child[edge]] == 0) {
        pushReady(child[edge]);
      }
      int next = nextChild[edge];
      nextChild[edge] = freeEdge;
      freeEdge = edge;
      edge = next;
    }
    lastFinished = id[slot];
    kind[slot] = FREE;
    waits[slot] = freeSlot;
    freeSlot = slot;
    pending--;
  }

  /** Id of the node that was finished last. */
  long lastFinished() {
    return lastFinished;
  }

  /** Whether the slot holds an unfinished node. */
  public boolean holds(int slot) {
    return kind[slot] != FREE;
  }

  /** Whether the node is the last of a lane that was added. */
  boolean isLast(int slot) {
    return slot == lastCompute || slot == lastCommunication;
  }

  /** The node is issued now. */
  void issue(int slot, long now) {
    time[slot] = now;
    if (slot == lastCompute) {
      lastCompute = NONE;
    }
    if (slot == lastCommunication) {
      lastCommunication = NONE;
    }
  }

  /** Whether the node waits for others. */
  public boolean waits(int slot) {
    return waits[slot] > 0;
  }

  /** Calls back with each node that waits for this one. */
  public void eachChild(int slot, IntConsumer visitor) {
    for (int edge = firstChild[slot]; edge != NONE; edge = nextChild[edge]) {
      visitor.accept(child[edge]);
    }
  }

  public long id(int slot) {
    return id[slot];
  }

  public NodeKind kind(int slot) {
    return NodeKind.of(kind[slot] & ~CPU);
  }

  public boolean cpu(int slot) {
    return (kind[slot] & CPU) != 0;
  }

  /** Whether the node takes the compute lane. */
  public boolean computes(int slot) {
    return kind(slot) == NodeKind.COMPUTE && !cpu(slot);
  }

  /** Whether the node takes the communication lane. */
  public boolean communicates(int slot) {
    NodeKind what = kind(slot);
    return what != NodeKind.COMPUTE && what != NodeKind.RECEIVE && !cpu(slot);
  }

  /** Operations of a compute node. */
  public long operations(int slot) {
    return size[slot];
  }

  /** Bytes that a compute node touches. */
  public long touchedBytes(int slot) {
    return detail[slot];
  }

  /** Bytes of a message, a collective, or a transfer to or from remote memory. */
  public long bytes(int slot) {
    return size[slot];
  }

  /** The other rank of a message. */
  public int peer(int slot) {
    return (int) (detail[slot] >>> 32);
  }

  public int tag(int slot) {
    return (int) detail[slot];
  }

  /** Id of the group of a collective; 0 for all ranks. */
  public int group(int slot) {
    return (int) (detail[slot] >>> 32);
  }

  /** Id of the group within which a message goes; 0 between stages, or if that is not known. */
  public int groupOfMessage(int slot) {
    return option[slot] < 0 ? ~option[slot] : option[slot];
  }

  public int priority(int slot) {
    return (int) detail[slot];
  }

  /** Chakra's number of a collective; {@link #UNKNOWN_COLLECTIVE} for all from there on. */
  public int collective(int slot) {
    return option[slot] & UNKNOWN_COLLECTIVE;
  }

  /** Chakra's number of a collective, also of one that is unknown. */
  public long statedCollective(int slot) {
    int known = collective(slot);
    return known == UNKNOWN_COLLECTIVE ? size[slot] : known;
  }

  /** Whether a collective is a broadcast, which uses no network. */
  public boolean broadcast(int slot) {
    return collective(slot) == BROADCAST;
  }

  /** Bit d for each dimension d of the network that takes part. */
  public int involved(int slot) {
    return option[slot] >>> 8;
  }

  /** How long the node says that it lasts, until it is issued. */
  public long nanos(int slot) {
    return time[slot];
  }

  /** When the node was issued. */
  public long issued(int slot) {
    return time[slot];
  }

  /** Whether its attributes do not say what it is to do. */
  public boolean hasFault(int slot) {
    return fault[slot] != 0;
  }

  /** 0, or why it cannot be issued. */
  byte fault(int slot) {
    return fault[slot];
  }

  /** Packs peer and tag, or group and priority. */
  static long pair(int first, int second) {
    return ((long) first << 32) | (second & 0xffff_ffffL);
  }
}
