package io.heddle.runtime.chakra;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The records of a trace, one after the other, each behind its length. Memory is that of the
 * largest, which is never more than the file.
 */
final class RecordInput implements Closeable {
  private static final int LONGEST_RECORD = 1 << 28;
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final long size;
  private final InputStream in;
  private byte[] bytes = new byte[512];
  private long offset;

  /**
   * Opens a trace.
   *
   * @throws EtFormatException if there is no such file, or one of another kind
   */
  RecordInput(Path file) throws IOException {
    this.file = file;
    try {
      if (!Files.isRegularFile(file) && Files.exists(file)) {
        throw new EtFormatException(file, "not a file");
      }
      this.size = Files.size(file);
      this.in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    } catch (NoSuchFileException e) {
      throw new EtFormatException(file, "no such file; one trace per rank is needed");
    }
    try {
      in.mark(FileKind.LONGEST_MAGIC);
      Optional<String> other = FileKind.of(in.readNBytes(FileKind.LONGEST_MAGIC));
      if (other.isPresent()) {
        throw new EtFormatException(file, other.get());
      }
      in.reset();
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  Path file() {
    return file;
  }

  boolean atEnd() {
    return offset == size;
  }

  /** Bytes that were read. */
  long offset() {
    return offset;
  }

  /** The record that was read last begins here; the next one overwrites it. */
  byte[] bytes() {
    return bytes;
  }

  /** Reads the next record; returns its length. */
  int next() throws IOException {
    int count = length();
    if (count > bytes.length) {
      bytes = new byte[Math.max(count, Math.min(2 * bytes.length, LONGEST_RECORD))];
    }
    if (in.readNBytes(bytes, 0, count) != count) {
      throw new EtFormatException(file, offset, "the file ends in a record");
    }
    offset += count;
    return count;
  }

  void skip() throws IOException {
    int length = length();
    in.skipNBytes(length);
    offset += length;
  }

  private int length() throws IOException {
    long at = offset;
    long length = 0;
    for (int shift = 0; ; shift += 7) {
      int b = in.read();
      if (b < 0) {
        throw new EtFormatException(file, at, "the file ends in the length of a record");
      }
      offset++;
      if (shift > 28) {
        throw new EtFormatException(file, at, "the length of a record is no 32-bit number");
      }
      length |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        break;
      }
    }
    if (length > size - offset) {
      throw new EtFormatException(
          file, at, "a record of " + length + " bytes, but only " + (size - offset) + " follow");
    }
    if (length > LONGEST_RECORD) {
      throw new EtFormatException(
          file, at, "a record of " + length + " bytes; more than " + LONGEST_RECORD + " are none");
    }
    return (int) length;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
