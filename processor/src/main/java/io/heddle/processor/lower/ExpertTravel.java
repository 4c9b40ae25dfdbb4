package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.ExpertWay.Spread;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.List;

/**
 * Tokens on their way to experts and back. Before they leave, each axis that the experts regroup
 * splits the tokens; then each rank sends its tokens, {@code top} times each, over the axes of the
 * experts. Ranks along axes of experts that split no tokens have the same ones: in a step of
 * inference each takes the rows of its own experts, and what it adds up of them is a partial sum.
 */
final class ExpertTravel {
  private final BlockContext context;
  private final Dispatch dispatch;
  private final ExpertLayout layout;

  ExpertTravel(BlockContext context, Dispatch dispatch) {
    this.context = context;
    this.dispatch = dispatch;
    this.layout = new ExpertLayout(context.plan, dispatch);
  }

  /** How the tokens lie when they leave and when they come back; each of them is whole. */
  Assignment tokens() {
    Assignment assigned =
        context.assignments.assign(
            dispatch.span(),
            dispatch.tokenDims(),
            Binding.of(layout.tokens(), Origin.Rule.EXPERTS, null),
            null,
            List.of());
    boolean choose = context.plan.inference() != null;
    for (String axis : layout.choosingAxes()) {
      if (!choose) {
        context
            .diagnostics
            .report(Code.EXPERTS_OFF_TOKENS, dispatch.span(), axis)
            .help("split the experts over an axis of the tokens, or over a view of such axes")
            .add();
      } else if (context.plan.experts().load() != null) {
        context
            .diagnostics
            .report(Code.EXPERTS_OFF_TOKENS, dispatch.span(), axis)
            .help("leave `load` out of `experts`, or split the experts over an axis of the tokens")
            .add();
      } else if (context.plan.experts().exchange() == Plan.Exchange.BY_NODE
          && !layout.exchangeAxes().isEmpty()) {
        context
            .diagnostics
            .report(Code.EXPERTS_OFF_TOKENS, dispatch.span(), axis)
            .help("leave `exchange = by_node` out, or split the experts over an axis of the tokens")
            .add();
      }
    }
    return assigned;
  }

  /** The axes over which what comes back to a token is a partial sum: of some of its experts. */
  List<String> partial() {
    return layout.choosingAxes();
  }

  /** Elements of all rows that one rank takes of its tokens, to send them or for itself. */
  private Size rowElements(Sharding tokens) {
    Size all =
        Size.product(tokens.elements(dispatch.tokens().dims()), new Size.Value(dispatch.top()));
    return Size.share(all, layout.choosingAxes());
  }

  /**
   * The kernel beside the exchange, on the side of the tokens: it sorts tokens by expert, or adds
   * up what comes back.
   *
   * @param cost operations for one element of a row
   * @param touched how often the rows are read or written
   */
  Value sort(
      NodeList nodes,
      Sharding tokens,
      String operation,
      String kind,
      List<Value> inputs,
      String name,
      int cost,
      int touched) {
    Size rows = rowElements(tokens);
    Size bytes =
        Size.sum(
            Size.product(Size.of(touched), rows, new Size.ElementBytes(Size.Format.TENSOR)),
            Kernels.bytes(dispatch.tokens().dims(), tokens),
            Kernels.bytes(dispatch.routing().dims(), tokens));
    return nodes.compute(
        new Kernel(
            operation,
            KernelFunction.copy(kind),
            new Shape.Elements(rows),
            Size.product(Size.of(cost), rows),
            bytes,
            Size.ZERO,
            tokens,
            dispatch.span()),
        name,
        inputs);
  }

  /** The rows as they came back, which the gradient of the scores is made from. */
  Saved saved(String rows, Sharding tokens) {
    Size bytes = Size.product(rowElements(tokens), new Size.ElementBytes(Size.Format.TENSOR));
    return new Saved(rows + ".back", Saved.Kind.TENSOR, bytes);
  }

  /** All rows of a rank go to their experts. */
  Value toExperts(NodeList nodes, Placed rows, Sharding tokens) {
    return exchange(nodes, rows, tokens, true);
  }

  /** All rows of a rank come back to their tokens. */
  Value back(NodeList nodes, Placed rows, Sharding tokens) {
    return exchange(nodes, rows, tokens, false);
  }

  /** The exchange itself: all rows of a rank, over axes of the experts. */
  private Value exchange(NodeList nodes, Placed rows, Sharding tokens, boolean toExperts) {
    Size bytes = Size.product(rowElements(tokens), new Size.ElementBytes(Size.Format.TENSOR));
    Spread spread =
        new Spread(
            tokens.elements(dispatch.tokenDims()),
            new Size.Extent(dispatch.experts(), List.of()),
            new Size.Value(dispatch.top()),
            context.plan.experts().nodes());
    return nodes.exchange(
        rows, bytes, layout.exchangeAxes(), rows.sharding(), dispatch, toExperts, spread);
  }
}
