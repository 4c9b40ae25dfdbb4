package io.heddle.cli.interpret;

import io.heddle.plan.mesh.Collective;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.PieceEmitter;
import io.heddle.runtime.emit.RankEmitter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A collective over a group.
 *
 * @param group number of the kind of the group
 * @param bytes place of what it moves
 * @param route of rows of experts that differ in number from rank to rank; -1 of all else
 * @param toExperts whether rows go to their experts, not back from them
 * @param spread of tokens that go once to each node; null of all else
 */
record CollectiveNode(
    String name,
    CollectiveKind kind,
    Exchange exchange,
    int group,
    int bytes,
    int route,
    boolean toExperts,
    @Nullable SpreadPlaces spread) {
  private static final int NONE = -1;

  /** A collective that has nothing to do with rows of experts. */
  CollectiveNode(String name, CollectiveKind kind, Exchange exchange, int group, int bytes) {
    this(name, kind, exchange, group, bytes, NONE, false, null);
  }

  /**
   * Where numbers stand that decide to how many nodes a token goes.
   *
   * @param nodes the most of them; 0: any number
   */
  record SpreadPlaces(int tokens, int experts, int top, long nodes) {}

  /** Emits it whole; what it needs has been named. */
  long run(ProgramNumbers numbers, RankEmitter rank) {
    long moved = numbers.size(bytes);
    if (spread != null) {
      return rank.byNode(
          name,
          group,
          moved,
          numbers.size(spread.tokens()),
          numbers.size(spread.experts()),
          numbers.size(spread.top()),
          spread.nodes(),
          toExperts);
    }
    if (route < 0) {
      return run(rank, moved);
    }
    if (!kind.isExchange()) {
      return run(rank, rank.bytesOfRows(route, moved));
    }
    return toExperts
        ? rank.toExperts(name, group, moved, route)
        : rank.fromExperts(name, group, moved, route);
  }

  /** Emits it with so many bytes. */
  long run(RankEmitter rank, long moved) {
    Collective collective = kind.collective();
    if (collective != null) {
      return rank.collective(name, collective, group, moved, exchange);
    }
    return kind == CollectiveKind.PASS_ON
        ? rank.passOn(name, group, moved)
        : rank.passBack(name, group, moved);
  }

  /** Emits it in pieces. */
  long run(ProgramNumbers numbers, PieceEmitter pieces) {
    return pieces.collective(
        name, Objects.requireNonNull(kind.collective()), group, numbers.size(bytes));
  }
}
