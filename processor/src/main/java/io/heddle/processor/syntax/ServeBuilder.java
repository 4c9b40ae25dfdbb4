package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** Builds what serves requests. */
final class ServeBuilder {
  private final Leaves leaves;

  ServeBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Serve> serve(TfmParser.ServeContext serve) {
    List<ServeItem> items =
        Leaves.lines(
            serve.serveItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.ServeHeadContext head = serve.serveHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Serve(
            leaves.name(head.name(0)),
            leaves.documentation(serve),
            leaves.name(head.name(1)),
            items));
  }

  private ServeItem item(TfmParser.ServeItemContext item) {
    Span span = leaves.span(item);
    if (item.pools() != null) {
      return new ServeItem.Pools(item.pools().pool().stream().map(this::pool).toList(), span);
    }
    if (item.cacheTransfer() != null) {
      return new ServeItem.Transfer(figures(item.cacheTransfer().serveFigures()), span);
    }
    if (item.requests() != null) {
      return requests(item.requests(), span);
    }
    if (item.batching() != null) {
      return new ServeItem.Batching(
          leaves.name(item.batching().name()), figures(item.batching().serveFigures()), span);
    }
    if (item.route() != null) {
      return new ServeItem.Route(
          leaves.name(item.route().name()), figures(item.route().serveFigures()), span);
    }
    return new ServeItem.Goals(item.goals().bound().stream().map(this::bound).toList(), span);
  }

  private ServeItem.Pool pool(TfmParser.PoolContext pool) {
    return new ServeItem.Pool(
        leaves.name(pool.name(0)),
        leaves.integer(pool.INTEGER().getSymbol()),
        leaves.name(pool.name(1)),
        pool.AND() == null ? null : leaves.name(pool.name(2)),
        leaves.span(pool));
  }

  private ServeItem requests(TfmParser.RequestsContext requests, Span span) {
    TerminalNode text = requests.STRING();
    Token file = text == null ? null : text.getSymbol();
    return new ServeItem.Requests(
        leaves.name(requests.name()),
        requests.number() == null ? null : quantity(requests.number(), null),
        file == null ? null : new Name(Leaves.text(file), leaves.span(file)),
        figures(requests.serveFigures()),
        span);
  }

  private ServeItem.Bound bound(TfmParser.BoundContext bound) {
    return new ServeItem.Bound(
        leaves.name(bound.name(0)),
        bound.name().size() > 1 ? leaves.name(bound.name(1)) : null,
        bound.op.getType() == TfmParser.LESS_EQUAL,
        leaves.quantity(bound.quantity()),
        leaves.span(bound));
  }

  private List<ServeItem.ServeFigure> figures(TfmParser.@Nullable ServeFiguresContext figures) {
    return figures == null ? List.of() : figures.serveFigure().stream().map(this::figure).toList();
  }

  private ServeItem.ServeFigure figure(TfmParser.ServeFigureContext figure) {
    return new ServeItem.ServeFigure(
        leaves.name(figure.name(0)),
        figure.number() == null ? null : quantity(figure.number(), figure.unit()),
        figure.number() == null ? leaves.name(figure.name(1)) : null);
  }

  private Quantity quantity(TfmParser.NumberContext number, TfmParser.@Nullable UnitContext unit) {
    return new Quantity(
        leaves.number(number), unit == null ? "" : unit.getText(), leaves.span(number));
  }
}
