package io.heddle.runtime.mode;

import io.heddle.plan.schedule.Action.Kind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;

/**
 * A time for each kind of action, place of its micro-batch in the step ({@link Turns}) and chunk,
 * ns.
 */
final class TurnTimes {
  private static final Kind[] KINDS = Kind.values();

  private final EnumMap<Kind, long[][]> nanos = new EnumMap<>(Kind.class);
  private final int chunks;

  TurnTimes(int chunks) {
    this.chunks = chunks;
    for (Kind kind : Kind.values()) {
      nanos.put(kind, new long[Turns.PLACES][chunks]);
    }
  }

  private long[][] all(Kind kind) {
    return Objects.requireNonNull(nanos.get(kind));
  }

  long of(Kind kind, int place, int chunk) {
    return all(kind)[place][chunk];
  }

  void set(Kind kind, int place, int chunk, long time) {
    all(kind)[place][chunk] = time;
  }

  /** The sum of all actions of a micro-batch with the place. */
  long sum(int place) {
    long sum = 0;
    for (Kind kind : KINDS) {
      sum = Math.addExact(sum, sum(kind, place));
    }
    return sum;
  }

  /** The sum of all chunks of a micro-batch with the place. */
  long sum(Kind kind, int place) {
    long sum = 0;
    for (long ofChunk : all(kind)[place]) {
      sum = Math.addExact(sum, ofChunk);
    }
    return sum;
  }

  /** These and others. */
  TurnTimes plus(TurnTimes others) {
    TurnTimes sums = new TurnTimes(chunks);
    nanos.forEach(
        (kind, all) -> {
          for (int place = 0; place < Turns.PLACES; place++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
              sums.set(
                  kind,
                  place,
                  chunk,
                  Math.addExact(all[place][chunk], others.of(kind, place, chunk)));
            }
          }
        });
    return sums;
  }

  /** By how much each is longer than the other's; 0 where it is not. */
  TurnTimes beyond(TurnTimes others) {
    TurnTimes longer = new TurnTimes(chunks);
    nanos.forEach(
        (kind, all) -> {
          for (int place = 0; place < Turns.PLACES; place++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
              long by = all[place][chunk] - others.of(kind, place, chunk);
              longer.set(kind, place, chunk, Math.max(0, by));
            }
          }
        });
    return longer;
  }

  /** Gives all of some the same times: the means of theirs. */
  static void equalize(List<TurnTimes> some) {
    for (Kind kind : Kind.values()) {
      for (int place = 0; place < Turns.PLACES; place++) {
        long sum = 0;
        long chunks = 0;
        for (TurnTimes times : some) {
          sum = Math.addExact(sum, times.sum(kind, place));
          chunks += times.chunks;
        }
        for (TurnTimes times : some) {
          Arrays.fill(times.all(kind)[place], sum / chunks);
        }
      }
    }
  }
}
