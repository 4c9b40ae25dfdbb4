package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.collective.Rehearsal;

/** Who runs which collective together. */
final class Meetings {
  private static final long OF_ALL_RANKS = 1L << 62;
  private static final int RANK_BITS = 24;

  private final Rehearsal rehearsal;

  Meetings(TraceSetting setting) {
    this.rehearsal = new Rehearsal(setting.machine().machine(), setting.machine().groups());
  }

  /** The same for all collectives that the same ranks run in the same group and dimensions. */
  long key(Skeleton skeleton, int event) {
    int group = skeleton.with[event];
    int involved = skeleton.involved(event);
    int lowest = rehearsal.lowest(skeleton.rank, group, skeleton.type(event), involved);
    return group == 0
        ? OF_ALL_RANKS | ((long) involved << RANK_BITS) | lowest
        : ((long) group << RANK_BITS) | lowest;
  }

  /** How many ranks run the collective. */
  int size(Skeleton skeleton, int event) {
    return rehearsal.size(
        skeleton.rank, skeleton.with[event], skeleton.type(event), skeleton.involved(event));
  }

  /** The ranks that run it. */
  int[] ranks(Skeleton skeleton, int event) {
    int group = skeleton.with[event];
    int type = skeleton.type(event);
    int involved = skeleton.involved(event);
    int lowest = rehearsal.lowest(skeleton.rank, group, type, involved);
    return rehearsal.members(group).stream()
        .mapToInt(Integer::intValue)
        .filter(member -> rehearsal.lowest(member, group, type, involved) == lowest)
        .sorted()
        .toArray();
  }

  /** Numbers that the collective takes in AstraSim's count. */
  int chunks(Skeleton skeleton, int event) {
    return rehearsal.chunks(skeleton.type(event), skeleton.bytes[event]);
  }
}
