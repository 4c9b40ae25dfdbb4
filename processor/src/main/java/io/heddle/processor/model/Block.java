package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A block, or the embedding, or the head.
 *
 * @param argument null for the embedding, or a block that begins a stream
 * @param sides what it takes of other streams
 * @param inputs what a block that begins the model is given
 * @param weights that it uses, in order of declaration
 * @param operations each after those whose results it reads
 * @param result null for the head, or a block that ends the model: they end in the loss
 * @param statements the names of the operations of each statement
 * @param upstream which of the tensors that it takes have a gradient; none before a plan trains it
 */
public record Block(
    String name,
    String documentation,
    @Nullable Tensor argument,
    List<Tensor> sides,
    List<Tensor> inputs,
    List<Weight> weights,
    List<Operation> operations,
    @Nullable Tensor result,
    Map<String, List<String>> statements,
    Upstream upstream,
    Span span) {
  public Block {
    sides = List.copyOf(sides);
    statements = Map.copyOf(statements);
  }

  /**
   * Of its name, which no other block of the model has but those that differ in gradients and
   * streams.
   */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** A block as the model has it: no plan trains it yet. */
  Block(
      String name,
      String documentation,
      @Nullable Tensor argument,
      List<Tensor> sides,
      List<Tensor> inputs,
      List<Weight> weights,
      List<Operation> operations,
      @Nullable Tensor result,
      Map<String, List<String>> statements,
      Span span) {
    this(
        name,
        documentation,
        argument,
        sides,
        inputs,
        weights,
        operations,
        result,
        statements,
        Upstream.NONE,
        span);
  }

  /** A block without statements. */
  Block(
      String name,
      String documentation,
      @Nullable Tensor argument,
      List<Weight> weights,
      List<Operation> operations,
      @Nullable Tensor result,
      Span span) {
    this(
        name,
        documentation,
        argument,
        List.of(),
        List.of(),
        weights,
        operations,
        result,
        Map.of(),
        span);
  }

  /** The operations that a statement, by the name of what it makes, consists of; or none. */
  public List<Operation> statement(String statement) {
    List<String> names = statements.getOrDefault(statement, List.of());
    return operations.stream().filter(operation -> names.contains(operation.name())).toList();
  }

  /** The tensor of this name. */
  public Optional<Tensor> tensor(String tensor) {
    if (argument != null && argument.name().equals(tensor)) {
      return Optional.of(argument);
    }
    Optional<Tensor> side = sides.stream().filter(each -> each.name().equals(tensor)).findFirst();
    if (side.isPresent()) {
      return side;
    }
    return operations.stream()
        .flatMap(operation -> operation.results().stream())
        .filter(result -> result.name().equals(tensor))
        .findFirst();
  }

  /**
   * The same as a reader of its stream, which may go on to others: it takes the stream's tensor
   * beside those of other streams.
   */
  Block reading() {
    List<Tensor> all = new ArrayList<>();
    if (argument != null) {
      all.add(argument);
    }
    all.addAll(sides);
    return new Block(
        name, documentation, null, all, inputs, weights, operations, result, statements, span);
  }

  /** The same where two of the tensors that it takes are one: the second is a name of the first. */
  Block takingOnce(int side, int again) {
    List<Tensor> others = new ArrayList<>(sides);
    Tensor name = others.remove(again);
    List<Operation> all = new ArrayList<>();
    all.add(new Operation.Alias(name, sides.get(side), Map.of(), name.span()));
    all.addAll(operations);
    return new Block(
        this.name, documentation, argument, others, inputs, weights, all, result, statements, span);
  }

  /** The same behind others that train something, or do not. */
  Block behind(Upstream others) {
    return new Block(
        name,
        documentation,
        argument,
        sides,
        inputs,
        weights,
        operations,
        result,
        statements,
        others,
        span);
  }

  /** The same where it begins the gradient of what it takes of another stream. */
  Block beginning(int side) {
    List<Upstream.Side> sides = new ArrayList<>(upstream.sides());
    sides.set(side, Upstream.Side.FIRST);
    return behind(new Upstream(upstream.argument(), sides));
  }

  /** The same where everything that it takes has a gradient. */
  public Block behindTrained() {
    return behind(Upstream.all(this));
  }

  /** Whether the weight is that of another block, which counts it. */
  public boolean borrows(Weight weight) {
    return !weight.block().equals(name);
  }

  /** The weight of this name. */
  public Optional<Weight> weight(String weight) {
    return weights.stream().filter(candidate -> candidate.name().equals(weight)).findFirst();
  }
}
