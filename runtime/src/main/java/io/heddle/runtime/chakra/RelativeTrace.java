package io.heddle.runtime.chakra;

import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.chakra.proto.NodeType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Makes the trace of a rank from one that is that of several, see {@link RelativeNames}: what names
 * groups and other ranks is replaced, all else stays as it is, byte for byte.
 */
public final class RelativeTrace extends WireScanner {
  private static final byte[] GROUP_KIND = attribute(RelativeNames.GROUP_KIND);
  private static final byte[] PEER_KIND = attribute(RelativeNames.PEER_KIND);
  private static final byte[] PEER_DISTANCE = attribute(RelativeNames.PEER_DISTANCE);

  /** By how much a record may grow: it has one group, or two ranks. */
  private static final int ROOM = 128;

  private static final int NO_KIND = -1;

  /** What a rank finds where it is. */
  public interface Surroundings {
    /** The id of its group of a kind; negative if it is in none. */
    int group(int kind);

    /** The rank so many places further on the ring of that group; negative if it is in none. */
    int member(int kind, int distance);
  }

  private final int rank;
  private final int ranks;
  private final Surroundings surroundings;
  private final WireBuffer out;
  private int type;
  private int peerKind;
  private boolean isNamed;

  private RelativeTrace(int rank, int ranks, Surroundings surroundings, WireBuffer out) {
    this.rank = rank;
    this.ranks = ranks;
    this.surroundings = surroundings;
    this.out = out;
  }

  /**
   * Writes the trace of a rank.
   *
   * @param file the trace of several, the rank among them
   * @param ranks how many there are in all
   * @throws EtFormatException if the file is no such trace, or not one of the rank
   */
  public static void write(
      Path file, int rank, int ranks, Surroundings surroundings, OutputStream to)
      throws IOException {
    WireBuffer out = new WireBuffer(to);
    RelativeTrace trace = new RelativeTrace(rank, ranks, surroundings, out);
    try (RecordInput in = new RecordInput(file)) {
      boolean isMetadata = true;
      while (!in.atEnd()) {
        int length = in.next();
        try {
          trace.record(in.bytes(), length, isMetadata);
        } catch (Malformed e) {
          throw new EtFormatException(
              file, in.offset() - length + e.position(), "rank " + rank + ": " + e.getMessage());
        }
        isMetadata = false;
      }
      out.flush();
    }
  }

  private void record(byte[] read, int length, boolean isMetadata) throws IOException, Malformed {
    bytes = read;
    at = 0;
    type = 0;
    peerKind = NO_KIND;
    isNamed = false;
    out.reserve(Math.addExact(length, ROOM));
    int record = out.open();
    if (isMetadata) {
      out.put(read, 0, length);
    } else {
      fields(length);
    }
    out.close(record);
  }

  private void fields(int length) throws Malformed {
    int begin = 0;
    while (at < length) {
      int field = at;
      int tag = tag(length);
      if (tag == Wire.ATTRIBUTE) {
        int end = end(length);
        if (isReplaced(end)) {
          out.put(bytes, begin, field - begin);
          replace(end);
          begin = end;
        }
        at = end;
      } else if (tag == Wire.NODE_TYPE) {
        type = (int) varint(length);
      } else {
        skip(tag & 7, length);
      }
    }
    out.put(bytes, begin, length - begin);
  }

  private boolean isReplaced(int end) {
    return begins(GROUP_KIND, end) || begins(PEER_KIND, end) || begins(PEER_DISTANCE, end);
  }

  private boolean begins(byte[] attribute, int end) {
    return end - at > attribute.length
        && Arrays.equals(bytes, at, at + attribute.length, attribute, 0, attribute.length);
  }

  private void replace(int end) throws Malformed {
    int begin = at;
    boolean isGroup = begins(GROUP_KIND, end);
    boolean isKind = begins(PEER_KIND, end);
    at += (isGroup ? GROUP_KIND : isKind ? PEER_KIND : PEER_DISTANCE).length;
    int value = (int) varint(end);
    if (at != end || isNamed || (isKind && peerKind != NO_KIND)) {
      throw new Malformed("what names a group or a rank is there twice, or more than that", begin);
    }
    if (isKind) {
      peerKind = value;
      return;
    }
    isNamed = true;
    if (isGroup) {
      EtWriter.groupName(out, known(surroundings.group(value), value, begin));
    } else if (peerKind == NO_KIND) {
      message((long) rank + value, begin);
    } else {
      message(known(surroundings.member(peerKind, value), peerKind, begin), begin);
    }
  }

  private static int known(int found, int kind, int begin) throws Malformed {
    if (found < 0) {
      throw new Malformed("it is in no group of the kind " + kind, begin);
    }
    return found;
  }

  private void message(long peer, int begin) throws Malformed {
    if (peer < 0 || peer >= ranks || peer == rank) {
      throw new Malformed("rank " + peer + " is no other rank of " + ranks, begin);
    }
    boolean isReceived = type == NodeType.COMM_RECV_NODE_VALUE;
    if (!isReceived && type != NodeType.COMM_SEND_NODE_VALUE) {
      throw new Malformed("a node that is no message names a rank", begin);
    }
    int other = (int) peer;
    EtWriter.ends(out, isReceived ? other : rank, isReceived ? rank : other);
  }

  private static byte[] attribute(String name) {
    return Wire.numberAttribute(name, AttributeProto.INT32_VAL_FIELD_NUMBER);
  }
}
