package io.heddle.runtime.mode;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Group;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * How ranks lie to each other in a network: the difference of their coordinates, digit by digit.
 * Where these are the same, messages take as long.
 */
final class Offsets {
  private final int[] sizes;
  private final Map<List<Long>, Integer> shapes = new HashMap<>();

  Offsets(Cluster cluster) {
    this.sizes = cluster.liveDimensions().stream().mapToInt(NetworkDimension::size).toArray();
  }

  /** The difference of all coordinates, as one number. */
  long of(int from, int to) {
    long offset = 0;
    long place = 1;
    int a = from;
    int b = to;
    for (int size : sizes) {
      offset += (b % size - a % size) * place;
      place *= 2L * size - 1;
      a /= size;
      b /= size;
    }
    return offset;
  }

  /** A number that only those lists of ranks share that lie alike around the ranks given. */
  int shape(int around, int[] ranks) {
    List<Long> offsets = Arrays.stream(ranks).mapToObj(rank -> of(around, rank)).toList();
    return shapes.computeIfAbsent(offsets, unused -> shapes.size());
  }

  /** Whether lists of ranks lie alike, each around its own rank. */
  boolean areAlike(int around, int[] ranks, int other, int[] others) {
    if (ranks.length != others.length) {
      return false;
    }
    for (int i = 0; i < ranks.length; i++) {
      if (of(around, ranks[i]) != of(other, others[i])) {
        return false;
      }
    }
    return true;
  }

  /** What is around a rank. */
  PassProgram.Surroundings around(int rank) {
    IdentityHashMap<Group, Integer> known = new IdentityHashMap<>();
    return new PassProgram.Surroundings() {
      @Override
      public int shape(Group group) {
        return known.computeIfAbsent(group, g -> Offsets.this.shape(rank, g.ring()));
      }

      @Override
      public int rank() {
        return rank;
      }
    };
  }
}
