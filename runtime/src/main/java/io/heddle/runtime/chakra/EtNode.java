package io.heddle.runtime.chakra;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of a trace, as AstraSim understands it. A reader fills the same object again and again;
 * what is read of it must be copied.
 */
public final class EtNode {
  /** What a node says about an attribute. */
  public enum State {
    ABSENT,
    PRESENT,
    /** There is one of that name, but of a type that does not convert. */
    MISTYPED
  }

  private static final int ATTRIBUTES = EtAttribute.values().length;

  long id;
  int type;
  long durationMicros;
  long offset;
  String name = "";
  String group = "";
  int groupAt;
  int groupLength;
  boolean attributes;
  boolean foreign;
  @Nullable List<String> inputs;
  @Nullable List<String> outputs;
  private final State[] states = new State[ATTRIBUTES];
  private final long[] values = new long[ATTRIBUTES];
  private long[] parents = new long[16];
  private boolean[] uses = new boolean[16];
  private int parentCount;

  public EtNode() {
    Arrays.fill(states, State.ABSENT);
  }

  /** Unique in its trace; unsigned. */
  public long id() {
    return id;
  }

  /** Chakra's number of the node's type. */
  public int type() {
    return type;
  }

  /** The node's own duration, micro-seconds; unsigned. */
  public long durationMicros() {
    return durationMicros;
  }

  /** Where its record begins in the file. */
  public long offset() {
    return offset;
  }

  /** Its name, if the reader was asked for names; else empty. */
  public String name() {
    return name;
  }

  /**
   * Names and sizes of the tensors that it reads, in turn, if the reader was asked for them: null
   * where it says nothing, empty where what it says is no list of texts.
   */
  public @Nullable List<String> inputs() {
    return inputs;
  }

  /** The same of the tensors that it writes. */
  public @Nullable List<String> outputs() {
    return outputs;
  }

  /**
   * The text of {@link EtAttribute#PG_NAME}, if there is one and the reader was asked for names.
   */
  public String group() {
    return group;
  }

  /**
   * Whether it has no attributes, but fields that Chakra's nodes do not have: as those of the
   * schema of 2022, whose nodes held themselves what attributes say now.
   */
  public boolean isOfOldSchema() {
    return foreign && !attributes;
  }

  /** Number of the nodes that come first; one that is named twice counts twice. */
  public int parents() {
    return parentCount;
  }

  /** Id of a node that comes first. */
  public long parent(int index) {
    return parents[index];
  }

  /** Whether the node uses the result of that parent; else it only comes later. */
  public boolean uses(int index) {
    return uses[index];
  }

  /** What the node says about an attribute. */
  public State state(EtAttribute attribute) {
    return states[attribute.number()];
  }

  /**
   * Value of an attribute that is present: a number, unsigned; for {@link EtAttribute#IS_CPU_OP} 0
   * or another; for {@link EtAttribute#PG_NAME} the group's id, 0 for all ranks; for {@link
   * EtAttribute#INVOLVED_DIM} bit d for dimension d.
   */
  public long value(EtAttribute attribute) {
    return values[attribute.number()];
  }

  void clear(long at) {
    id = 0;
    type = 0;
    durationMicros = 0;
    offset = at;
    name = "";
    group = "";
    groupLength = -1;
    attributes = false;
    foreign = false;
    inputs = null;
    outputs = null;
    parentCount = 0;
    Arrays.fill(states, State.ABSENT);
  }

  void set(int attribute, State state, long value) {
    if (states[attribute] == State.ABSENT) {
      states[attribute] = state;
      values[attribute] = value;
    }
  }

  void addParent(long parent, boolean used) {
    if (parentCount == parents.length) {
      parents = Arrays.copyOf(parents, 2 * parentCount);
      uses = Arrays.copyOf(uses, 2 * parentCount);
    }
    uses[parentCount] = used;
    parents[parentCount++] = parent;
  }
}
