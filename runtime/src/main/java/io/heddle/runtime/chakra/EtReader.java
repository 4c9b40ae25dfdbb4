package io.heddle.runtime.chakra;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads one rank's trace node by node. Memory is that of the largest record, which is never more
 * than the file; unknown fields and attributes are skipped.
 */
public final class EtReader implements Closeable {
  private final boolean names;
  private final RecordInput in;
  private final EtRecord record;
  private final boolean first;

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
    this.names = names;
    this.in = new RecordInput(file);
    try {
      this.first = !in.atEnd() && isNode();
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private boolean isNode() throws IOException {
    int length = in.next();
    return record.isNode(in.bytes(), length);
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
      while (!reader.in.atEnd()) {
        reader.in.skip();
        count++;
      }
      return count;
    }
  }

  /** The file. */
  public Path file() {
    return in.file();
  }

  /**
   * Reads the next node.
   *
   * @return false at the end of the file
   */
  public boolean next(EtNode node) throws IOException {
    if (in.atEnd()) {
      return false;
    }
    long at = in.offset();
    int length = in.next();
    byte[] bytes = in.bytes();
    node.clear(at);
    try {
      record.node(bytes, length, node);
      if (names) {
        node.name = new String(bytes, record.nameAt(), record.nameLength(), StandardCharsets.UTF_8);
        if (node.groupLength > 0) {
          node.group = new String(bytes, node.groupAt, node.groupLength, StandardCharsets.UTF_8);
        }
      }
    } catch (WireScanner.Malformed e) {
      throw new EtFormatException(
          in.file(),
          in.offset() - length + e.position(),
          "node " + node.id() + ": " + e.getMessage());
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
