package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes the model that a plan trains: every block knows which of the tensors that it takes have a
 * gradient. That changes from layer to layer, once for each stream: behind the first layer with a
 * trained weight, but not before. This layer is a stack of its own, as are those before it.
 */
final class TrainedModel {
  private final Model model;
  private final Predicate<Weight> trains;

  /** Whether each stream, as far as it has come, depends on a trained weight. */
  private final boolean[] trained;

  private final Map<Block, Map<Upstream, Block>> known = new HashMap<>();
  private final Set<Block> blocks = new LinkedHashSet<>();
  private final List<Model.Stack> stacks = new ArrayList<>();
  private int kinds;

  private TrainedModel(Model model, Predicate<Weight> trains) {
    this.model = model;
    this.trains = trains;
    this.trained = new boolean[model.streams().size()];
  }

  /**
   * The model as it is trained.
   *
   * @param trains whether a weight is trained
   */
  static Model of(Model model, Predicate<Weight> trains) {
    return new TrainedModel(model, trains).split();
  }

  private Model split() {
    trained[0] = makesGradient(model.embed(), Upstream.NONE);
    model.stacks().forEach(stack -> add(stack.repetitions(), stack.pattern(), stack.span()));
    List<Boolean> ofHead = model.headSides().stream().map(side -> trained[side]).toList();
    Upstream head = new Upstream(trained[trained.length - 1], ofHead);
    return model.with(List.copyOf(blocks), stacks, model.head().behind(head));
  }

  /** Whether the result of a block has a gradient. */
  private boolean makesGradient(Block block, Upstream upstream) {
    return TrainedTensors.of(block, upstream, trains).contains(block.result());
  }

  /**
   * Adds layers that follow a pattern. Where one of them changes which streams have a gradient, the
   * layers before it and the layer itself are stacks of their own, and the pattern goes on behind.
   */
  private void add(Expression layers, List<Model.Run> pattern, Span span) {
    int first = firstThatTrains(pattern);
    if (first < 0) {
      stack(layers, pattern, span);
      return;
    }
    Model.Run run = pattern.get(first);
    boolean alone = pattern.size() == 1;
    Expression one = literal(1, span);
    Expression here = alone || run.count() == null ? one : least(one, run.count());
    Expression rest = layers;
    if (first > 0) {
      List<Model.Run> before = pattern.subList(0, first);
      Expression count = sum(before, span);
      stack(least(layers, count), before, span);
      rest = atLeastNone(minus(layers, count));
    }
    stack(least(here, rest), List.of(new Model.Run(null, run.kind())), span);
    layer(run.kind(), trained);
    boolean isOne = rest instanceof Expression.Literal literal && literal.value() == 1;
    if (!(alone && isOne)) {
      add(atLeastNone(minus(rest, here)), alone ? pattern : behind(pattern, first, here), span);
    }
  }

  /** A pattern that goes on behind the first layer of one of its runs. */
  private static List<Model.Run> behind(List<Model.Run> pattern, int first, Expression layer) {
    Model.Run run = pattern.get(first);
    List<Model.Run> others = new ArrayList<>();
    if (run.count() != null) {
      Expression left = atLeastNone(minus(run.count(), literal(1, run.count().span())));
      others.add(new Model.Run(left, run.kind()));
    }
    others.addAll(pattern.subList(first + 1, pattern.size()));
    others.addAll(pattern.subList(0, first));
    others.add(run.count() == null ? run : new Model.Run(layer, run.kind()));
    return others;
  }

  /** The first run of a pattern behind whose layers other streams have gradients; -1 for none. */
  private int firstThatTrains(List<Model.Run> pattern) {
    for (int i = 0; i < pattern.size(); i++) {
      boolean[] behind = trained.clone();
      layer(pattern.get(i).kind(), behind);
      if (!Arrays.equals(behind, trained)) {
        return i;
      }
    }
    return -1;
  }

  /** Goes through a layer: notes which streams have a gradient behind it. */
  private List<Model.Use> layer(Model.LayerKind kind, boolean[] streams) {
    List<Model.Use> uses = new ArrayList<>();
    for (Model.Use use : kind.uses()) {
      Block block = use.block();
      List<Boolean> sides = use.sides().stream().map(side -> streams[side]).toList();
      Upstream upstream = new Upstream(block.argument() != null && streams[use.stream()], sides);
      Block behind =
          known
              .computeIfAbsent(block, unused -> new HashMap<>())
              .computeIfAbsent(upstream, block::behind);
      uses.add(new Model.Use(behind, use.stream(), use.sides(), use.isShared()));
      if (block.result() != null) {
        streams[use.stream()] = makesGradient(block, upstream);
      }
    }
    return uses;
  }

  private void stack(Expression layers, List<Model.Run> pattern, Span span) {
    Map<List<Model.Use>, Model.LayerKind> own = new HashMap<>();
    List<Model.Run> runs = new ArrayList<>();
    for (Model.Run run : pattern) {
      List<Model.Use> uses = layer(run.kind(), trained.clone());
      uses.forEach(use -> blocks.add(use.block()));
      Model.LayerKind kind =
          own.computeIfAbsent(uses, found -> new Model.LayerKind(kinds++, found));
      runs.add(new Model.Run(run.count(), kind));
    }
    stacks.add(new Model.Stack(layers, runs, span));
  }

  private static Expression sum(List<Model.Run> runs, Span span) {
    Expression sum = count(runs.get(0), span);
    for (Model.Run run : runs.subList(1, runs.size())) {
      sum = new Expression.Binary(Operator.ADD, sum, count(run, span), span);
    }
    return sum;
  }

  private static Expression count(Model.Run run, Span span) {
    return run.count() == null ? literal(1, span) : run.count();
  }

  private static Expression literal(long value, Span span) {
    return new Expression.Literal(value, span);
  }

  private static Expression minus(Expression from, Expression less) {
    return new Expression.Binary(Operator.SUBTRACT, from, less, from.span());
  }

  private static Expression least(Expression first, Expression second) {
    return call("min", first, second);
  }

  private static Expression atLeastNone(Expression count) {
    return call("max", literal(0, count.span()), count);
  }

  private static Expression call(String function, Expression first, Expression second) {
    Span span = second.span();
    return new Expression.Call(new Name(function, span), List.of(first, second), span);
  }
}
