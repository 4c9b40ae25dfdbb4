package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.StreamDraft.Layers;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the model that a plan trains: every block knows which of the tensors that it takes have a
 * gradient. That changes from layer to layer, once for each stream: behind the first layer with a
 * trained weight, but not before. This layer is a stack of its own, as are those before it. Where
 * numbers of the plan decide whether there is such a layer, the layers behind are there twice: once
 * for each case, of which the other has none.
 */
final class TrainedModel {
  /** As many stacks as cases may make; then layers that may be there are taken to be. */
  private static final int MOST_STACKS = 256;

  private final Model model;
  private final Predicate<Weight> trains;

  /** Whether each stream, as far as it has come, depends on a trained weight. */
  private final boolean[] trained;

  private final Map<Block, Map<Upstream, Block>> known = new HashMap<>();
  private final List<StreamDraft.Stack> stacks = new ArrayList<>();

  /** Whether each stream depends on a trained weight behind all layers, in any case. */
  private final boolean[] atEnd;

  private int cases = 1;

  private TrainedModel(Model model, Predicate<Weight> trains) {
    this.model = model;
    this.trains = trains;
    this.trained = new boolean[model.streams().size()];
    this.atEnd = new boolean[trained.length];
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
    goOn(0, Counts.of(1, model.stacks().get(0).span()));
    List<Upstream.Side> ofHead = new ArrayList<>();
    for (int stream = 0; stream < trained.length; stream++) {
      if (atEnd[stream] && !model.headSides().contains(stream)) {
        LastReaders.split(stacks, stream);
      }
    }
    for (int side : model.headSides()) {
      ofHead.add(atEnd[side] ? Upstream.Side.FIRST : Upstream.Side.NONE);
    }
    Upstream head = new Upstream(atEnd[atEnd.length - 1], ofHead);
    return numbered(model.head().behind(head));
  }

  /** Gives the kinds of layers numbers. */
  private Model numbered(Block head) {
    Set<Block> blocks = new LinkedHashSet<>();
    List<Model.Stack> all = new ArrayList<>();
    int kinds = 0;
    for (StreamDraft.Stack stack : stacks) {
      Map<List<Model.Use>, Model.LayerKind> own = new HashMap<>();
      List<Model.Run> runs = new ArrayList<>();
      for (Layers layers : stack.pattern()) {
        layers.uses().forEach(use -> blocks.add(use.block()));
        Model.LayerKind kind = own.get(layers.uses());
        if (kind == null) {
          kind = new Model.LayerKind(kinds++, layers.uses());
          own.put(layers.uses(), kind);
        }
        runs.add(new Model.Run(layers.count(), kind));
      }
      all.add(new Model.Stack(stack.repetitions(), runs, stack.span()));
    }
    return model.with(List.copyOf(blocks), all, head);
  }

  /** Whether the result of a block has a gradient. */
  private boolean makesGradient(Block block, Upstream upstream) {
    return TrainedTensors.of(block, upstream, trains).contains(block.result());
  }

  /**
   * Adds the layers of a stack and all behind it.
   *
   * @param isSo one in the case that is gone through, else 0
   */
  private void goOn(int stack, Expression isSo) {
    for (int i = stack; i < model.stacks().size(); i++) {
      Model.Stack next = model.stacks().get(i);
      Expression layers = next.repetitions();
      List<Layers> pattern =
          next.pattern().stream().map(run -> new Layers(run.count(), run.kind().uses())).toList();
      int first = firstThatTrains(pattern);
      if (first >= 0
          && !Counts.is(Counts.less(layers, sum(pattern.subList(0, first), next.span())), 0)) {
        add(layers, pattern, new Place(next.span(), i + 1), isSo);
        return;
      }
      stack(Counts.where(isSo, layers), pattern, next.span());
    }
    for (int stream = 0; stream < trained.length; stream++) {
      atEnd[stream] |= trained[stream];
    }
  }

  private static Expression sum(List<Layers> pattern, Span span) {
    Expression sum = Counts.of(0, span);
    for (Layers layers : pattern) {
      sum = Counts.plus(sum, Counts.of(layers.count(), span));
    }
    return sum;
  }

  /**
   * Where layers are.
   *
   * @param next the stack behind theirs
   */
  private record Place(Span span, int next) {}

  /**
   * Adds layers that follow a pattern, and all stacks behind them. Where one of the layers changes
   * which streams have a gradient, those before it and the layer itself are stacks of their own,
   * and the pattern goes on behind.
   *
   * @param isSo one in the case that is gone through, else 0: then there are none of the layers
   */
  private void add(Expression layers, List<Layers> pattern, Place place, Expression isSo) {
    Span span = place.span();
    int first = Counts.is(layers, 0) ? -1 : firstThatTrains(pattern);
    if (first < 0) {
      stack(Counts.where(isSo, layers), pattern, span);
      goOn(place.next(), isSo);
      return;
    }
    Layers run = pattern.get(first);
    boolean alone = pattern.size() == 1;
    Expression one = Counts.of(1, span);
    Expression here = alone || run.count() == null ? one : Counts.least(one, run.count());
    Expression rest = layers;
    if (first > 0) {
      List<Layers> before = pattern.subList(0, first);
      Expression count = sum(before, span);
      stack(Counts.where(isSo, Counts.least(layers, count)), before, span);
      rest = Counts.less(layers, count);
    }
    Expression itself = Counts.least(here, rest);
    stack(Counts.where(isSo, itself), List.of(new Layers(null, run.uses())), span);
    Expression left = Counts.less(rest, here);
    Expression isThere = isSo;
    boolean isOpen = !Counts.is(itself, 0) && !Counts.is(itself, 1);
    if (Counts.is(itself, 0) || (isOpen && (cases + 1) * model.stacks().size() <= MOST_STACKS)) {
      cases += isOpen ? 1 : 0;
      Expression isNot = Counts.where(isSo, Counts.less(one, itself));
      isThere = Counts.where(isSo, itself);
      boolean[] before = trained.clone();
      if (alone || Counts.is(here, 1)) {
        goOn(place.next(), isNot);
      } else {
        List<Layers> others = new ArrayList<>(pattern.subList(first + 1, pattern.size()));
        others.addAll(pattern.subList(0, first));
        add(rest, others, place, isNot);
      }
      System.arraycopy(before, 0, trained, 0, before.length);
    }
    if (Counts.is(itself, 0)) {
      return;
    }
    layer(run.uses(), trained);
    if (alone && Counts.is(rest, 1)) {
      goOn(place.next(), isThere);
    } else {
      add(left, alone ? pattern : behind(pattern, first, here), place, isThere);
    }
  }

  /** A pattern that goes on behind the first layer of one of its runs. */
  private static List<Layers> behind(List<Layers> pattern, int first, Expression layer) {
    Layers run = pattern.get(first);
    List<Layers> others = new ArrayList<>();
    if (run.count() != null) {
      Expression left = Counts.less(run.count(), Counts.of(1, run.count().span()));
      others.add(new Layers(left, run.uses()));
    }
    others.addAll(pattern.subList(first + 1, pattern.size()));
    others.addAll(pattern.subList(0, first));
    others.add(run.count() == null ? run : new Layers(layer, run.uses()));
    return others;
  }

  /** The first run of a pattern behind whose layers other streams have gradients; -1 for none. */
  private int firstThatTrains(List<Layers> pattern) {
    for (int i = 0; i < pattern.size(); i++) {
      boolean[] behind = trained.clone();
      layer(pattern.get(i).uses(), behind);
      boolean isNone = pattern.size() > 1 && isNone(pattern.get(i).count());
      if (!isNone && !Arrays.equals(behind, trained)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isNone(@Nullable Expression count) {
    return count != null && Counts.is(count, 0);
  }

  /** Goes through a layer: notes which streams have a gradient behind it. */
  private List<Model.Use> layer(List<Model.Use> layer, boolean[] streams) {
    List<Model.Use> uses = new ArrayList<>();
    for (Model.Use use : layer) {
      Block block = use.block();
      List<Upstream.Side> sides =
          use.sides().stream()
              .map(side -> streams[side] ? Upstream.Side.ADDED : Upstream.Side.NONE)
              .toList();
      Upstream upstream = new Upstream(block.argument() != null && streams[use.stream()], sides);
      uses.add(
          use.with(
              known
                  .computeIfAbsent(block, unused -> new HashMap<>())
                  .computeIfAbsent(upstream, block::behind)));
      if (block.result() != null) {
        streams[use.stream()] = makesGradient(block, upstream);
      }
    }
    return uses;
  }

  private void stack(Expression layers, List<Layers> pattern, Span span) {
    List<Layers> behind =
        pattern.stream()
            .map(run -> new Layers(run.count(), layer(run.uses(), trained.clone())))
            .toList();
    stacks.add(new StreamDraft.Stack(layers, behind, span));
  }
}
