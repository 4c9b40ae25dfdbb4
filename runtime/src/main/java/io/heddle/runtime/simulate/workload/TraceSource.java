package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtFormatException;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.chakra.Printable;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Reads a trace file whole into a table. */
final class TraceSource implements NodeSource {
  private static final int INVOLVED_BY_DEFAULT = 0b1111;
  private static final int MOST_INVOLVED = 0xffff;
  private static final int INVOLVED_SHIFT = 8;

  private final Path file;
  private final int rank;
  private final boolean partly;
  private final List<Oddity> oddities = new ArrayList<>();
  private boolean loaded;
  private boolean chained;

  /**
   * @param partly whether parents that are not there are left out, and do not end the reading
   */
  TraceSource(Path file, int rank, boolean partly) {
    this.file = file;
    this.rank = rank;
    this.partly = partly;
  }

  @Override
  public boolean load(NodeTable table) throws IOException {
    if (loaded) {
      return false;
    }
    loaded = true;
    LongIntMap slotOf = new LongIntMap();
    BitSet seen = new BitSet();
    LongIntMap known = partly ? ids() : new LongIntMap();
    long repeated = 0;
    long ofOldSchema = 0;
    LaneChain compute = new LaneChain();
    LaneChain communication = new LaneChain();
    try (EtReader reader = new EtReader(file)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        int slot = slot(table, slotOf, node.id());
        // Of an id that is there twice, the last record says what to do, and the parents add up.
        if (seen.get(slot) && repeated++ == 0) {
          oddities.add(
              new Oddity(
                  false,
                  "node " + id(node.id()) + " is there twice: AstraSim takes what the last says"));
        }
        seen.set(slot);
        ofOldSchema += node.isOfOldSchema() ? 1 : 0;
        for (int i = 0; i < node.parents(); i++) {
          if (!partly || known.get(node.parent(i)) != LongIntMap.ABSENT) {
            table.waitFor(slot, slot(table, slotOf, node.parent(i)));
          }
        }
        describe(table, slot, node);
        if (table.computes(slot)) {
          compute.add(node);
        } else if (table.kind(slot) != NodeKind.RECEIVE) {
          communication.add(node);
        }
      }
      if (reader.skipsNode()) {
        oddities.add(
            new Oddity(
                true,
                "the first record is a node, not metadata: AstraSim skips it, and the node is lost;"
                    + " write a GlobalMetadata record first"));
      }
    }
    if (ofOldSchema > 0 && ofOldSchema == table.slots()) {
      oddities.add(
          new Oddity(
              true,
              "its nodes have fields in place of attributes: it is of Chakra's schema of 2022,"
                  + " which AstraSim does not read any more; write it again with schema 0.0.4"));
    }
    if (table.slots() == 0) {
      throw new EtFormatException(
          file, 0, "the trace has no node; AstraSim needs one without parents on every rank");
    }
    if (seen.cardinality() < table.slots()) {
      throw missingParents(table, slotOf, seen);
    }
    for (int slot = 0; slot < table.slots(); slot++) {
      table.complete(slot);
    }
    chained = repeated == 0 && compute.unbroken() && communication.unbroken();
    return true;
  }

  private LongIntMap ids() throws IOException {
    LongIntMap ids = new LongIntMap();
    try (EtReader reader = new EtReader(file)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        ids.put(node.id(), 0);
      }
    }
    return ids;
  }

  /** Says which node of the file is the first that names such a parent, and how many there are. */
  private MissingParents missingParents(NodeTable table, LongIntMap slotOf, BitSet seen)
      throws IOException {
    int[] dependencies = {0};
    for (int slot = seen.nextClearBit(0);
        slot < table.slots();
        slot = seen.nextClearBit(slot + 1)) {
      table.eachChild(slot, child -> dependencies[0]++);
    }
    int missing = table.slots() - seen.cardinality();
    try (EtReader reader = new EtReader(file)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        for (int i = 0; i < node.parents(); i++) {
          if (!seen.get(slotOf.get(node.parent(i)))) {
            return new MissingParents(
                file
                    + ": byte "
                    + node.offset()
                    + ": node "
                    + id(node.id())
                    + " names parent "
                    + id(node.parent(i))
                    + ", which is not there"
                    + (dependencies[0] == 1
                        ? ""
                        : "; in all "
                            + dependencies[0]
                            + " dependencies name "
                            + missing
                            + (missing == 1 ? " missing node" : " missing nodes")));
          }
        }
      }
    }
    throw new IllegalStateException(file + ": changed while it was read");
  }

  /** Whether each node of a lane names the one before it as a parent. */
  private static final class LaneChain {
    private boolean begun;
    private long last;
    private boolean unbroken = true;

    void add(EtNode node) {
      if (begun && unbroken) {
        unbroken = namesLast(node);
      }
      begun = true;
      last = node.id();
    }

    private boolean namesLast(EtNode node) {
      for (int i = 0; i < node.parents(); i++) {
        if (node.parent(i) == last) {
          return true;
        }
      }
      return false;
    }

    boolean unbroken() {
      return unbroken;
    }
  }

  private static int slot(NodeTable table, LongIntMap slotOf, long nodeId) {
    int slot = slotOf.get(nodeId);
    if (slot == LongIntMap.ABSENT) {
      slot = table.add(nodeId);
      slotOf.put(nodeId, slot);
    }
    return slot;
  }

  private void describe(NodeTable table, int slot, EtNode node) throws EtFormatException {
    if (node.type() < 0 || node.type() >= NodeKind.count()) {
      throw new EtFormatException(
          file, node.offset(), "node " + id(node.id()) + ": Chakra has no type " + node.type());
    }
    NodeKind kind = NodeKind.of(node.type());
    boolean cpu =
        node.state(EtAttribute.IS_CPU_OP) == State.PRESENT
            && node.value(EtAttribute.IS_CPU_OP) != 0;
    long nanos = node.durationMicros() == 0 ? 1 : node.durationMicros() * 1000;
    table.fault(slot, AttributeFault.of(node, kind, rank));
    switch (kind) {
      case COMPUTE ->
          table.describe(
              slot,
              kind,
              cpu,
              value(node, EtAttribute.NUM_OPS),
              value(node, EtAttribute.TENSOR_SIZE),
              nanos);
      case LOAD, STORE ->
          table.describe(slot, kind, cpu, value(node, EtAttribute.TENSOR_SIZE), 0, nanos);
      case SEND, RECEIVE -> {
        EtAttribute peer = kind == NodeKind.SEND ? EtAttribute.COMM_DST : EtAttribute.COMM_SRC;
        long pair =
            NodeTable.pair((int) value(node, peer), (int) value(node, EtAttribute.COMM_TAG));
        table.describe(slot, kind, cpu, value(node, EtAttribute.COMM_SIZE), pair, nanos);
        table.option(slot, 0);
      }
      case COLLECTIVE -> {
        long pair =
            NodeTable.pair(
                (int) value(node, EtAttribute.PG_NAME),
                (int) value(node, EtAttribute.COMM_PRIORITY));
        int option = option(node);
        // One that is unknown never runs: it says only which one it is.
        boolean unknown = (option & NodeTable.UNKNOWN_COLLECTIVE) == NodeTable.UNKNOWN_COLLECTIVE;
        EtAttribute size = unknown ? EtAttribute.COMM_TYPE : EtAttribute.COMM_SIZE;
        table.describe(slot, kind, cpu, value(node, size), pair, nanos);
        table.option(slot, option);
      }
      case INVALID, METADATA -> table.describe(slot, kind, cpu, 0, 0, nanos);
    }
  }

  private static int option(EtNode node) {
    long type = value(node, EtAttribute.COMM_TYPE);
    int known =
        type >= 0 && type < NodeTable.UNKNOWN_COLLECTIVE
            ? (int) type
            : NodeTable.UNKNOWN_COLLECTIVE;
    long involved =
        node.state(EtAttribute.INVOLVED_DIM) == State.PRESENT
            ? node.value(EtAttribute.INVOLVED_DIM) & MOST_INVOLVED
            : INVOLVED_BY_DEFAULT;
    return known | ((int) involved << INVOLVED_SHIFT);
  }

  private static long value(EtNode node, EtAttribute attribute) {
    return node.state(attribute) == State.PRESENT ? node.value(attribute) : 0;
  }

  @Override
  public List<Oddity> oddities() {
    return oddities;
  }

  @Override
  public String place() {
    return file + ": ";
  }

  @Override
  public boolean whole() {
    return loaded;
  }

  @Override
  public boolean chained() {
    return chained;
  }

  @Override
  public String locate(long nodeId) {
    try (EtReader reader = new EtReader(file, true)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        if (node.id() == nodeId) {
          return file + ": byte " + node.offset() + ": node " + id(nodeId) + " " + quoted(node);
        }
      }
    } catch (IOException e) {
      // It was read before: say at least which node it is.
    }
    return file + ": node " + id(nodeId);
  }

  private static String quoted(EtNode node) {
    return '"' + Printable.of(node.name(), 200) + '"';
  }

  private static String id(long unsigned) {
    return Long.toUnsignedString(unsigned);
  }
}
