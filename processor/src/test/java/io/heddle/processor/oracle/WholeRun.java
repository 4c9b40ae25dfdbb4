package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
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
import io.heddle.processor.model.Weight;
import io.heddle.processor.oracle.Problem.Place;
import io.heddle.processor.oracle.Problem.Trained;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The model as it is written, on whole tensors: what every mapping must compute too. */
public final class WholeRun {
  private final Problem problem;
  private final Map<Place, Map<Operand, Array>> tensors = new HashMap<>();
  private final Map<Place, Map<Operand, Array>> gradients = new HashMap<>();
  private final Map<Trained, Array> weightGradients = new HashMap<>();
  private final Map<Integer, Array> streams = new HashMap<>();
  private final Map<Integer, Array> streamGradients = new HashMap<>();
  private final Map<Place, List<Array>> sideGradients = new HashMap<>();

  /** Runs forward and backward; a step of inference forward only. */
  public WholeRun(Problem problem) {
    this.problem = problem;
    Place embed = new Place(0, problem.program().embed().block());
    Place head = new Place(0, problem.program().head().block());
    List<Place> layers = problem.layers();
    Model model = problem.program().plan().model();
    List<Model.Use> uses = problem.uses();
    forward(embed, StreamUses.embed(model));
    for (int i = 0; i < layers.size(); i++) {
      forward(layers.get(i), uses.get(i));
    }
    forward(head, StreamUses.head(model));
    if (problem.plan().inference() != null) {
      return;
    }
    backward(head, StreamUses.head(model));
    for (int i = layers.size() - 1; i >= 0; i--) {
      backward(layers.get(i), uses.get(i));
    }
    backward(embed, StreamUses.embed(model));
  }

  /** A block takes streams as they are, and makes its own anew. */
  private void forward(Place place, Model.Use use) {
    Block block = place.block();
    Array argument = block.argument() == null ? null : streams.get(use.stream());
    List<Array> sides = use.sides().stream().map(streams::get).toList();
    Array made = forward(place, argument, sides);
    if (made != null) {
      streams.put(use.stream(), made);
    }
  }

  /** What readers make of the gradient of a stream adds up; its own blocks make it anew. */
  private void backward(Place place, Model.Use use) {
    Block block = place.block();
    Array given = block.result() == null ? null : streamGradients.get(use.stream());
    Array made = backward(place, given);
    if (block.argument() != null) {
      streamGradients.put(use.stream(), made);
    }
    for (int i = 0; i < use.sides().size(); i++) {
      Array ofSide = gradients.get(place).get(block.sides().get(i));
      Array before = streamGradients.get(use.sides().get(i));
      Array sum = before == null ? ofSide : ofSide.plus(before.sumTo(block.sides().get(i).dims()));
      streamGradients.put(use.sides().get(i), sum);
      sideGradients.computeIfAbsent(place, unused -> new ArrayList<>()).add(sum);
    }
  }

  /** The gradient of what a block takes of another stream, with those of all later readers. */
  public Array sideGradient(Place place, int side) {
    return sideGradients.get(place).get(side);
  }

  /** A tensor that the block at a place computes, or its argument. */
  public Array tensor(Place place, Tensor tensor) {
    return tensors.get(place).get(tensor);
  }

  /** As {@link #tensor}, or a weight of the block. */
  Array operand(Place place, Operand operand) {
    return tensors.get(place).get(operand);
  }

  /** The gradient of the block's argument. */
  public Array argumentGradient(Place place) {
    return gradients.get(place).get(place.block().argument());
  }

  /** The gradient of a weight. */
  public Array gradient(Trained weight) {
    return weightGradients.get(weight);
  }

  /** The largest number of any tensor, without its sign; not a number where one is not. */
  public double magnitude() {
    return tensors.values().stream()
        .flatMap(env -> env.values().stream())
        .mapToDouble(Array::magnitude)
        .max()
        .orElse(0);
  }

  private Array forward(Place place, @Nullable Array argument, List<Array> sides) {
    Map<Operand, Array> env = new HashMap<>();
    tensors.put(place, env);
    Block block = place.block();
    if (argument != null) {
      env.put(block.argument(), argument.sumTo(block.argument().dims()));
    }
    for (int i = 0; i < sides.size(); i++) {
      Tensor side = block.sides().get(i);
      env.put(side, sides.get(i).sumTo(side.dims()));
    }
    block.inputs().forEach(input -> env.put(input, problem.input(input)));
    for (Weight weight : block.weights()) {
      env.put(weight, problem.weight(problem.trained(place, weight)));
    }
    for (Operation op : block.operations()) {
      if (op instanceof Append append) {
        append(place, append, env);
      } else {
        forward(op, env);
      }
    }
    return block.result() == null ? null : env.get(block.result());
  }

  private void forward(Operation op, Map<Operand, Array> env) {
    if (op instanceof Einsum e) {
      env.put(e.result(), Array.einsum(e.result().dims(), env.get(e.left()), env.get(e.right())));
    } else if (op instanceof PointWise p) {
      env.put(p.result(), Mathematics.pointWise(p, all(p.inputs(), env), p.result().dims()));
    } else if (op instanceof Norm n) {
      env.put(n.result(), normalisation(n, env).result());
    } else if (op instanceof Attend a) {
      env.put(a.result(), attention(a, env).result());
    } else if (op instanceof Select s) {
      env.put(s.result(), selection(s, env).indices());
    } else if (op instanceof Concat c) {
      env.put(c.result(), Mathematics.concat(c, all(c.parts(), env), c.result().dims()));
    } else if (op instanceof Slice s) {
      env.put(s.result(), Mathematics.slice(s, env.get(s.input()), problem.grid()));
    } else if (op instanceof Dispatch d) {
      Array routing = problem.routing(d);
      env.put(d.result(), Array.einsum(d.result().dims(), routing, env.get(d.tokens())));
    } else if (op instanceof Combine c) {
      Array routing = problem.routing(c.dispatch());
      Array[] factors = {routing, Mathematics.byExpert(c, env.get(c.routing())), env.get(c.rows())};
      env.put(c.result(), Array.einsum(c.result().dims(), factors));
    } else if (op instanceof Lookup l) {
      env.put(l.result(), Array.einsum(l.result().dims(), ids(problem, l), env.get(l.table())));
    } else if (op instanceof Reduce r) {
      env.put(r.result(), Reduced.whole(r, env.get(r.input())));
    } else if (op instanceof Declared own) {
      OwnMathematics mathematics = new OwnMathematics(own, problem.grid());
      List<Array> reached = mathematics.reached(all(own.inputs(), env));
      env.put(own.result(), mathematics.result(reached, mathematics.fresh()));
    } else if (op instanceof Alias a) {
      env.put(a.result(), env.get(a.input()).renamed(a.renamed()).sumTo(a.result().dims()));
    } else if (op instanceof Fused f) {
      f.parts().forEach(part -> forward(part, env));
    }
  }

  private void append(Place place, Append op, Map<Operand, Array> env) {
    for (int i = 0; i < op.tokens().size(); i++) {
      Tensor cache = op.caches().get(i);
      Array before = problem.cached(place, cache, op);
      env.put(
          cache,
          Mathematics.appended(op, problem.row(op.ragged()), before, env.get(op.tokens().get(i))));
    }
    if (op.joined() != null) {
      env.put(op.joined().whole(), Mathematics.joined(op.joined(), all(op.joined().parts(), env)));
    }
  }

  private static Normalisation normalisation(Norm op, Map<Operand, Array> env) {
    return Normalisation.whole(op, env.get(op.input()), all(op.weights(), env));
  }

  private Attention attention(Attend op, Map<Operand, Array> env) {
    Weight sinks = op.scores().sinks();
    Array own = sinks == null ? null : env.get(sinks);
    int first = Attention.place(op, problem.grid(), 0);
    return new Attention(op, env.get(op.q()), env.get(op.k()), env.get(op.v()), own, first)
        .in(problem.row(op.visible().ragged()))
        .to(op.selected() == null ? null : env.get(op.selected().indices()));
  }

  private Selection selection(Select op, Map<Operand, Array> env) {
    Array weights = op.weights() == null ? null : env.get(op.weights());
    int first = Selection.place(op, problem.grid(), 0);
    int count = problem.grid().size(op.count());
    return new Selection(op, env.get(op.q()), env.get(op.k()), weights, first, count)
        .in(problem.row(op.visible().ragged()));
  }

  /**
   * One-hot vectors of the tokens; of their places in a sequence where a table has rows of these.
   */
  static Array ids(Problem problem, Lookup op) {
    List<Dim> dims = new ArrayList<>(op.result().dims());
    dims.removeAll(op.table().dims());
    if (op.result().name().endsWith(".rows")) {
      dims.add(op.rows());
      int[] sizes = dims.stream().mapToInt(problem.grid()::size).toArray();
      return Array.of(dims, sizes, i -> problem.placeOf(i[0]) == i[1] ? 1 : 0);
    }
    return problem.oneHot(Problem.TOKENS, dims, op.rows());
  }

  /** One-hot vectors of what the head should say. */
  static Array targets(Problem problem, CrossEntropy op) {
    return problem.oneHot("targets", Mathematics.without(op.input().dims(), op.dim()), op.dim());
  }

  /** What the result is compared with. */
  static Array targets(Problem problem, SquaredError op) {
    List<Dim> dims = op.input().dims();
    Dim last = dims.get(dims.size() - 1);
    return problem.oneHot("targets", Mathematics.without(dims, last), last);
  }

  private static List<Array> all(List<? extends Operand> operands, Map<Operand, Array> env) {
    List<Array> arrays = new ArrayList<>();
    operands.forEach(operand -> arrays.add(env.get(operand)));
    return arrays;
  }

  private @Nullable Array backward(Place place, @Nullable Array gradient) {
    Map<Operand, Array> env = tensors.get(place);
    Map<Operand, Array> d = new HashMap<>();
    gradients.put(place, d);
    Block block = place.block();
    if (gradient != null) {
      d.put(block.result(), gradient.sumTo(block.result().dims()));
    }
    List<Operation> operations = block.operations();
    for (int i = operations.size() - 1; i >= 0; i--) {
      backward(operations.get(i), env, d);
    }
    for (Weight weight : block.weights()) {
      if (d.containsKey(weight)) {
        weightGradients.merge(problem.trained(place, weight), d.get(weight), Array::plus);
      }
    }
    return block.argument() == null ? null : d.get(block.argument());
  }

  private void backward(Operation op, Map<Operand, Array> env, Map<Operand, Array> d) {
    if (op instanceof Fused f) {
      for (int i = f.parts().size() - 1; i >= 0; i--) {
        backward(f.parts().get(i), env, d);
      }
      return;
    }
    if (op instanceof CrossEntropy c) {
      Array powers = env.get(c.input()).map(Math::exp);
      Array sums = powers.sumTo(Mathematics.without(c.input().dims(), c.dim()));
      Array shares = powers.with(sums, (power, sum) -> power / sum);
      d.merge(c.input(), shares.with(targets(problem, c), (a, b) -> a - b), Array::plus);
      return;
    }
    if (op instanceof SquaredError e) {
      Array made = env.get(e.input());
      d.merge(e.input(), made.with(targets(problem, e), (a, b) -> a - b), Array::plus);
      return;
    }
    Array g = d.get(op.results().get(0));
    if (g == null) {
      return;
    }
    if (op instanceof Einsum e) {
      d.merge(e.left(), Array.einsum(e.left().dims(), g, env.get(e.right())), Array::plus);
      d.merge(e.right(), Array.einsum(e.right().dims(), g, env.get(e.left())), Array::plus);
    } else if (op instanceof PointWise p) {
      List<Array> inputs = all(p.inputs(), env);
      for (int i = 0; i < inputs.size(); i++) {
        d.merge(p.inputs().get(i), Mathematics.pointWiseGradient(p, i, inputs, g), Array::plus);
      }
    } else if (op instanceof Norm n) {
      normGradients(n, env, d, g);
    } else if (op instanceof Attend a) {
      List<Array> three = attention(a, env).gradients(g);
      d.merge(a.q(), three.get(0), Array::plus);
      d.merge(a.k(), three.get(1), Array::plus);
      d.merge(a.v(), three.get(2), Array::plus);
      if (a.scores().sinks() != null) {
        d.merge(a.scores().sinks(), attention(a, env).sinkGradient(g), Array::plus);
      }
      if (a.selected() != null) {
        d.merge(a.selected().indices(), attention(a, env).target(), Array::plus);
      }
    } else if (op instanceof Select s) {
      Map<Tensor, Array> each = selection(s, env).gradients(env.get(s.result()), g);
      each.forEach((tensor, gradient) -> d.merge(tensor, gradient, Array::plus));
    } else if (op instanceof Reduce r) {
      Array x = env.get(r.input());
      int size = x.size(r.over());
      d.merge(r.input(), Reduced.gradient(r, x, env.get(r.result()), g, 0, size), Array::plus);
    } else if (op instanceof Declared own) {
      OwnMathematics mathematics = new OwnMathematics(own, problem.grid());
      List<Array> each = mathematics.gradients(all(own.inputs(), env), g);
      for (int i = 0; i < each.size(); i++) {
        d.merge(own.inputs().get(i), each.get(i), Array::plus);
      }
    } else if (op instanceof Alias a && a.isDetached()) {
      return;
    } else if (op instanceof Alias a) {
      Array renamed = g.renamed(Names.back(a)).sumTo(a.input().dims());
      d.merge(a.input(), renamed, Array::plus);
    } else if (op instanceof Lookup l) {
      d.merge(l.table(), Array.einsum(l.table().dims(), ids(problem, l), g), Array::plus);
    } else if (op instanceof Concat c) {
      for (int i = 0; i < c.parts().size(); i++) {
        Array part = Mathematics.concatGradient(c, i, problem.grid(), g);
        d.merge(c.parts().get(i), part, Array::plus);
      }
    } else if (op instanceof Slice s) {
      d.merge(s.input(), Mathematics.sliceGradient(s, g, problem.grid()), Array::plus);
    } else if (op instanceof Dispatch s) {
      Array tokens = Array.einsum(s.tokens().dims(), problem.routing(s), g);
      d.merge(s.tokens(), tokens, Array::plus);
    } else if (op instanceof Combine c) {
      combineGradients(c, env, d, g);
    }
  }

  private static void normGradients(
      Norm n, Map<Operand, Array> env, Map<Operand, Array> d, Array g) {
    Normalisation norm = normalisation(n, env);
    d.merge(n.input(), norm.gradient(g, norm.gradientStatistics(g)), Array::plus);
    for (int i = 0; i < n.weights().size(); i++) {
      d.merge(n.weights().get(i), norm.weightGradient(i, g), Array::plus);
    }
  }

  private void combineGradients(
      Combine c, Map<Operand, Array> env, Map<Operand, Array> d, Array g) {
    Array routing = problem.routing(c.dispatch());
    Array scores = env.get(c.routing());
    Array shares = Mathematics.byExpert(c, scores);
    d.merge(c.rows(), Array.einsum(c.rows().dims(), routing, shares, g), Array::plus);
    Array each = Array.einsum(shares.dims(), routing, env.get(c.rows()), g);
    d.merge(c.routing(), Mathematics.byScore(c, each), Array::plus);
  }
}
