package io.heddle.cli.sweep;

import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.SweepPoint;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Goes through the numbers of a share's points, past those that the numbers alone rule out. */
public final class PointWalk {
  private final SweepCompiler sweep;
  private final Shard share;
  private final Consumer<Excluded> excluded;
  private long number;
  private long passed;

  /**
   * Points that the numbers alone rule out.
   *
   * @param end number of the next point of the share
   */
  public record Excluded(PointResult first, long count, long end) {}

  /**
   * A walk through the points of a sweep.
   *
   * @param excluded hears of those that the numbers alone rule out, in order
   */
  public PointWalk(SweepCompiler sweep, Shard share, Consumer<Excluded> excluded) {
    this.sweep = sweep;
    this.share = share;
    this.excluded = excluded;
    this.number = share.next(0);
  }

  /** The number of the next point that may be a plan; empty behind the last. */
  public OptionalLong next() {
    while (number < sweep.size()) {
      Optional<Excluded> block = excluded();
      if (block.isEmpty()) {
        long point = number;
        number = share.next(number + 1);
        return OptionalLong.of(point);
      }
      excluded.accept(block.get());
      passed += block.get().count();
      number = block.get().end();
    }
    return OptionalLong.empty();
  }

  /** Points that were passed over so far. */
  public long passed() {
    return passed;
  }

  /** Points of the share. */
  public long all() {
    return share.of(sweep.size());
  }

  private Optional<Excluded> excluded() {
    return sweep
        .space()
        .excluded(number)
        .map(
            block -> {
              SweepPoint point = sweep.changes(number);
              PointKey key = PointKey.of(point.changes());
              long end = share.next(Math.min(block.end(), sweep.size()));
              return new Excluded(
                  new PointResult(number, key, point.values(), Optional.empty(), block.reason()),
                  (end - number) / share.count(),
                  end);
            });
  }
}
