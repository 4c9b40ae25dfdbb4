package io.heddle.processor.lower;

import io.heddle.plan.Quantisation;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.lower.NodeList.Kernel;
import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
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
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private final @Nullable Quantisation quantised;

  ExpertTravel(BlockContext context, Dispatch dispatch) {
    this.context = context;
    this.dispatch = dispatch;
    this.layout = new ExpertLayout(context.plan, dispatch);
    this.quantised = TensorFormats.travelling(context.plan, dispatch);
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

  /** Bytes of these rows as they travel to their experts. */
  private Size sentBytes(Sharding tokens) {
    if (quantised == null) {
      return rowBytes(tokens);
    }
    List<Dim> dims = dispatch.tokens().dims();
    List<Dim> width = dims.stream().filter(dim -> !dispatch.tokenDims().contains(dim)).toList();
    Size rows = Size.product(tokens.elements(dispatch.tokenDims()), new Size.Value(dispatch.top()));
    return Size.product(
        Size.share(rows, layout.choosingAxes()),
        new Size.Quantised(tokens.elements(width), Size.Quantity.EXCHANGES));
  }

  private Size rowBytes(Sharding tokens) {
    return Size.product(rowElements(tokens), new Size.ElementBytes(Format.TENSOR));
  }

  /**
   * The kernel on the side of the tokens that writes rows which go to their experts, quantised
   * where they travel so: it reads the tokens as often as that asks for.
   *
   * @param cost operations for one element of a row
   * @param read how often it reads rows that came back
   * @param whole bytes of the tokens that it reads, or of their gradient
   */
  Value send(
      NodeList nodes,
      Sharding tokens,
      String operation,
      String kind,
      List<Value> inputs,
      String name,
      int cost,
      int read,
      Size whole) {
    String title = quantised == null ? kind : kind + " " + quantised.words();
    Size sent = sentBytes(tokens);
    Size moved = Size.sum(Size.product(Size.of(read), rowBytes(tokens)), sent);
    int reads = quantised == null ? 1 : quantised.reads();
    Size bytes = Size.sum(moved, Size.product(Size.of(reads), whole));
    Kernel kernel = beside(nodes, tokens, operation, title, cost, bytes);
    return nodes.compute(kernel.making(sent), name, inputs);
  }

  /**
   * The kernel on the side of the tokens that adds up what came back.
   *
   * @param cost operations for one element of a row
   * @param touched how often the rows are read or written
   * @param whole bytes of what it makes of them, or for the gradient of scores reads beside them
   */
  Value sort(
      NodeList nodes,
      Sharding tokens,
      String operation,
      String kind,
      List<Value> inputs,
      String name,
      int cost,
      int touched,
      Size whole) {
    Size moved = Size.sum(Size.product(Size.of(touched), rowBytes(tokens)), whole);
    return nodes.compute(beside(nodes, tokens, operation, kind, cost, moved), name, inputs);
  }

  /**
   * A kernel beside the exchange.
   *
   * @param moved bytes of rows and tokens; the scores come besides
   */
  private Kernel beside(
      NodeList nodes, Sharding tokens, String operation, String title, int cost, Size moved) {
    Size rows = rowElements(tokens);
    Size bytes = Size.sum(moved, nodes.bytes(dispatch.routing(), tokens));
    return new Kernel(
        operation,
        KernelFunction.copy(title),
        new Shape.Elements(rows),
        Size.product(Size.of(cost), rows),
        bytes,
        Size.ZERO,
        tokens,
        dispatch.span());
  }

  /** The rows as they came back, which the gradient of the scores is made from. */
  Saved saved(String rows, Sharding tokens) {
    return new Saved(rows + ".back", Saved.Kind.TENSOR, rowBytes(tokens));
  }

  /**
   * All rows of a rank go to their experts. Quantised ones are widened there, unless the products
   * of the experts read them as they are.
   *
   * @param name of the rows, or of their gradient
   * @param dims of the rows
   * @param made how they lie at their experts
   */
  Placed toExperts(
      NodeList nodes, String name, List<Dim> dims, Sharding made, Sharding tokens, Value sorted) {
    Format format = quantised == null ? Format.TENSOR : Format.ROW;
    Placed sent = new Placed(name, dims, made, sorted, format);
    Value came = exchange(nodes, sent, tokens, true);
    return quantised == null || TensorFormats.staysQuantised(context.plan, dispatch)
        ? new Placed(name, dims, made, came, format)
        : new Placed(name, dims, made, widened(nodes, sent, came), Format.TENSOR);
  }

  private Value widened(NodeList nodes, Placed rows, Value came) {
    String name = rows.tensor();
    List<Dim> dims = rows.dims();
    Sharding made = rows.sharding();
    Size elements = made.elements(dims);
    Size bytes = Size.sum(made.bytes(dims, Format.ROW), made.bytes(dims, Format.TENSOR));
    Kernel kernel =
        new Kernel(
            "widen." + name,
            KernelFunction.copy("widen " + quantised),
            new Shape.Elements(elements),
            elements,
            bytes,
            Size.ZERO,
            made,
            dispatch.span());
    return nodes.compute(kernel, name + ".widened", List.of(came));
  }

  /** All rows of a rank come back to their tokens. */
  Value back(NodeList nodes, Placed rows, Sharding tokens) {
    return exchange(nodes, rows, tokens, false);
  }

  /** The exchange itself: all rows of a rank, over axes of the experts. */
  private Value exchange(NodeList nodes, Placed rows, Sharding tokens, boolean toExperts) {
    Size bytes = toExperts ? sentBytes(tokens) : rowBytes(tokens);
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
