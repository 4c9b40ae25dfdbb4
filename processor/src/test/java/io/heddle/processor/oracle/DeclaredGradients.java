package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import java.util.ArrayList;
import java.util.List;

/** The backward pass of declared operations on all ranks. */
final class DeclaredGradients {
  private final Tape tape;
  private final DeclaredRun run;

  DeclaredGradients(Tape tape) {
    this.tape = tape;
    this.run = new DeclaredRun(tape.grid(), tape.forward().program().block());
  }

  /** Whether the node is a message of a declared operation, which is then delivered. */
  boolean communicate(Communicate node) {
    Declared op = run.owner(node);
    if (op == null) {
      return false;
    }
    if (node.tensor().endsWith(".carry")) {
      run.gather(node, op, kernel(op), true);
    } else if (node.kind() == CollectiveKind.PASS_BACK) {
      run.passBack(node, op);
    } else {
      Tensor tensor = run.haloOf(node);
      Spread found = tape.contents().find(node, tensor.name(), node.from());
      Spread from = found != null ? found : tape.forward().saved(tensor, node.from());
      run.passOn(node, op, Contents.sliced(from, node.from(), node));
    }
    return true;
  }

  /** The kernel of the backward pass that makes the gradients of the operation. */
  private Compute kernel(Declared op) {
    return tape.forward().program().backward().stream()
        .filter(node -> node.operation().equals(op.name() + ".dx"))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Whether the node is a kernel of the operation, which is then run. */
  boolean derive(Compute node, String name, Declared op) {
    if (name.equals(op.name() + ".dx.carry")) {
      states(node, op);
    } else if (name.equals(op.name() + ".dx")) {
      inputs(node, op);
    } else if (name.startsWith(op.name() + ".dx.halo.")) {
      String of = name.substring((op.name() + ".dx.halo.").length());
      addHalo(node, op, tape.forward().program().block().tensor(of).orElseThrow());
    } else {
      return false;
    }
    return true;
  }

  private OwnMathematics mathematics(Declared op) {
    return new OwnMathematics(op, tape.grid());
  }

  /** The gradient of what stands for an argument, behind all that it reaches. */
  private Array gradient(Compute node, Declared op, int of, int rank) {
    Spread gradient = tape.gradient(node, op.result());
    return mathematics(op)
        .gradient(
            of,
            reached(node, op, rank),
            run.fresh(op, node.assignment(), rank),
            gradient.part(rank));
  }

  /** The state that each rank began with is one of those that are kept. */
  private List<Array> reached(Compute node, Declared op, int rank) {
    List<Array> whole = new ArrayList<>();
    for (Operand argument : op.inputs()) {
      whole.add(tape.run().whole().operand(tape.forward().place(), argument));
    }
    List<Array> all = mathematics(op).reached(whole);
    List<Array> reached = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Operand argument = op.inputs().get(i);
      Array part = tape.grid().part(all.get(i), node.assignment(), rank);
      if (!op.of().isLinear()) {
        Array own = run.inHalo(node, op, argument, rank, (each, on) -> tape.read(node, each, on));
        Array expected =
            tape.grid()
                .part(
                    mathematics(op).inHalo(argument, whole.get(i), null), node.assignment(), rank);
        Contents.require(own.distance(expected) < 1e-7, node, "reads another " + argument.name());
      }
      reached.add(part);
    }
    return reached;
  }

  private void states(Compute node, Declared op) {
    for (int i = 0; i < op.inputs().size(); i++) {
      int of = i;
      Operand argument = op.inputs().get(i);
      if (mathematics(op).isScanned(argument)) {
        run.put(
            node.output(),
            DeclaredRun.state(argument),
            rank -> mathematics(op).state(gradient(node, op, of, rank)));
      }
    }
  }

  private void inputs(Compute node, Declared op) {
    for (int i = 0; i < op.inputs().size(); i++) {
      int of = i;
      Operand argument = op.inputs().get(i);
      if (!tape.hasGradient(argument)) {
        continue;
      }
      if (argument instanceof Weight weight) {
        tape.makeWeight(node, weight, rank -> ofArgument(node, op, of, rank));
        continue;
      }
      int places = mathematics(op).places(argument);
      Dim over = places == 0 ? null : op.of().halo().over();
      if (over == null) {
        tape.makeAlone(node, (Tensor) argument, rank -> ofArgument(node, op, of, rank));
      } else if (DeclaredRun.splits(node, over).isEmpty()) {
        tape.makeAlone(
            node,
            (Tensor) argument,
            rank -> {
              Array all = ofArgument(node, op, of, rank);
              return all.slice(over, places, all.size(over) - places);
            });
      } else {
        String name = "halo." + GradientTerms.name(argument);
        run.put(node.output(), name, rank -> ofArgument(node, op, of, rank).slice(over, 0, places));
        run.put(
            node.output(),
            "own " + name,
            rank -> {
              Array all = ofArgument(node, op, of, rank);
              return all.slice(over, places, all.size(over) - places);
            });
      }
    }
  }

  /** The gradient of an argument, and in front of it of what was read before its part. */
  private Array ofArgument(Compute node, Declared op, int of, int rank) {
    Operand argument = op.inputs().get(of);
    Array state = null;
    if (mathematics(op).isScanned(argument)
        && !DeclaredRun.splits(node, op.of().scan().over()).isEmpty()) {
      state = run.get(node, DeclaredRun.state(argument)).get(rank);
    }
    Array own = mathematics(op).scanGradient(argument, gradient(node, op, of, rank), state);
    return mathematics(op).haloGradient(argument, own);
  }

  /** The last rank adds nothing: what comes from the first lies before all parts. */
  private void addHalo(Compute node, Declared op, Tensor tensor) {
    Dim over = op.of().halo().over();
    String name = "halo." + GradientTerms.name(tensor);
    int places = mathematics(op).places(tensor);
    List<Array> own = run.get(node, "own " + name);
    List<Array> came = run.came(node, name);
    tape.makeAlone(
        node,
        tensor,
        rank -> {
          Array mine = own.get(rank);
          int size = mine.size(over);
          int begin = tape.grid().begin(node.assignment(), over, rank);
          boolean last = begin + size == tape.grid().size(over);
          return last ? mine : mine.plus(came.get(rank).placed(over, size - places, size));
        });
  }
}
