package io.heddle.runtime.chakra;

/** Goes through the bytes of a protocol buffer message, field by field. */
abstract class WireScanner {
  /** Bytes that are no protocol buffer message. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final int position;

    Malformed(String message, int position) {
      super(message, null, false, false);
      this.position = position;
    }

    int position() {
      return position;
    }
  }

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  byte[] bytes = {};

  /** Where the next byte is. */
  int at;

  /** The key of the field that begins here: its number, and its wire type in the last 3 bits. */
  final int tag(int end) throws Malformed {
    int begin = at;
    long tag = varint(end);
    if (tag >>> 3 == 0 || tag > 0xffff_ffffL || tag < 0) {
      throw new Malformed("no field has the number " + (tag >>> 3), begin);
    }
    return (int) tag;
  }

  /** Reads a length and returns where what it covers ends. */
  final int end(int limit) throws Malformed {
    int begin = at;
    long length = varint(limit);
    if (length < 0 || length > limit - at) {
      throw new Malformed(
          "a field of "
              + Long.toUnsignedString(length)
              + " bytes where only "
              + (limit - at)
              + " are left",
          begin);
    }
    return at + (int) length;
  }

  final void skip(int wire, int end) throws Malformed {
    switch (wire) {
      case VARINT -> varint(end);
      case FIXED64 -> fixed(8, end);
      case FIXED32 -> fixed(4, end);
      case BYTES -> at = end(end);
      default -> throw new Malformed("wire type " + wire + " is not used by Chakra", at);
    }
  }

  final long fixed(int size, int end) throws Malformed {
    if (size > end - at) {
      throw new Malformed("a number is cut off", at);
    }
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes[at++] & 0xffL) << (8 * i);
    }
    return value;
  }

  final long varint(int end) throws Malformed {
    int begin = at;
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new Malformed("a number is cut off", begin);
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new Malformed("a number has more than 10 bytes", begin);
  }
}
