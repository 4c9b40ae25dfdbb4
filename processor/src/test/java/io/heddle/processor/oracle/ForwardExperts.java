package io.heddle.processor.oracle;

import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.oracle.Problem.Place;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tokens on their way to experts and back, in the forward pass. */
final class ForwardExperts {
  private final RankRun run;
  private final Place place;
  private final ForwardRun forward;
  private final Contents contents;

  ForwardExperts(RankRun run, ForwardRun forward, Contents contents) {
    this.run = run;
    this.place = forward.place();
    this.forward = forward;
    this.contents = contents;
  }

  Travel travel(Dispatch op) {
    return new Travel(run.grid(), op, run.problem().routing(op));
  }

  /** Whether an axis splits experts and tokens, so that rows go from rank to rank. */
  boolean travels(Dispatch op) {
    Set<String> tokens = forward.assignment(op).restrictedTo(op.tokenDims()).splitAxes();
    Plan plan = run.problem().program().plan();
    return plan.shardOf(op.experts()).stream()
        .anyMatch(
            axis ->
                tokens.contains(axis)
                    || plan.viewOf(axis).stream()
                        .anyMatch(view -> view.from().stream().anyMatch(tokens::contains)));
  }

  void dispatch(Compute node, Dispatch op) {
    Travel travel = travel(op);
    Sharding tokens = node.assignment();
    // Which experts a token goes to depends on its scores.
    boolean scored =
        contents.find(node, op.routing().name()) != null
            || forward.kept(op.routing().name()) != null;
    Contents.require(scored, node, "does not wait for the scores");
    Spread rows =
        Spread.of(
            run.grid(),
            op.result().dims(),
            travel.atTokens(tokens, op.result().dims()),
            rank ->
                Array.einsum(
                    op.result().dims(),
                    travel.routing(tokens, rank),
                    forward.read(node, op.tokens(), rank)));
    if (travels(op)) {
      contents.put(node.output(), Travel.atTokens(op.result().name()), rows);
    } else {
      Sharding here = run.atExperts(forward.program(), op.result());
      contents.put(node.output(), op.result().name(), travel.toExperts(rows, here, List.of()));
    }
  }

  void communicate(Communicate node) {
    for (Operation operation : forward.program().block().operations()) {
      if (operation instanceof Dispatch op && node.tensor().equals(op.result().name())) {
        String rows = Travel.atTokens(node.tensor());
        if (!node.inputs().isEmpty() && contents.has(node.inputs().get(0), rows)) {
          Spread sent = contents.get(node.inputs().get(0), rows);
          Spread arrived = travel(op).toExperts(sent, node.to(), node.axes());
          run.compare(arrived, run.whole().tensor(place, op.result()), place + " " + rows);
          contents.put(node.output(), node.tensor(), arrived);
          return;
        }
      }
    }
    for (Operation operation : forward.program().block().operations()) {
      if (operation instanceof Combine op && node.tensor().equals(op.rows().name())) {
        Spread found = contents.find(node, node.tensor());
        Spread rows = found != null ? found : forward.kept(node.tensor());
        Contents.require(rows != null, node, "waits for no `" + node.tensor() + "`");
        Spread leaving = Contents.sliced(rows, node.from(), node);
        contents.put(node.output(), Travel.atTokens(node.tensor()), back(op, leaving, node.axes()));
        return;
      }
    }
    throw new AssertionError("what does `" + node.operation() + "` carry?");
  }

  private Spread back(Combine op, Spread rows, List<String> axes) {
    Sharding tokens = forward.assignment(op.dispatch());
    Spread back = travel(op.dispatch()).toTokens(rows, tokens, axes);
    Array whole = run.whole().tensor(place, op.rows());
    run.compare(back, filled(op, whole), place + " " + Travel.atTokens(op.rows().name()));
    return back;
  }

  /** Rows that belong to a token; others, which round up the rows of an expert, stay. */
  private Array filled(Combine op, Array rows) {
    Array routing = run.problem().routing(op.dispatch());
    return rows.times(routing.sumTo(List.of(op.dispatch().experts(), op.dispatch().rows())));
  }

  /** What came back to the tokens; it is kept for the gradient of the scores. */
  Spread rowsAtTokens(Compute node, Combine op) {
    String rows = Travel.atTokens(op.rows().name());
    Spread back = travels(op.dispatch()) ? contents.find(node, rows) : null;
    if (!travels(op.dispatch())) {
      Sharding lies = run.atExperts(forward.program(), op.rows());
      Spread found = contents.find(node, op.rows().name(), lies);
      Spread here = found != null ? found : forward.kept(op.rows().name());
      Sharding wanted = here == null ? lies : lies.withPartial(here.sharding().partial());
      back = here == null ? null : back(op, Contents.sliced(here, wanted, node), List.of());
    }
    Contents.require(back != null, node, "does not wait for " + rows);
    return back;
  }

  void combine(Compute node, Combine op) {
    Spread rows = rowsAtTokens(node, op);
    Travel travel = travel(op.dispatch());
    Tensor result = op.result();
    // Sums of rows that are partial sums are partial.
    Set<String> partial = new HashSet<>(rows.sharding().partial());
    partial.removeAll(node.assignment().restrictedTo(op.dispatch().tokenDims()).splitAxes());
    forward.make(
        node,
        result,
        node.assignment().restrictedTo(result.dims()).withPartial(partial),
        rank ->
            Array.einsum(
                result.dims(),
                travel.routing(node.assignment(), rank),
                Mathematics.byExpert(op, forward.read(node, op.routing(), rank)),
                rows.part(rank)));
    contents.put(node.output(), Travel.atTokens(op.rows().name()), rows);
  }
}
