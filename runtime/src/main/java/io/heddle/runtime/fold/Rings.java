package io.heddle.runtime.fold;

import io.heddle.plan.mesh.PartedRanks;
import java.util.List;

/** Rings of one size that have no rank in common. */
sealed interface Rings {
  /** How many there are. */
  int count();

  /** Members of each. */
  int size();

  /** The rank at a place of a ring. */
  int member(int ring, int place);

  /** How their members differ, for a person. */
  String places();

  /** The members of a ring in their order. */
  default int[] members(int ring) {
    int[] members = new int[size()];
    for (int place = 0; place < members.length; place++) {
      members[place] = member(ring, place);
    }
    return members;
  }

  /** The rings of a plan's groups. */
  record OfGroups(PartedRanks groups) implements Rings {
    @Override
    public int count() {
      return groups.groups();
    }

    @Override
    public int size() {
      return groups.groupSize();
    }

    @Override
    public int member(int ring, int place) {
      return groups.member(ring, place);
    }

    @Override
    public String places() {
      return "place in groups along " + String.join(", ", groups.axes());
    }
  }

  /**
   * The ranks that differ in one dimension of the network: each phase of a collective of all ranks
   * goes round them.
   *
   * @param ranks of the network
   * @param dimension its number
   * @param size of the dimension
   * @param stride between neighbours
   */
  record OfDimension(int ranks, int dimension, int size, int stride) implements Rings {
    @Override
    public int count() {
      return ranks / size;
    }

    @Override
    public int member(int ring, int place) {
      return ring / stride * stride * size + ring % stride + place * stride;
    }

    @Override
    public String places() {
      return "place in network dimension " + dimension;
    }
  }

  /** The rings of all groups. */
  static List<Rings> of(List<PartedRanks> parted) {
    return parted.stream().<Rings>map(OfGroups::new).toList();
  }
}
