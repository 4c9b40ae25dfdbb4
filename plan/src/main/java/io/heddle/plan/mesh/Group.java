package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.List;

/** Ranks that run collectives together, two or more. */
@Api
public final class Group {
  private final int id;
  private final String name;
  private final List<String> axes;
  private final int[] ring;

  Group(int id, String name, List<String> axes, int[] ring) {
    this.id = id;
    this.name = name;
    this.axes = List.copyOf(axes);
    this.ring = ring.clone();
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
