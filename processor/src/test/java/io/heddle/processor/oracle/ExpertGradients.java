package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import java.util.List;

/** Gradients of rows on their way to experts and back, which go the other way. */
final class ExpertGradients {
  private final Tape tape;

  ExpertGradients(Tape tape) {
    this.tape = tape;
  }

  private Travel travel(Dispatch op) {
    return tape.forward().experts().travel(op);
  }

  /** The gradient of what came back goes out; that of what was sent out comes back. */
  void communicate(Communicate node, Tensor of) {
    Contents.require(node.inputs().size() == 1, node, "carries nothing");
    Contents contents = tape.contents();
    String name = GradientTerms.name(of);
    String atTokens = Travel.atTokens(name);
    if (contents.has(node.inputs().get(0), atTokens)) {
      Spread sent = contents.get(node.inputs().get(0), atTokens);
      Spread arrived = travel(dispatch(of)).toExperts(sent, node.to(), node.axes());
      tape.gradients().arrive(of, node.output(), arrived);
      return;
    }
    Spread rows = contents.find(node, name);
    Contents.require(rows != null, node, "waits for no `" + name + "`");
    Dispatch op = dispatch(of);
    Sharding tokens = tape.forward().assignment(op);
    contents.put(
        node.output(),
        atTokens,
        travel(op).toTokens(Contents.sliced(rows, node.from(), node), tokens, node.axes()));
  }

  private Dispatch dispatch(Tensor rows) {
    for (Operation operation : tape.forward().program().block().operations()) {
      if (operation instanceof Dispatch op && op.result().equals(rows)) {
        return op;
      }
      if (operation instanceof Combine op && op.rows().equals(rows)) {
        return op.dispatch();
      }
    }
    throw new AssertionError(rows.name() + " does not travel");
  }

  /**
   * The rows' gradient is that of their token, times its score; the score's is the product of both
   * over what a row consists of. The rows that came back in the forward pass have been kept.
   */
  void combine(Compute node, Combine op) {
    Spread gradient = tape.gradient(node, op.result());
    Travel travel = travel(op.dispatch());
    Sharding tokens = node.assignment();
    Spread kept = tape.forward().rowsAtTokens(op);
    tape.makeAlone(
        node,
        op.routing(),
        tokens.restrictedTo(op.routing().dims()),
        rank -> {
          Array scores = Mathematics.byExpert(op, tape.whole(op.routing()));
          return Mathematics.byScore(
              op,
              Array.einsum(
                  scores.dims(),
                  travel.routing(tokens, rank),
                  kept.part(rank),
                  gradient.part(rank)));
        });
    if (!tape.hasGradient(op.rows())) {
      return;
    }
    List<Dim> dims = op.rows().dims();
    Spread rows =
        Spread.of(
            tape.grid(),
            dims,
            travel.atTokens(tokens, dims),
            rank ->
                Array.einsum(
                    dims,
                    travel.routing(tokens, rank),
                    Mathematics.byExpert(op, tape.read(node, op.routing(), rank)),
                    gradient.part(rank)));
    if (tape.forward().experts().travels(op.dispatch())) {
      tape.contents().put(node.output(), Travel.atTokens(GradientTerms.name(op.rows())), rows);
    } else {
      Sharding here = tape.run().atExperts(tape.forward().program(), op.rows());
      tape.gradients().arrive(op.rows(), node.output(), travel.toExperts(rows, here, List.of()));
    }
  }

  /** The gradient of a token is the sum of those of its rows. */
  void dispatch(Compute node, Dispatch op) {
    Contents contents = tape.contents();
    Travel travel = travel(op);
    Sharding tokens = node.assignment();
    Spread back;
    if (tape.forward().experts().travels(op)) {
      back = contents.find(node, Travel.atTokens(GradientTerms.name(op.result())));
    } else {
      tape.gradients().reach(op.result());
      Sharding lies = tape.run().atExperts(tape.forward().program(), op.result());
      Spread here = contents.findGradient(node, GradientTerms.name(op.result()), null, lies);
      Contents.require(here != null, node, "does not wait for the gradient of its rows");
      back = travel.toTokens(Contents.sliced(here, lies, node), tokens, List.of());
    }
    Contents.require(back != null, node, "does not wait for the gradient of its rows");
    tape.makeAlone(
        node,
        op.tokens(),
        tokens.restrictedTo(op.tokens().dims()),
        rank -> Array.einsum(op.tokens().dims(), travel.routing(tokens, rank), back.part(rank)));
  }
}
