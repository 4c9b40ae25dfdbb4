package io.heddle.processor.model;

import java.util.Set;

/**
 * What conditions on points may name beside the numbers of a plan, where those have no such name.
 */
public final class PointNames {
  /** Of all axes of the mesh together. */
  public static final String RANKS = "ranks";

  /** The most that a rank holds, bytes. */
  public static final String MEMORY = "memory";

  /** Whether its device has as much: 0 or 1, and 1 where it is not known. */
  public static final String FITS = "fits";

  static final Set<String> ALL = Set.of(RANKS, MEMORY, FITS);

  /** Those that take the program of a point to be known. */
  static final Set<String> OF_MEMORY = Set.of(MEMORY, FITS);

  private PointNames() {}
}
