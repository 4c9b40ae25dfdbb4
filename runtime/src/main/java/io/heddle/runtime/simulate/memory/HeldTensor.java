package io.heddle.runtime.simulate.memory;

import java.util.ArrayList;
import java.util.List;

/** A tensor of one rank: who wrote it, and who read it. */
final class HeldTensor {
  /**
   * A node that writes or reads a tensor.
   *
   * @param node its id, unsigned
   * @param from tick at which it was issued, ns
   * @param to tick at which it was done, ns
   */
  record Access(long node, String name, long from, long to) {}

  /** What writes a tensor that is there before anybody wrote it. */
  static final Access UNDEFINED = new Access(-1, "UNDEFINED", 0, 10);

  private final String name;
  private final long size;
  private final Access write;
  private final List<Access> reads = new ArrayList<>();

  HeldTensor(String name, long size, Access write) {
    this.name = name;
    this.size = size;
    this.write = write;
  }

  String name() {
    return name;
  }

  /** Bytes, unsigned. */
  long size() {
    return size;
  }

  Access write() {
    return write;
  }

  List<Access> reads() {
    return reads;
  }

  boolean isRead() {
    return !reads.isEmpty();
  }

  /** Tick from which it is there: when its writer is issued. */
  long begin() {
    return write.from();
  }

  /** Tick at which the last node that reads it ends; there is one. */
  long end() {
    return reads.get(reads.size() - 1).to();
  }
}
