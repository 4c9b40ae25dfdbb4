package io.heddle.runtime.pool;

import io.heddle.plan.mesh.Interval;

/**
 * Which of the sequences whose prompts a pool has computed go where in the other pool: each replica
 * and batch there gets as many of them as any other, or one fewer, in their order, at its first
 * places.
 *
 * @param all sequences that come
 * @param decode the pool that they come to
 */
record Newcomers(long all, TracedPool decode) {
  private long places() {
    return (long) decode.batches() * decode.instances() * decode.replicas();
  }

  /** The most that come to one replica in one batch. */
  long most() {
    return (all + places() - 1) / places();
  }

  /** Those that come to a replica of an instance in a batch. */
  Interval of(int batch, int instance, long replica) {
    long place = ((long) batch * decode.instances() + instance) * decode.replicas() + replica;
    return new Interval(at(place), at(place + 1));
  }

  private long at(long place) {
    return Math.multiplyExact(all, place) / places();
  }
}
