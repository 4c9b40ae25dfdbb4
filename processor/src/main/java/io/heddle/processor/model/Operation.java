package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One operation of a block, on whole tensors. */
public sealed interface Operation
    permits InferenceOperation, Operation.OfOneResult, Operation.Loss, Operation.Fused {
  /** Last part of the names of its nodes, unique in its block. */
  String name();

  Span span();

  /** What it reads, in order, each once. */
  List<Operand> inputs();

  /**
   * Those of its inputs on which its results depend smoothly: not on who is sent where, nor on
   * which keys are selected.
   */
  default List<? extends Operand> differentiated() {
    if (this instanceof Alias alias && alias.isDetached()) {
      return List.of();
    }
    if (this instanceof Attend attend && attend.selected() != null) {
      Tensor selection = attend.selected().indices();
      return inputs().stream().filter(input -> !input.equals(selection)).toList();
    }
    return this instanceof Dispatch dispatch ? List.of(dispatch.tokens()) : inputs();
  }

  /** What it makes; empty only for the loss, and for tokens that are sampled. */
  List<Tensor> results();

  /**
   * Whether what it makes may be a partial sum where ranks have parts of its operands: it is linear
   * in them.
   */
  default boolean mayBePartial() {
    return this instanceof Einsum
        || this instanceof Lookup
        || (this instanceof Declared declared && !declared.added().isEmpty())
        || (this instanceof Reduce reduce && reduce.kind().isLinear());
  }

  /** Calls the visitor's method for this kind of operation. */
  void accept(OperationVisitor visitor);

  /** One that makes one tensor, which it is called after. */
  sealed interface OfOneResult extends Operation
      permits Einsum,
          PointWise,
          Norm,
          Attend,
          Select,
          Lookup,
          Dispatch,
          Combine,
          Concat,
          Slice,
          Alias,
          Reduce,
          Declared {
    /** What it makes. */
    Tensor result();

    @Override
    default String name() {
      return result().name();
    }

    @Override
    default List<Tensor> results() {
      return List.of(result());
    }
  }

  /** One that ends a stream in a number, of which nothing is handed on. */
  sealed interface Loss extends Operation permits CrossEntropy, SquaredError {
    /** What is compared with what should be. */
    Tensor input();

    @Override
    default List<Operand> inputs() {
      return List.of(input());
    }

    @Override
    default List<Tensor> results() {
      return List.of();
    }
  }

  /** A product that sums over the dimensions of both operands that are not in the result. */
  record Einsum(Tensor result, Operand left, Operand right, Span span) implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.einsum(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(left, right);
    }

    /** The dimensions that it sums over. */
    public List<Dim> contracted() {
      return left.dims().stream()
          .filter(dim -> right.dims().contains(dim) && !result.dims().contains(dim))
          .toList();
    }
  }

  /**
   * One kernel that computes each element of the result from elements of the inputs, which are
   * broadcast over the dimensions they lack.
   *
   * @param terms the inputs, in order
   * @param functions everything that is done for one element
   */
  record PointWise(Tensor result, List<Input> terms, List<Function> functions, Span span)
      implements OfOneResult {
    /**
     * An input.
     *
     * @param isTerm whether it is added to the rest and not used otherwise
     * @param scaled linear functions of it alone that come before it is added to the rest
     * @param needs the inputs on which its gradient depends: the other factors of a product, and
     *     itself where a function of it is not linear
     */
    public record Input(
        Operand operand, boolean isTerm, List<Function> scaled, Set<Operand> needs) {
      public Input {
        needs = Set.copyOf(needs);
      }

      /** A term of a sum, as it is. */
      static Input term(Operand operand) {
        return new Input(operand, true, List.of(), Set.of());
      }
    }

    @Override
    public void accept(OperationVisitor visitor) {
      visitor.pointWise(this);
    }

    @Override
    public List<Operand> inputs() {
      return terms.stream().map(Input::operand).toList();
    }

    /** Whether the gradients of its inputs do not depend on the inputs. */
    public boolean isLinear() {
      return functions.stream().allMatch(Function::isLinear);
    }

    /** Whether an input is a term of the outermost sum, perhaps after linear functions of it. */
    public boolean isAddend(Input input) {
      return input.isTerm() || (!input.scaled().isEmpty() && functions.contains(Function.ADD));
    }

    /** Whether it only adds. */
    public boolean isSum() {
      return terms.stream().allMatch(Input::isTerm);
    }
  }

  /** A normalisation over the last dimension; its weights are the scale and perhaps the shift. */
  record Norm(Tensor result, Tensor input, NormKind kind, List<Weight> weights, Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.norm(this);
    }

    @Override
    public List<Operand> inputs() {
      List<Operand> inputs = new ArrayList<>();
      inputs.add(input);
      inputs.addAll(weights);
      return inputs;
    }

    /** The dimension it normalises. */
    public Dim dim() {
      return input.dims().get(input.dims().size() - 1);
    }
  }

  /**
   * Attention.
   *
   * @param over the dimension of the queries
   * @param keys the dimension of the keys in k and v, perhaps the same
   * @param visible which keys a query sees
   * @param scores what is done with the scores
   * @param selected those of the visible keys that it attends to; null: all
   */
  record Attend(
      Tensor result,
      Tensor q,
      Tensor k,
      Tensor v,
      Dim over,
      Dim keys,
      VisibleKeys visible,
      ScoreChanges scores,
      @Nullable SelectedKeys selected,
      Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.attend(this);
    }

    @Override
    public List<Operand> inputs() {
      List<Operand> inputs = new ArrayList<>(List.of(q, k, v));
      if (scores.sinks() != null) {
        inputs.add(scores.sinks());
      }
      if (selected != null) {
        inputs.add(selected.indices());
      }
      return List.copyOf(new LinkedHashSet<>(inputs));
    }

    /** The dimension that q and k are multiplied over. */
    public Dim scoreDim() {
      return q.dims().get(q.dims().size() - 1);
    }

    /** The dimension that v brings into the result. */
    public Dim valueDim() {
      return v.dims().get(v.dims().size() - 1);
    }
  }

  /**
   * The keys that attention of each query is to see: those of the highest scores. A score is the
   * sum over all heads of their products of query and key; where heads have weights, of what a ReLU
   * leaves of the product times the weight (DeepSeek-AI 2025, "DeepSeek-V3.2", equation 1).
   *
   * @param result the numbers of the keys, for each query
   * @param weights how much each head counts for a query; null: all alike
   * @param over the dimension of the queries
   * @param keys the dimension of the keys in k, perhaps the same
   * @param count the dimension of the result that numbers the keys of a query
   * @param visible which keys a query sees, of which it selects
   */
  record Select(
      Tensor result,
      Tensor q,
      Tensor k,
      @Nullable Tensor weights,
      Dim over,
      Dim keys,
      Dim count,
      VisibleKeys visible,
      Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.select(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.copyOf(tensors());
    }

    /** Queries, keys and weights, each once. */
    public List<Tensor> tensors() {
      List<Tensor> tensors = new ArrayList<>(List.of(q, k));
      if (weights != null) {
        tensors.add(weights);
      }
      return List.copyOf(new LinkedHashSet<>(tensors));
    }

    /** The dimension that q and k are multiplied over. */
    public Dim scoreDim() {
      return q.dims().get(q.dims().size() - 1);
    }

    /** The dimensions that scores are added up over. */
    public List<Dim> heads() {
      return q.dims().stream()
          .filter(dim -> !result.dims().contains(dim) && !dim.equals(scoreDim()))
          .toList();
    }
  }

  /** The rows of a table that belong to the tokens: the product with one-hot vectors. */
  record Lookup(Tensor result, Weight table, Dim rows, Span span) implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.lookup(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(table);
    }
  }

  /** The loss: half the squared differences of its input and values that are given, added up. */
  record SquaredError(String name, Tensor input, Span span) implements Loss {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.squaredError(this);
    }
  }

  /** The loss: cross-entropy over the last dimension of its input. */
  record CrossEntropy(String name, Tensor input, Span span) implements Loss {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.crossEntropy(this);
    }

    /** The dimension of the classes. */
    public Dim dim() {
      return input.dims().get(input.dims().size() - 1);
    }
  }

  /**
   * Tokens travel to their experts: each to {@code top} of them.
   *
   * @param tokens what travels
   * @param routing how much each expert counts for each token
   * @param experts the dimension of the result that numbers them
   * @param rows the dimension of the result that numbers the tokens of one expert
   */
  record Dispatch(
      Tensor result,
      Tensor tokens,
      Tensor routing,
      Expression top,
      Dim experts,
      Dim rows,
      Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.dispatch(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(tokens, routing);
    }

    /** The dimensions of the tokens that the result does not have. */
    public List<Dim> tokenDims() {
      return tokens.dims().stream().filter(dim -> !result.dims().contains(dim)).toList();
    }
  }

  /**
   * What the experts made of the tokens travels back and is added up for each token.
   *
   * @param dispatch by which the tokens came
   */
  record Combine(Tensor result, Tensor rows, Tensor routing, Dispatch dispatch, Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.combine(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(rows, routing);
    }
  }

  /**
   * Tensors one behind the other in one dimension, broadcast over the dimensions they lack.
   *
   * @param joined the dimension of the result that is the sum of the operands' own
   * @param own each operand's part of it, in order
   */
  record Concat(Tensor result, List<Tensor> parts, Dim joined, List<Dim> own, Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.concat(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.copyOf(parts);
    }
  }

  /**
   * A part of a tensor along one dimension: the inverse of a concatenation.
   *
   * @param whole the dimension of the input of which it is a part
   * @param own the dimension that the result has in its place
   * @param at where the part begins, counted from 0
   */
  record Slice(Tensor result, Tensor input, Dim whole, Dim own, Expression at, Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.slice(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(input);
    }
  }

  /**
   * The same tensor under another name, perhaps with another identity of some dimensions.
   *
   * @param renamed what dimensions of the input become in the result; the others stay
   * @param isDetached whether no gradient goes through it
   */
  record Alias(Tensor result, Tensor input, Map<Dim, Dim> renamed, boolean isDetached, Span span)
      implements OfOneResult {
    /** One that gradients go through. */
    public Alias(Tensor result, Tensor input, Map<Dim, Dim> renamed, Span span) {
      this(result, input, renamed, false, span);
    }

    @Override
    public void accept(OperationVisitor visitor) {
      visitor.alias(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(input);
    }
  }

  /**
   * A dimension reduced to one value.
   *
   * @param over the dimension, which the result has not
   */
  record Reduce(Tensor result, Tensor input, Dim over, Reduction kind, Span span)
      implements OfOneResult {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.reduce(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.of(input);
    }
  }

  /**
   * An operation that a file declares, of dimensions that it names.
   *
   * @param arguments what stands for each parameter, in order
   */
  record Declared(Tensor result, List<Operand> arguments, OwnOperation of, Span span)
      implements OfOneResult {
    public Declared {
      arguments = List.copyOf(arguments);
    }

    @Override
    public void accept(OperationVisitor visitor) {
      visitor.declared(this);
    }

    @Override
    public List<Operand> inputs() {
      return List.copyOf(new LinkedHashSet<>(arguments));
    }

    /** The tensors that it takes, each once. */
    public List<Tensor> tensors() {
      return inputs().stream().filter(Tensor.class::isInstance).map(Tensor.class::cast).toList();
    }

    /** The weights that it takes, each once. */
    public List<Weight> weights() {
      return inputs().stream().filter(Weight.class::isInstance).map(Weight.class::cast).toList();
    }

    /** All dimensions that it runs over. */
    public List<Dim> dims() {
      Set<Dim> dims = new LinkedHashSet<>();
      arguments.forEach(argument -> dims.addAll(argument.dims()));
      dims.addAll(result.dims());
      return List.copyOf(dims);
    }

    /**
     * The dimensions that it adds up: it is linear, and all of its arguments have them, so that
     * what ranks make of their parts are partial sums.
     */
    public List<Dim> added() {
      return of.isLinear()
          ? dims().stream()
              .filter(dim -> !result.dims().contains(dim) && !of.whole().contains(dim))
              .filter(dim -> arguments.stream().allMatch(each -> each.dims().contains(dim)))
              .toList()
          : List.of();
    }

    /** The dimensions that each rank needs whole. */
    public List<Dim> whole() {
      List<Dim> added = added();
      return dims().stream()
          .filter(
              dim ->
                  of.whole().contains(dim)
                      || (!result.dims().contains(dim) && !added.contains(dim)))
          .toList();
    }
  }

  /**
   * Products of one left operand, and sums of their results, in one kernel.
   *
   * @param parts in order
   */
  record Fused(String name, List<Operation> parts, Span span) implements Operation {
    @Override
    public void accept(OperationVisitor visitor) {
      visitor.fused(this);
    }

    @Override
    public List<Operand> inputs() {
      Set<Operand> inputs = new LinkedHashSet<>();
      parts.forEach(part -> inputs.addAll(part.inputs()));
      parts.forEach(part -> part.results().forEach(inputs::remove));
      return List.copyOf(inputs);
    }

    @Override
    public List<Tensor> results() {
      List<Tensor> results = new ArrayList<>();
      parts.forEach(part -> results.addAll(part.results()));
      return results;
    }

    /** Its products. */
    public List<Einsum> einsums() {
      return parts.stream().filter(Einsum.class::isInstance).map(Einsum.class::cast).toList();
    }

    /** Its sums. */
    public List<PointWise> sums() {
      return parts.stream().filter(PointWise.class::isInstance).map(PointWise.class::cast).toList();
    }
  }
}
