package io.heddle.runtime.chakra;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.runtime.chakra.EtNode.State;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the fields of a {@code Node} message that matter out of its bytes. It reads the wire format
 * itself because a trace has millions of nodes with a dozen attributes each: no object is made for
 * any of them, and an error knows its byte.
 */
final class EtRecord extends WireScanner {
  private static final int NODE_ID = 1;
  private static final int NODE_NAME = 2;
  private static final int NODE_TYPE = 3;
  private static final int NODE_CTRL_DEPS = 4;
  private static final int NODE_DATA_DEPS = 5;
  private static final int NODE_DURATION = 7;
  private static final int NODE_ATTRIBUTE = 10;

  private static final int ATTRIBUTE_NAME = 1;
  private static final int ATTRIBUTE_DOC = 2;
  private static final int BOOL_LIST = 28;
  private static final int STRING_VALUE = 29;
  private static final int BYTES_VALUE = 31;

  private static final int MOST_INVOLVED = 64;
  private static final int MOST_DIGITS = 9;

  private static final int STRING_LIST = 30;
  private static final String INPUTS = "inputs";
  private static final String OUTPUTS = "outputs";

  private final boolean tensors;
  private int nameAt;
  private int nameLength;

  /**
   * @param tensors whether the lists of tensors are read
   */
  EtRecord(boolean tensors) {
    this.tensors = tensors;
  }

  /** Where the node's name begins. */
  int nameAt() {
    return nameAt;
  }

  int nameLength() {
    return nameLength;
  }

  /**
   * Whether a record is a node, and no metadata: it has a number for an id, or a type, which
   * metadata has not.
   */
  boolean isNode(byte[] buffer, int length) {
    bytes = buffer;
    at = 0;
    boolean node = false;
    try {
      while (at < length) {
        int tag = tag(length);
        node |= (tag & 7) == VARINT && (tag >>> 3 == NODE_ID || tag >>> 3 == NODE_TYPE);
        skip(tag & 7, length);
      }
      return node;
    } catch (Malformed e) {
      return false;
    }
  }

  void node(byte[] buffer, int length, EtNode node) throws Malformed {
    bytes = buffer;
    at = 0;
    nameAt = 0;
    nameLength = 0;
    while (at < length) {
      int tag = tag(length);
      int wire = tag & 7;
      int field = tag >>> 3;
      if (wire == BYTES) {
        int end = end(length);
        switch (field) {
          case NODE_NAME -> {
            nameAt = at;
            nameLength = end - at;
          }
          case NODE_CTRL_DEPS, NODE_DATA_DEPS -> {
            while (at < end) {
              node.addParent(varint(end), field == NODE_DATA_DEPS);
            }
          }
          case NODE_ATTRIBUTE -> {
            node.attributes = true;
            attribute(end, node);
          }
          default -> {}
        }
        at = end;
      } else if (wire == VARINT) {
        long value = varint(length);
        switch (field) {
          case NODE_ID -> node.id = value;
          case NODE_TYPE -> node.type = (int) value;
          case NODE_CTRL_DEPS, NODE_DATA_DEPS -> node.addParent(value, field == NODE_DATA_DEPS);
          case NODE_DURATION -> node.durationMicros = value;
          default -> node.foreign |= field > NODE_ATTRIBUTE;
        }
      } else {
        skip(wire, length);
      }
    }
  }

  private void attribute(int end, EtNode node) throws Malformed {
    int which = -1;
    State state = State.MISTYPED;
    long value = 0;
    int valueAt = 0;
    int valueEnd = 0;
    int variant = 0;
    int keyAt = 0;
    int keyEnd = 0;
    while (at < end) {
      int tag = tag(end);
      int wire = tag & 7;
      int field = tag >>> 3;
      if (wire == BYTES) {
        int stop = end(end);
        if (field == ATTRIBUTE_NAME) {
          which = EtAttribute.find(bytes, at, stop - at);
          keyAt = at;
          keyEnd = stop;
        } else if (field != ATTRIBUTE_DOC) {
          variant = field;
          valueAt = at;
          valueEnd = stop;
          state = State.MISTYPED;
        }
        at = stop;
      } else if (wire == VARINT || wire == FIXED64 || wire == FIXED32) {
        variant = field;
        long raw = wire == VARINT ? varint(end) : fixed(wire == FIXED64 ? 8 : 4, end);
        value = integer(field, raw);
        state = isInteger(field) ? State.PRESENT : State.MISTYPED;
      } else {
        skip(wire, end);
      }
    }
    if (which < 0) {
      if (tensors) {
        String key = text(keyAt, keyEnd);
        if (key.equals(INPUTS) && node.inputs == null) {
          node.inputs = texts(variant, valueAt, valueEnd);
        } else if (key.equals(OUTPUTS) && node.outputs == null) {
          node.outputs = texts(variant, valueAt, valueEnd);
        }
        at = end;
      }
      return;
    }
    if (which == EtAttribute.PG_NAME.number()) {
      boolean isText = variant == STRING_VALUE || variant == BYTES_VALUE;
      node.groupAt = isText ? valueAt : 0;
      node.groupLength = isText ? valueEnd - valueAt : -1;
      value = isText ? groupId(valueAt, valueEnd) : -1;
      state = value < 0 ? State.MISTYPED : State.PRESENT;
    } else if (which == EtAttribute.INVOLVED_DIM.number()) {
      state = variant == BOOL_LIST ? State.PRESENT : State.MISTYPED;
      value = variant == BOOL_LIST ? bits(valueAt, valueEnd) : 0;
    }
    at = end;
    node.set(which, state, value);
  }

  private static boolean isInteger(int field) {
    return field >= 7 && field <= 27 && field % 2 == 1;
  }

  /** The value as a 64-bit integer, for each of the integer variants. */
  private static long integer(int field, long raw) {
    return switch (field) {
      case 7, 23 -> (int) raw;
      case 11, 19 -> raw & 0xffff_ffffL;
      case 15 -> ((int) raw >>> 1) ^ -((int) raw & 1);
      case 17 -> (raw >>> 1) ^ -(raw & 1);
      case 27 -> raw != 0 ? 1 : 0;
      default -> raw;
    };
  }

  /** The id in the text; 0 for all ranks: only no text and "0" say so; -1 if it holds no id. */
  private long groupId(int from, int to) {
    boolean plain = from == to || (bytes[from] != '0' && to - from <= MOST_DIGITS);
    long id = 0;
    for (int i = from; i < to && plain; i++) {
      plain = bytes[i] >= '0' && bytes[i] <= '9';
      id = 10 * id + bytes[i] - '0';
    }
    if (plain || (to - from == 1 && bytes[from] == '0')) {
      return plain ? id : 0;
    }
    int number = GroupName.number(new String(bytes, from, to - from, ISO_8859_1)).orElse(-1);
    return number < 1 ? -1 : number;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }

  private List<String> texts(int variant, int from, int to) throws Malformed {
    List<String> texts = new ArrayList<>();
    at = from;
    while (variant == STRING_LIST && at < to) {
      int tag = tag(to);
      if (tag >>> 3 == 1 && (tag & 7) == BYTES) {
        int stop = end(to);
        texts.add(text(at, stop));
        at = stop;
      } else {
        skip(tag & 7, to);
      }
    }
    return texts;
  }

  private long bits(int from, int to) throws Malformed {
    long bits = 0;
    int count = 0;
    at = from;
    while (at < to) {
      int tag = tag(to);
      if (tag >>> 3 == 1 && (tag & 7) == BYTES) {
        int stop = end(to);
        while (at < stop) {
          bits |= bit(varint(stop), count++);
        }
      } else if (tag >>> 3 == 1 && (tag & 7) == VARINT) {
        bits |= bit(varint(to), count++);
      } else {
        skip(tag & 7, to);
      }
    }
    return bits;
  }

  private static long bit(long value, int index) {
    return value != 0 && index < MOST_INVOLVED ? 1L << index : 0;
  }
}
