package io.heddle.plan.mesh;

import java.util.List;

/**
 * A way to part the ranks into groups: all that differ only along {@code axes} belong together.
 *
 * @param axes names of the axes, in any order
 * @param members which of the ranks along the axes take part
 */
public record GroupKind(List<String> axes, Members members) {
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
    ENDS
  }

  public GroupKind {
    axes = List.copyOf(axes);
  }

  /** All ranks along the axes. */
  public static GroupKind all(String... axes) {
    return new GroupKind(List.of(axes), Members.ALL);
  }

  /** All ranks along the axes, which sum in two levels. */
  public static GroupKind twoLevel(String... axes) {
    return new GroupKind(List.of(axes), Members.TWO_LEVEL);
  }

  /** The first and the last rank along one axis. */
  public static GroupKind ends(String axis) {
    return new GroupKind(List.of(axis), Members.ENDS);
  }
}
