package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Interval;
import java.util.List;

/**
 * What a rank has, or needs, of a tensor that a layer keeps: of these sequences a part of each
 * other dimension but the tokens, of which it has all. Ranks with equal parts are copies of each
 * other; those with different ones have nothing in common.
 */
record CachePart(Interval sequences, List<Interval> dims) {
  CachePart {
    dims = List.copyOf(dims);
  }

  /** Whether it is nothing: a rank may have padding only. */
  boolean isEmpty() {
    return sequences.isEmpty() || dims.stream().anyMatch(Interval::isEmpty);
  }

  /** Elements of a token of each sequence that are in another part, too. */
  long shared(CachePart other) {
    long shared = 1;
    for (int i = 0; i < dims.size(); i++) {
      shared = Math.multiplyExact(shared, dims.get(i).and(other.dims.get(i)).size());
    }
    return shared;
  }
}
