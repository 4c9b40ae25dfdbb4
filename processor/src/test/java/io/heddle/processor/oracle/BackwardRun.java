package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The backward program of a block on all ranks: finds for each node the operation it derives. */
final class BackwardRun {
  private final RankRun run;
  private final ForwardRun forward;
  private final Section program;
  private final Block block;
  private final Contents contents;
  private final Tape tape;
  private final ForwardRun again;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final ProductGradients products;
  private final PointWiseGradients pointWise;
  private final NormGradients norms;
  private final FusedGradients fused;
  private final ExpertGradients experts;
  private final DeclaredGradients declared;

  /**
   * The pass with its gradients.
   *
   * @param sides the gradients of other streams that later readers have made
   */
  BackwardRun(RankRun run, ForwardRun forward, @Nullable Spread gradient, List<Spread> sides) {
    this.run = run;
    this.forward = forward;
    this.program = forward.program();
    this.block = program.block();
    this.contents = new Contents(run.grid(), new Names(block));
    this.tape = new Tape(run, forward, contents);
    if (block.argument() != null) {
      tensors.put(block.argument().name(), block.argument());
    }
    block.sides().forEach(side -> tensors.put(side.name(), side));
    block.operations().forEach(op -> op.results().forEach(r -> tensors.put(r.name(), r)));
    Set<String> nodes = new HashSet<>();
    pass().nodes().forEach(node -> nodes.add(node.operation()));
    this.again = new ForwardRun(forward, contents);
    this.products = new ProductGradients(tape);
    this.pointWise = new PointWiseGradients(tape, nodes);
    this.norms = new NormGradients(tape);
    this.fused = new FusedGradients(tape);
    this.experts = new ExpertGradients(tape);
    this.declared = new DeclaredGradients(tape);
    if (gradient != null) {
      tape.gradients().begin(gradient);
    }
    for (int i = 0; i < sides.size(); i++) {
      Value given = pass().sides().given().get(i);
      if (!given.isBefore()) {
        tape.gradients().arrive(block.sides().get(i), given, sides.get(i));
      }
    }
  }

  /** The backward pass in layers where something is computed again, but for whole layers. */
  private Pass pass() {
    return program
        .pass(Pass.Kind.BACKWARD, true)
        .filter(again -> !again.repeatsForward())
        .or(() -> program.pass(Pass.Kind.BACKWARD, false))
        .orElseThrow();
  }

  @Nullable Spread run() {
    for (LocalNode node : pass().nodes()) {
      if (pass().isAgain(node.output())) {
        again.run(node);
      } else if (node instanceof Compute compute) {
        compute(compute);
      } else if (node instanceof Ring ring) {
        ring(ring);
      } else {
        communicate((Communicate) node);
      }
    }
    tape.gradients().reachArgument();
    Tensor argument = block.argument();
    if (argument == null || pass().result().isBefore()) {
      return null;
    }
    Spread made = contents.get(pass().result(), GradientTerms.name(argument));
    Spread dx = made.to(stream(argument), List.of());
    run.compare(
        dx,
        run.whole().argumentGradient(forward.place()),
        forward.place() + " gradient of the argument");
    return dx;
  }

  private Sharding stream(Tensor argument) {
    return run.problem().program().stream().restrictedTo(argument.dims());
  }

  /** The gradient of what the block takes of another stream; null where there is none. */
  @Nullable Spread side(int number) {
    Value result = pass().sides().made().get(number);
    if (result.isBefore()) {
      return null;
    }
    Tensor side = block.sides().get(number);
    Spread made = contents.get(result, GradientTerms.name(side)).to(stream(side), List.of());
    run.compare(
        made,
        run.whole().sideGradient(forward.place(), number),
        forward.place() + " gradient of " + side.name());
    return made;
  }

  private void ring(Ring ring) {
    for (Operation operation : block.operations()) {
      if (operation instanceof Attend op && ring.operation().equals(op.name() + ".dx")) {
        products.ring(ring, op);
        return;
      }
    }
    throw new AssertionError("nothing goes round as " + ring.operation());
  }

  private void communicate(Communicate node) {
    if (declared.communicate(node)) {
      return;
    }
    Tensor saved = tensors.get(node.tensor());
    Tensor of = node.tensor().startsWith("d") ? tensors.get(node.tensor().substring(1)) : null;
    boolean before =
        saved != null
            && (node.inputs().isEmpty() || contents.has(node.inputs().get(0), saved.name()));
    if (!before && of != null) {
      tape.gradients().reachAfter(of);
      if (Travel.isTravel(node)) {
        experts.communicate(node, of);
        return;
      }
    }
    contents.communicate(node, before && node.inputs().isEmpty() ? forward.saved(saved) : null);
  }

  private void compute(Compute node) {
    String name = node.operation();
    if (name.startsWith("add.d")) {
      tape.gradients().add(node, tensors.get(withoutNumber(name.substring(5))));
      return;
    }
    for (int i = block.operations().size() - 1; i >= 0; i--) {
      Operation op = block.operations().get(i);
      if (derives(node, name, op) || derives(node, withoutNumber(name), op)) {
        return;
      }
    }
    throw new AssertionError("what is `" + name + "`?");
  }

  private static String withoutNumber(String name) {
    return name.replaceAll("\\.\\d+$", "");
  }

  /** Whether the node belongs to the operation, whose gradients it then makes. */
  private boolean derives(Compute node, String name, Operation op) {
    if (op instanceof PointWise p) {
      return pointWise.derive(node, name, p);
    }
    if (op instanceof Einsum e) {
      return products.derive(node, name, e);
    }
    if (op instanceof Norm n && name.equals(n.name() + ".dx.statistics")) {
      norms.statistics(node, n);
      return true;
    }
    if (op instanceof Norm n && name.equals(n.name() + ".dw")) {
      norms.weights(node, n);
      return true;
    }
    if (op instanceof Lookup l && name.equals(l.name() + ".dw")) {
      products.lookup(node, l);
      return true;
    }
    if (op instanceof Fused f && name.equals(f.name() + ".dw")) {
      fused.weights(node, f);
      return true;
    }
    if (op instanceof Declared own) {
      return declared.derive(node, name, own);
    }
    if (op instanceof Attend a && products.unfused(node, name, a)) {
      return true;
    }
    return name.equals(op.name() + ".dx") && derivesInputs(node, op);
  }

  private boolean derivesInputs(Compute node, Operation op) {
    if (op instanceof Norm n) {
      norms.inputs(node, n);
    } else if (op instanceof CrossEntropy c) {
      norms.crossEntropy(node, c);
    } else if (op instanceof SquaredError e) {
      norms.squaredError(node, e);
    } else if (op instanceof Attend a) {
      products.attend(node, a);
    } else if (op instanceof Select s) {
      products.select(node, s);
    } else if (op instanceof Fused f) {
      fused.input(node, f);
    } else if (op instanceof Concat c) {
      pointWise.concat(node, c);
    } else if (op instanceof Slice s) {
      pointWise.slice(node, s);
    } else if (op instanceof Reduce r) {
      pointWise.reduce(node, r);
    } else if (op instanceof Dispatch d) {
      experts.dispatch(node, d);
    } else if (op instanceof Combine c) {
      experts.combine(node, c);
    } else {
      return false;
    }
    return true;
  }
}
