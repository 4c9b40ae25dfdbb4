package io.heddle.runtime.chakra;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Bytes of the protobuf wire format on their way to a stream. What is length-delimited is opened,
 * filled and closed: one byte is set aside for the length and only what turns out to be longer than
 * 127 bytes is moved. Lengths and numbers are in their shortest form, so that the bytes are those
 * of protobuf-java.
 */
final class WireBuffer {
  /** A varint of 64 bits has at most so many bytes. */
  static final int MAX_VARINT = 10;

  private static final int CAPACITY = 1 << 16;

  private final OutputStream out;
  private byte[] bytes = new byte[CAPACITY];
  private int end;
  private long flushed;

  WireBuffer(OutputStream out) {
    this.out = out;
  }

  /** Makes sure that {@code count} more bytes fit; writes out what is there if need be. */
  void reserve(int count) throws IOException {
    if (bytes.length - end < count) {
      flush();
      if (bytes.length < count) {
        bytes = new byte[count];
      }
    }
  }

  void flush() throws IOException {
    out.write(bytes, 0, end);
    flushed += end;
    end = 0;
  }

  /** Bytes put in since the beginning. */
  long total() {
    return flushed + end;
  }

  /** Begins something length-delimited; the result is what {@link #close} wants. */
  int open() {
    return end++;
  }

  /** Ends what began at {@code start}. */
  void close(int start) {
    int length = end - start - 1;
    if (length < 0x80) {
      bytes[start] = (byte) length;
      return;
    }
    int extra = varintSize(length) - 1;
    System.arraycopy(bytes, start + 1, bytes, start + 1 + extra, length);
    end = start;
    varint(length);
    end += length;
  }

  /** Takes back all since {@code start}. */
  void discard(int start) {
    end = start;
  }

  void put(int value) {
    bytes[end++] = (byte) value;
  }

  void put(byte[] encoded) {
    System.arraycopy(encoded, 0, bytes, end, encoded.length);
    end += encoded.length;
  }

  void put(byte[] from, int begin, int count) {
    System.arraycopy(from, begin, bytes, end, count);
    end += count;
  }

  /** An unsigned number, seven bits a byte, the lowest first. */
  void varint(long value) {
    long rest = value;
    int at = end;
    while ((rest & ~0x7FL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    end = at;
  }

  /** Puts the characters' low bytes; whether all of them were ASCII. */
  boolean ascii(String text) {
    int at = end;
    int seen = 0;
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      seen |= c;
      bytes[at++] = (byte) c;
    }
    end = at;
    return seen < 0x80;
  }

  /** A number from 0 on, in decimal digits. */
  void decimal(long value) {
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int at = end + digits - 1; at >= end; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    end += digits;
  }

  private static int varintSize(int value) {
    return (38 - Integer.numberOfLeadingZeros(value)) / 7;
  }
}
