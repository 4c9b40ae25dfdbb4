package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranks that run collectives together, two or more. */
@Api
public final class Group {
  private final int id;
  private final String name;
  private final List<String> axes;
  private final int[] ring;
  private final @Nullable Group inside;
  private final @Nullable Group between;

  Group(int id, String name, List<String> axes, int[] ring) {
    this(id, name, List.copyOf(axes), ring.clone(), null, null);
  }

  private Group(
      int id,
      String name,
      List<String> axes,
      int[] ring,
      @Nullable Group inside,
      @Nullable Group between) {
    this.id = id;
    this.name = name;
    this.axes = axes;
    this.ring = ring;
    this.inside = inside;
    this.between = between;
  }

  /** The same, as one of its members sees it that sums in two levels. */
  Group inLevels(Group insideNode, Group betweenNodes) {
    return new Group(id, name, axes, ring, insideNode, betweenNodes);
  }

  /** From 1; unique in the plan, the same on every member. */
  public int id() {
    return id;
  }

  /** Such as {@code tp@pp0.dp1}: its axes, then the coordinates that its members share. */
  public String name() {
    return name;
  }

  /** The axes along which members differ, outermost first. */
  public List<String> axes() {
    return axes;
  }

  /**
   * Of a group that sums in two levels, the members in one node, the rank among them that asked for
   * the group; null of all others.
   */
  public @Nullable Group inside() {
    return inside;
  }

  /**
   * Of a group that sums in two levels, the members at the place of the rank that asked for the
   * group, one in each node; null of all others.
   */
  public @Nullable Group between() {
    return between;
  }

  /**
   * How many of its members each node has of which it has any; 0 if that differs.
   *
   * @param nodeRanks ranks of a node; 0 where all ranks are in one
   */
  public int membersInNode(int nodeRanks) {
    if (nodeRanks == 0) {
      return ring.length;
    }
    int[] ascending = ring.clone();
    Arrays.sort(ascending);
    return NodeLevel.evenShare(ascending, nodeRanks);
  }

  /** Number of members. */
  public int size() {
    return ring.length;
  }

  /** The rank at a position of the ring, from 0. */
  public int member(int position) {
    return ring[position];
  }

  /** Position of a member on the ring, from 0; -1 where the rank is none. */
  public int position(int rank) {
    for (int i = 0; i < ring.length; i++) {
      if (ring[i] == rank) {
        return i;
      }
    }
    return -1;
  }

  /** All members in the order of their ring. */
  public int[] ring() {
    return ring.clone();
  }
}
