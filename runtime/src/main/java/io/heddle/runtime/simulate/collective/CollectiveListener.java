package io.heddle.runtime.simulate.collective;

/** Hears of collectives that are done. */
@FunctionalInterface
public interface CollectiveListener {
  /** The rank's part of the collective in a slot of its table is done. */
  void done(int rank, int slot);
}
