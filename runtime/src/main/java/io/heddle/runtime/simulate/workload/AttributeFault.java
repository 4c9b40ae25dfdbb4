package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import org.jspecify.annotations.Nullable;

/**
 * Why a node's attributes do not let it be issued, packed in a byte. AstraSim looks at attributes
 * only when it issues a node, so that a bad one that is never needed does no harm.
 */
final class AttributeFault {
  private static final int ABSENT = 1;
  private static final int MISTYPED = 2;
  private static final int NOT_OWN_RANK = 3;
  private static final EtAttribute[] ATTRIBUTES = EtAttribute.values();

  private AttributeFault() {}

  /** 0 if there is none. */
  static byte of(EtNode node, NodeKind kind, int rank) {
    byte fault = check(node, EtAttribute.IS_CPU_OP, false);
    return fault != 0 ? fault : ofKind(node, kind, rank);
  }

  private static byte ofKind(EtNode node, NodeKind kind, int rank) {
    return switch (kind) {
      case COMPUTE -> first(node, EtAttribute.NUM_OPS, EtAttribute.TENSOR_SIZE, null);
      case LOAD, STORE -> first(node, EtAttribute.TENSOR_SIZE, null, null);
      case SEND -> message(node, EtAttribute.COMM_SRC, EtAttribute.COMM_DST, rank);
      case RECEIVE -> message(node, EtAttribute.COMM_DST, EtAttribute.COMM_SRC, rank);
      case COLLECTIVE -> {
        byte fault = first(node, EtAttribute.COMM_TYPE, EtAttribute.COMM_SIZE, null);
        if (fault == 0) {
          fault = check(node, EtAttribute.COMM_PRIORITY, false);
        }
        if (fault == 0) {
          fault = check(node, EtAttribute.PG_NAME, false);
        }
        boolean all =
            node.state(EtAttribute.PG_NAME) == State.ABSENT || node.value(EtAttribute.PG_NAME) == 0;
        yield fault == 0 && all ? check(node, EtAttribute.INVOLVED_DIM, false) : fault;
      }
      case INVALID, METADATA -> 0;
    };
  }

  private static byte message(EtNode node, EtAttribute own, EtAttribute peer, int rank) {
    byte fault = first(node, EtAttribute.COMM_SIZE, peer, EtAttribute.COMM_TAG);
    if (fault == 0) {
      fault = check(node, own, false);
    }
    if (fault == 0 && node.state(own) == State.PRESENT && (int) node.value(own) != rank) {
      return (byte) ((own.number() << 2) | NOT_OWN_RANK);
    }
    return fault;
  }

  private static byte first(
      EtNode node, EtAttribute one, @Nullable EtAttribute two, @Nullable EtAttribute three) {
    byte fault = check(node, one, true);
    if (fault == 0 && two != null) {
      fault = check(node, two, true);
    }
    return fault == 0 && three != null ? check(node, three, true) : fault;
  }

  private static byte check(EtNode node, EtAttribute attribute, boolean required) {
    State state = node.state(attribute);
    int code = state == State.MISTYPED ? MISTYPED : state == State.ABSENT && required ? ABSENT : 0;
    return code == 0 ? 0 : (byte) ((attribute.number() << 2) | code);
  }

  /** Whether it is not even known which lane the node needs. */
  static boolean concernsLane(byte fault) {
    return fault != 0 && ATTRIBUTES[fault >> 2] == EtAttribute.IS_CPU_OP;
  }

  /** What is wrong, in words. */
  static String text(byte fault) {
    EtAttribute attribute = ATTRIBUTES[fault >> 2];
    return attribute.key()
        + switch (fault & 3) {
          case ABSENT -> " is missing";
          case NOT_OWN_RANK -> " is not the rank whose trace this is";
          default ->
              switch (attribute) {
                case PG_NAME -> " must be a string that begins with a group's number, 1 or more";
                case INVOLVED_DIM -> " must be a bool_list";
                default -> " must be a whole number";
              };
        };
  }
}
