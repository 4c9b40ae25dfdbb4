package io.heddle.runtime.chakra;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads one rank's trace node by node. Memory is that of the largest record, which is never more
 * than the file; unknown fields and attributes are skipped.
 */
public final class EtReader implements Closeable {
  private static final int LONGEST_RECORD = 1 << 28;
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final boolean names;
  private final long size;
  private final InputStream in;
  private final EtRecord record;
  private byte[] bytes = new byte[512];
  private long offset;
  private boolean first;

  /** Opens a trace; names are left out. */
  public EtReader(Path file) throws IOException {
    this(file, false);
  }

  /**
   * Opens a trace and reads past its metadata.
   *
   * @param names whether nodes are given their names
   */
  public EtReader(Path file, boolean names) throws IOException {
    this(file, names, false);
  }

  /**
   * Opens a trace and reads past its metadata.
   *
   * @param names whether nodes are given their names
   * @param tensors whether they are given the lists of tensors that they read and write
   */
  public EtReader(Path file, boolean names, boolean tensors) throws IOException {
    this.record = new EtRecord(tensors);
    this.file = file;
    this.names = names;
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
      if (size > 0) {
        in.mark(FileKind.LONGEST_MAGIC);
        Optional<String> other = FileKind.of(in.readNBytes(FileKind.LONGEST_MAGIC));
        if (other.isPresent()) {
          throw new EtFormatException(file, other.get());
        }
        in.reset();
        first = record.isNode(bytes, nextRecord());
      }
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Whether the first record, which every reader takes for metadata and skips, is a node: then the
   * trace lacks metadata, and the node is lost.
   */
  public boolean skipsNode() {
    return first;
  }

  /** Number of a trace's records besides the metadata, which are not looked into. */
  public static long count(Path file) throws IOException {
    try (EtReader reader = new EtReader(file)) {
      long count = 0;
      while (reader.offset < reader.size) {
        reader.skipRecord();
        count++;
      }
      return count;
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /**
   * Reads the next node.
   *
   * @return false at the end of the file
   */
  public boolean next(EtNode node) throws IOException {
    if (offset == size) {
      return false;
    }
    long at = offset;
    int length = nextRecord();
    node.clear(at);
    try {
      record.node(bytes, length, node);
      if (names) {
        node.name = new String(bytes, record.nameAt(), record.nameLength(), StandardCharsets.UTF_8);
        if (node.groupLength > 0) {
          node.group = new String(bytes, node.groupAt, node.groupLength, StandardCharsets.UTF_8);
        }
      }
    } catch (EtRecord.Malformed e) {
      throw new EtFormatException(
          file, offset - length + e.position(), "node " + node.id() + ": " + e.getMessage());
    }
    return true;
  }

  private void skipRecord() throws IOException {
    int length = recordLength();
    in.skipNBytes(length);
    offset += length;
  }

  private int nextRecord() throws IOException {
    int count = recordLength();
    if (count > bytes.length) {
      bytes = new byte[Math.max(count, Math.min(2 * bytes.length, LONGEST_RECORD))];
    }
    if (in.readNBytes(bytes, 0, count) != count) {
      throw new EtFormatException(file, offset, "the file ends in a record");
    }
    offset += count;
    return count;
  }

  private int recordLength() throws IOException {
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
