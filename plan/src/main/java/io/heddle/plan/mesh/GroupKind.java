package io.heddle.plan.mesh;

import java.util.List;

/**
 * A way to part the ranks into groups: all that differ only along {@code axes} belong together.
 *
 * @param axes names of the axes, in any order
 * @param members which of the ranks along the axes take part
 * @param places where some take part, their coordinates along the one axis, ascending
 */
public record GroupKind(List<String> axes, Members members, List<Integer> places) {
  /** Which coordinates along the axes of a group take part in it. */
  public enum Members {
    /** Every one. */
    ALL,
    /**
     * Every one; where they lie in several nodes, several in each, a sum of theirs goes in two
     * levels, see {@link Group#inside}.
     */
    TWO_LEVEL,
    /** The first and the last, as for a weight that the first and the last stage share. */
    ENDS,
    /** Those at some places, as for a weight that some stages share. */
    SOME
  }

  public GroupKind {
    axes = List.copyOf(axes);
    places = List.copyOf(places);
  }

  /** All ranks along the axes, or those at their ends. */
  public GroupKind(List<String> axes, Members members) {
    this(axes, members, List.of());
  }

  /** All ranks along the axes. */
  public static GroupKind all(String... axes) {
    return new GroupKind(List.of(axes), Members.ALL);
  }

  /** All ranks along the axes, which sum in two levels. */
  public static GroupKind twoLevel(String... axes) {
    return new GroupKind(List.of(axes), Members.TWO_LEVEL);
  }

  /** The ranks at some places along one axis. */
  public static GroupKind some(String axis, Integer... places) {
    return new GroupKind(List.of(axis), Members.SOME, List.of(places));
  }

  /** The first and the last rank along one axis. */
  public static GroupKind ends(String axis) {
    return new GroupKind(List.of(axis), Members.ENDS);
  }
}
