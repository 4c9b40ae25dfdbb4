package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;

/**
 * How a collective is cut up. Every chunk, a short last one too, is run with all its bytes.
 *
 * @param count at least 1
 * @param bytes of each
 */
public record Chunks(int count, long bytes) {
  private static final int MOST = 1 << 20;

  /**
   * Cuts a collective.
   *
   * @param size of the collective
   * @param splits chunks asked for
   * @param ranks of the whole network
   */
  public static Chunks of(Collective collective, long size, int splits, int ranks) {
    if (splits == 0) {
      throw new CannotRunException(
          "the system file says nothing of preferred-dataset-splits: a collective needs 1 or more");
    }
    if (size < 0) {
      throw new CannotRunException(
          "a collective of " + Long.toUnsignedString(size) + " bytes: must be below 2^63");
    }
    long bytes = size / splits;
    long whole = size;
    if (collective.givesPart()) {
      if (bytes == 0) {
        throw new CannotRunException(
            collective.astraSimName()
                + " of "
                + size
                + " bytes in "
                + splits
                + " splits never ends: the shard must have a byte for each split");
      }
    } else if (ranks > bytes) {
      bytes = ranks;
      whole = CollectiveBytes.times(ranks, splits);
    }
    long count = (whole - 1) / bytes + 1;
    if (count > MOST) {
      throw new CannotRunException(
          count
              + " chunks of one collective, more than "
              + MOST
              + ": lower"
              + " preferred-dataset-splits");
    }
    return new Chunks((int) count, bytes);
  }
}
