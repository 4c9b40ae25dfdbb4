package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.network.MessageTransport;

/**
 * What is left of a rank's trace when nodes that end by themselves are taken out: sends, receives,
 * collectives, and joints where a kernel waited for several of them. An event takes 33 bytes, and
 * each other one that it waits for 4; parents come before their children.
 */
final class Skeleton {
  /** A kernel that waits for several events. */
  static final byte JOINT = 0;

  static final byte SEND = 1;
  static final byte RECEIVE = 2;
  static final byte COLLECTIVE = 3;

  /** It takes the communication lane and ends by itself. */
  static final byte ALONE = 4;

  private static final int TYPE_MASK = 0xff;
  private static final int INVOLVED_SHIFT = 8;

  final int rank;
  final int size;
  final long[] id;
  final byte[] kind;
  final long[] bytes;
  // Peer; group.
  final int[] with;
  // Tag; type and the dimensions that take part.
  final int[] detail;
  final int[] waits;
  // Children of event e: from firstChild[e] to before firstChild[e + 1].
  final int[] firstChild;
  final int[] child;

  Skeleton(
      int rank,
      long[] id,
      byte[] kind,
      long[] bytes,
      int[] with,
      int[] detail,
      int[] waits,
      int[] firstChild,
      int[] child) {
    this.rank = rank;
    this.size = id.length;
    this.id = id;
    this.kind = kind;
    this.bytes = bytes;
    this.with = with;
    this.detail = detail;
    this.waits = waits;
    this.firstChild = firstChild;
    this.child = child;
  }

  static int detail(int type, int involved) {
    return type | (involved << INVOLVED_SHIFT);
  }

  /** Chakra's number of a collective. */
  int type(int event) {
    return detail[event] & TYPE_MASK;
  }

  /** Bit d for each network dimension d that takes part in a collective. */
  int involved(int event) {
    return detail[event] >>> INVOLVED_SHIFT;
  }

  /** The tag as it is sent. */
  int tag(int event) {
    return MessageTransport.tag(detail[event]);
  }

  /** Where a message comes from. */
  int from(int event) {
    return kind[event] == SEND ? rank : with[event];
  }

  /** Where a message goes. */
  int to(int event) {
    return kind[event] == SEND ? with[event] : rank;
  }

  /** Whether the event takes the communication lane. */
  boolean communicates(int event) {
    return kind[event] != JOINT && kind[event] != RECEIVE;
  }

  Finding.Node node(int event) {
    return new Finding.Node(rank, id[event]);
  }

  /** Such as {@code send 7}. */
  String name(int event) {
    String what =
        switch (kind[event]) {
          case SEND -> "send";
          case RECEIVE -> "receive";
          case COLLECTIVE -> Collectives.name(type(event));
          default -> "node";
        };
    return what + " " + Long.toUnsignedString(id[event]);
  }

  /** Such as {@code send 7 of 10 bytes with tag 3 to rank 1}. */
  String text(int event) {
    String text = name(event) + " of " + bytes[event] + " bytes";
    return switch (kind[event]) {
      case SEND -> text + " with tag " + tag(event) + " to rank " + with[event];
      case RECEIVE -> text + " with tag " + tag(event) + " from rank " + with[event];
      case COLLECTIVE -> text + " in " + group(with[event]);
      default -> name(event);
    };
  }

  static String group(int group) {
    return group == 0 ? "the group of all ranks" : "group " + group;
  }
}
