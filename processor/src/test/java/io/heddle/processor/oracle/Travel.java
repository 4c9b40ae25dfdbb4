package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Sharding;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Rows of experts on their way. At the experts they lie as any tensor does. At the tokens a rank
 * has the rows of its own tokens, and 0 in all others: a partial sum over the axes of the tokens.
 */
final class Travel {
  private final Grid grid;
  private final Dispatch op;
  private final Array routing;

  /**
   * @param routing tokens by experts by rows
   */
  Travel(Grid grid, Dispatch op, Array routing) {
    this.grid = grid;
    this.op = op;
    this.routing = routing;
  }

  /** The name of rows of a tensor at the tokens. */
  static String atTokens(String tensor) {
    return tensor + " at the tokens";
  }

  /** Whether a collective carries rows between tokens and experts. */
  static boolean isTravel(Communicate node) {
    return node.from().equals(node.to());
  }

  /** The routing of the tokens that a rank has. */
  Array routing(Sharding tokens, int rank) {
    return grid.part(routing, tokens.restrictedTo(op.tokenDims()), rank);
  }

  /** How rows lie at the tokens. */
  Sharding atTokens(Sharding tokens, List<Dim> dims) {
    List<Dim> rest =
        dims.stream().filter(d -> !d.equals(op.experts()) && !d.equals(op.rows())).toList();
    return tokens.restrictedTo(rest).withPartial(tokens.restrictedTo(op.tokenDims()).splitAxes());
  }

  /** Rows at their experts: each rank gets what the ranks along the axes have for its own. */
  Spread toExperts(Spread rows, Sharding to, Collection<String> axes) {
    return Spread.of(
        grid,
        rows.dims(),
        to,
        rank ->
            grid.group(rank, axes).stream()
                .map(member -> own(rows.part(member), to, rank))
                .reduce(Array::plus)
                .orElseThrow());
  }

  private Array own(Array rows, Sharding to, int rank) {
    Array own = rows;
    for (Dim dim : List.of(op.experts(), op.rows())) {
      own = own.slice(dim, grid.begin(to, dim, rank), grid.extent(to, dim));
    }
    return own;
  }

  /**
   * Rows back at their tokens, partial sums where those at the experts are: each rank gets those of
   * its own from the ranks along the axes.
   */
  Spread toTokens(Spread rows, Sharding tokens, Collection<String> axes) {
    List<Dim> each = List.of(op.experts(), op.rows());
    Sharding at = atTokens(tokens, rows.dims());
    Set<String> partial = new HashSet<>(at.partial());
    partial.addAll(rows.sharding().partial());
    // Rows of experts that other ranks have.
    partial.addAll(rows.sharding().of(op.experts()));
    partial.removeAll(axes);
    partial.addAll(at.partial());
    return Spread.of(
        grid,
        rows.dims(),
        at.withPartial(partial),
        rank -> {
          Array all =
              grid.group(rank, axes).stream()
                  .map(member -> placed(rows.part(member), rows.sharding(), member))
                  .reduce(Array::plus)
                  .orElseThrow();
          return all.times(routing(tokens, rank).sumTo(each)).sumTo(rows.dims());
        });
  }

  private Array placed(Array rows, Sharding lies, int rank) {
    Array all = rows;
    for (Dim dim : List.of(op.experts(), op.rows())) {
      all = all.placed(dim, grid.begin(lies, dim, rank), grid.size(dim));
    }
    return all;
  }
}
