package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Interval;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.serving.KeptTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Where the ranks of two pools stand among all: one instance after the other, those of prefill
 * first; and which sequences they share.
 */
final class PoolLayout {
  private final TracedPool prefill;
  private final TracedPool decode;
  private final Newcomers newcomers;

  PoolLayout(TracedPool prefill, TracedPool decode) {
    this.prefill = prefill;
    this.decode = decode;
    this.newcomers =
        new Newcomers(
            Math.multiplyExact(prefill.sequences().size(), (long) prefill.instances()), decode);
  }

  TracedPool prefill() {
    return prefill;
  }

  TracedPool decode() {
    return decode;
  }

  Newcomers newcomers() {
    return newcomers;
  }

  /** The number of the first rank of an instance of prefill. */
  int firstOfPrefill(int instance) {
    return Math.multiplyExact(instance, prefill.ranks());
  }

  /** The number of the first rank of an instance of decode. */
  int firstOfDecode(int instance) {
    return Math.addExact(
        firstOfPrefill(prefill.instances()), Math.multiplyExact(instance, decode.ranks()));
  }

  /** Layers of the model. */
  int layers() {
    return prefill.layers().size();
  }

  /** All ranks. */
  int ranks() {
    return firstOfDecode(decode.instances());
  }

  /**
   * Who has what of a tensor when prompts have been computed.
   *
   * @param kept of each sequence, as ranks of prefill have it
   */
  CacheRanks held(int stage, KeptTensor kept) {
    CacheRanks held = new CacheRanks();
    Parts parts = new Parts(prefill.flattener().mesh(), kept);
    for (int instance = 0; instance < prefill.instances(); instance++) {
      long before = Math.multiplyExact(instance, prefill.sequences().size());
      int first = firstOfPrefill(instance);
      for (int rank = 0; rank < prefill.ranks(); rank++) {
        if (prefill.flattener().stage(rank) == stage) {
          held.add(parts.of(rank, parts.sequences(rank).plus(before)), first + rank);
        }
      }
    }
    return held;
  }

  /**
   * Who needs what of it for the first step of a batch.
   *
   * @param kept of each sequence, as ranks of decode have it
   */
  CacheRanks needed(int batch, int stage, KeptTensor kept) {
    CacheRanks needed = new CacheRanks();
    Parts parts = new Parts(decode.flattener().mesh(), kept);
    for (int instance = 0; instance < decode.instances(); instance++) {
      int first = firstOfDecode(instance);
      for (int rank = 0; rank < decode.ranks(); rank++) {
        if (decode.flattener().stage(rank) == stage) {
          Interval here = parts.sequences(rank);
          long end = (here.end() + decode.perReplica() - 1) / decode.perReplica();
          for (long replica = here.begin() / decode.perReplica(); replica < end; replica++) {
            needed.add(parts.of(rank, coming(batch, instance, replica, here)), first + rank);
          }
        }
      }
    }
    return needed;
  }

  /** Those that come to a replica, at places that a rank has. */
  private Interval coming(int batch, int instance, long replica, Interval here) {
    long begin = replica * decode.perReplica();
    Interval coming = newcomers.of(batch, instance, replica);
    Interval places = Interval.first(coming.size()).plus(begin).and(here);
    return places.plus(coming.begin() - begin);
  }

  /** The parts of the ranks of a mesh. */
  private static final class Parts {
    private final IntFunction<Interval> sequences;
    private final List<IntFunction<Interval>> dims = new ArrayList<>();

    Parts(Mesh mesh, KeptTensor kept) {
      this.sequences = kept.sequences().parts(mesh);
      kept.dims().forEach(dim -> dims.add(dim.parts(mesh)));
    }

    Interval sequences(int rank) {
      return sequences.apply(rank);
    }

    CachePart of(int rank, Interval ofSequences) {
      return new CachePart(ofSequences, dims.stream().map(dim -> dim.apply(rank)).toList());
    }
  }
}
