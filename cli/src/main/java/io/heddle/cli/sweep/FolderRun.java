package io.heddle.cli.sweep;

import io.heddle.cli.sweep.PointWalk.Excluded;
import java.util.function.Consumer;

/** Runs those points of a sweep that a folder of results lacks, here or elsewhere. */
@FunctionalInterface
public interface FolderRun {
  /**
   * Runs the points and adds each to the folder when it is finished.
   *
   * @param share of the points that are run
   * @param excluded hears of those that the numbers alone rule out, in order
   * @return the keys of the others, run now or before, with their numbers
   * @throws io.heddle.cli.failure.Failure if the process is told to end, or the folder cannot be
   *     written
   */
  PointKeys run(Swept swept, Shard share, ResultFolder folder, Consumer<Excluded> excluded);
}
