package io.heddle.processor.oracle;

import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A compiled plan with numbers for its weights and tokens. */
public final class Problem {
  /** A block where it stands in the model. */
  public record Place(int position, Block block) {}

  /**
   * A weight of one layer; those of embedding and head have position 0. A weight that several
   * blocks share is that of the first.
   */
  public record Trained(int position, Weight weight) {}

  /** What the ids of an embedding are drawn as. */
  static final String TOKENS = "tokens";

  private final TfmCompiler.Compiled compiled;
  private final Grid grid;
  private final Random random;
  private final Map<Trained, Array> weights = new HashMap<>();
  private final Map<String, Array> tokens = new HashMap<>();
  private final Map<String, Array> given = new HashMap<>();
  private final Map<String, Array> caches = new HashMap<>();
  private final Map<Dispatch, Array> routings = new HashMap<>();

  /** Numbers for the plan, drawn from a seed. */
  public Problem(TfmCompiler.Compiled compiled, long seed) {
    this.compiled = compiled;
    this.random = new Random(seed);
    PlanNumbers numbers = compiled.numbers();
    Map<String, Integer> axes = new LinkedHashMap<>();
    numbers.axes().forEach((axis, size) -> axes.put(axis, Math.toIntExact(size)));
    // A stage computes its layers as any other would: only the stream goes from stage to stage.
    if (compiled.plan().pipelineAxis() != null) {
      axes.remove(compiled.plan().pipelineAxis().axis());
    }
    Map<Dim, Integer> sizes = new LinkedHashMap<>();
    numbers.dims().forEach((dim, size) -> sizes.put(dim, Math.toIntExact(size)));
    List<Grid.Regrouping> regroupings = new ArrayList<>();
    for (Plan.View view : compiled.plan().views()) {
      Map<String, Integer> to = new LinkedHashMap<>();
      view.to().forEach(axis -> to.put(axis.name(), Math.toIntExact(numbers.axis(axis.name()))));
      regroupings.add(new Grid.Regrouping(view.from(), to));
    }
    this.grid = new Grid(axes, regroupings, sizes);
  }

  /**
   * A step of inference that goes on where others ended.
   *
   * @param like has the same weights, and the tokens of all steps; its numbers are drawn already
   * @param begin the first of these tokens that is new in the step
   */
  public static Problem continuing(TfmCompiler.Compiled compiled, Problem like, int begin) {
    Dim tokens = compiled.plan().inference().tokens();
    return guessing(compiled, like, begin, new Problem(compiled, 0).grid.size(tokens));
  }

  /**
   * The same of a step that guesses.
   *
   * @param right how many of its tokens are those of the sequences; others stand elsewhere in them
   */
  static Problem guessing(TfmCompiler.Compiled compiled, Problem like, int begin, int right) {
    Problem problem = new Problem(compiled, 0);
    Dim tokens = compiled.plan().inference().tokens();
    like.weights.forEach(
        (key, array) -> problem.given.put(key.position() + key.weight().fullName(), array));
    Array all =
        like.tokens.entrySet().stream()
            .filter(drawn -> drawn.getKey().startsWith(TOKENS))
            .findFirst()
            .get()
            .getValue();
    Dim before =
        all.dims().stream().filter(dim -> dim.name().equals(tokens.name())).findFirst().get();
    int place = all.dims().indexOf(before);
    int[] sizes = all.dims().stream().mapToInt(all::size).toArray();
    int length = sizes[place];
    sizes[place] = problem.grid.size(tokens);
    Array own =
        problem.own(
            Array.of(
                all.dims(),
                sizes,
                index -> {
                  int[] from = index.clone();
                  int wrong = index[place] < right ? 0 : 5;
                  from[place] = (begin + index[place] + wrong) % length;
                  return all.at(from);
                }));
    int last = own.dims().size() - 1;
    problem.tokens.put(key(TOKENS, own.dims().subList(0, last), own.dims().get(last)), own);
    return problem;
  }

  /** The same values with the dimensions that the plan's model has under the same names. */
  private Array own(Array array) {
    Map<String, Dim> named = new HashMap<>();
    compiled.plan().model().dims().forEach(dim -> named.put(dim.name(), dim));
    return array.as(array.dims().stream().map(dim -> named.get(dim.name())).toList());
  }

  /** What the cache has when the step is done, for a step that goes on. */
  public void remember(Place place, Tensor cache, Array kept) {
    caches.put(place.position() + cache.name(), kept);
  }

  /** What the cache has before the step, as the first rows of what it has behind. */
  public Array cached(Place place, Tensor cache, Append op) {
    int size = grid.size(op.keys());
    int old = size - grid.size(op.over());
    Array kept = caches.get(place.position() + cache.name());
    RaggedRow row = row(op.ragged());
    if (row != null) {
      Array there = kept == null ? draw(cache.dims()) : kept;
      remember(place, cache, there);
      return there.times(row.old(op.keys(), size));
    }
    if (kept == null) {
      Array drawn = draw(cache.dims()).slice(op.keys(), 0, old);
      remember(place, cache, drawn);
      return drawn.placed(op.keys(), 0, size);
    }
    Array there = own(kept);
    int tokens = there.size(op.keys());
    return there
        .slice(op.keys(), Math.max(0, tokens - old), Math.min(old, tokens))
        .placed(op.keys(), Math.max(0, old - tokens), size);
  }

  /**
   * A step of some of the sequences of a mixed one.
   *
   * @param mixed has the same weights, tokens and caches; its numbers are drawn already
   * @param first of its sequences that is one of the step
   */
  static Problem partOf(TfmCompiler.Compiled compiled, Problem mixed, int first) {
    Problem problem = new Problem(compiled, 0);
    mixed.weights.forEach(
        (key, array) -> problem.given.put(key.position() + key.weight().fullName(), array));
    RaggedRow row = Objects.requireNonNull(mixed.row());
    mixed.tokens.forEach(
        (name, array) -> {
          if (name.startsWith(TOKENS)) {
            List<Dim> dims = problem.own(array).dims();
            int[] sizes = dims.stream().mapToInt(problem.grid::size).toArray();
            Array own =
                Array.of(dims, sizes, i -> array.at(0, row.index(first + i[0], i[1]), i[2]));
            problem.tokens.put(key(TOKENS, dims.subList(0, 2), dims.get(2)), own);
          }
        });
    for (int i = 0; i < mixed.layers().size(); i++) {
      List<Append> appends = appends(mixed.layers().get(i));
      for (int j = 0; j < appends.size(); j++) {
        problem.takeCaches(problem.layers().get(i), mixed, mixed.layers().get(i), j, first);
      }
    }
    return problem;
  }

  private static List<Append> appends(Place place) {
    return place.block().operations().stream()
        .filter(Append.class::isInstance)
        .map(Append.class::cast)
        .toList();
  }

  private void takeCaches(Place here, Problem mixed, Place there, int append, int first) {
    Append to = appends(here).get(append);
    Append from = appends(there).get(append);
    RaggedRow row = Objects.requireNonNull(mixed.row(from.ragged()));
    int old = grid.size(to.keys()) - grid.size(to.over());
    for (int i = 0; i < to.caches().size(); i++) {
      Array all = mixed.cached(there, from.caches().get(i), from);
      Tensor cache = to.caches().get(i);
      int[] sizes = cache.dims().stream().mapToInt(grid::size).toArray();
      sizes[1] = old;
      remember(
          here,
          cache,
          Array.of(
              cache.dims(),
              sizes,
              index -> {
                int[] place = index.clone();
                place[0] = 0;
                place[1] = row.begin(first + index[0]) + index[1];
                return all.at(place);
              }));
    }
  }

  /** Where the tokens of a mixed step are. */
  @Nullable RaggedRow row(@Nullable Ragged ragged) {
    return ragged == null ? null : new RaggedRow(ragged, compiled.numbers().parameters());
  }

  /** The row of a mixed step, with all that the cache has; null in any other step. */
  @Nullable RaggedRow row() {
    return compiled.numbers().parameters().containsKey("prefill_context")
        ? RaggedRow.of(compiled.numbers().parameters())
        : null;
  }

  /** The place of a new token in its sequence. */
  public int placeOf(int token) {
    RaggedRow row = row();
    return row == null
        ? context() + token
        : row.before(row.token(token).sequence()) + row.token(token).place();
  }

  /** The plan. */
  public Plan plan() {
    return compiled.plan();
  }

  /** Tokens of each sequence that came before. */
  public int context() {
    return Math.toIntExact(compiled.numbers().parameters().getOrDefault("context", 0L));
  }

  /** Sizes on one rank. */
  Sizes sizes() {
    return new Sizes(compiled.numbers());
  }

  /** The program of each rank. */
  public RankProgram program() {
    return compiled.program();
  }

  /** The mesh with the sizes of all dimensions. */
  public Grid grid() {
    return grid;
  }

  /** To how many experts each token goes. */
  public int top(Dispatch dispatch) {
    Sizes sizes =
        new Sizes(compiled.numbers(), new Precision(NumberFormat.FP32, NumberFormat.FP32));
    return Math.toIntExact(sizes.of(new Size.Value(dispatch.top())));
  }

  /** Which token fills which row of which expert. */
  public Array routing(Dispatch dispatch) {
    return routings.computeIfAbsent(
        dispatch,
        op ->
            program().blocks().stream()
                .filter(block -> block.block().operations().contains(op))
                .map(block -> Routing.of(this, block, op))
                .findFirst()
                .orElseThrow());
  }

  /** All blocks of all layers, without embedding and head, in order. */
  public List<Place> layers() {
    List<Place> places = new ArrayList<>();
    List<Model.LayerKind> kinds = compiled.plan().model().layerKinds();
    for (int layer = 0; layer < compiled.numbers().totalLayers(); layer++) {
      for (Block block : kinds.get(compiled.numbers().layers().kindOf(layer)).blocks()) {
        places.add(new Place(places.size() + 1, block));
      }
    }
    return places;
  }

  /** The blocks of {@link #layers} with the streams that they take. */
  public List<Model.Use> uses() {
    return StreamUses.layers(compiled.plan().model(), compiled.numbers());
  }

  /** The weight that a block has at a place. */
  public Trained trained(Place place, Weight weight) {
    if (!place.block().borrows(weight)) {
      boolean isShared =
          compiled.plan().model().sharedBlocks().stream()
              .anyMatch(shared -> shared.name().equals(place.block().name()));
      return new Trained(isShared ? -1 : place.position(), weight);
    }
    return layers().stream()
        .filter(other -> other.block().name().equals(weight.block()))
        .findFirst()
        .map(owner -> new Trained(owner.position(), weight))
        .orElseGet(() -> new Trained(0, weight));
  }

  /** How many of the places of {@link #layers} have no backward pass: the first ones. */
  public int placesWithoutBackward() {
    List<Model.LayerKind> kinds = compiled.plan().model().layerKinds();
    int places = 0;
    int from = compiled.plan().trained().backwardFrom(compiled.numbers().layers());
    for (int layer = 0; layer < from; layer++) {
      places += kinds.get(compiled.numbers().layers().kindOf(layer)).blocks().size();
    }
    return places;
  }

  /** Values around 0, the smaller the larger the weight is. */
  public Array weight(Trained key) {
    return weights.computeIfAbsent(
        key,
        unused -> {
          Array same = given.get(key.position() + key.weight().fullName());
          return same == null ? draw(key.weight().dims()) : same.as(key.weight().dims());
        });
  }

  /** What the model is given. */
  public Array input(Tensor tensor) {
    return tokens.computeIfAbsent(
        "input " + tensor.name() + tensor.dims(), unused -> draw(tensor.dims()));
  }

  private Array draw(List<Dim> dims) {
    int[] sizes = dims.stream().mapToInt(grid::size).toArray();
    double scale = 1;
    for (int size : sizes) {
      scale /= Math.pow(size, 0.25);
    }
    double largest = scale;
    return Array.of(dims, sizes, index -> largest * (2 * random.nextDouble() - 1));
  }

  private static String key(String name, List<Dim> dims, Dim classes) {
    return name + dims + classes;
  }

  /**
   * One-hot vectors over the classes, one for each element of {@code dims}.
   *
   * @param name two of one name are the same
   */
  public Array oneHot(String name, List<Dim> dims, Dim classes) {
    return tokens.computeIfAbsent(
        key(name, dims, classes),
        unused -> {
          int[] sizes = dims.stream().mapToInt(grid::size).toArray();
          Array ids = Array.of(dims, sizes, index -> random.nextInt(grid.size(classes)));
          List<Dim> all = new ArrayList<>(dims);
          all.add(classes);
          int[] allSizes = all.stream().mapToInt(grid::size).toArray();
          return Array.of(
              all,
              allSizes,
              index ->
                  ids.at(java.util.Arrays.copyOf(index, dims.size())) == index[dims.size()]
                      ? 1
                      : 0);
        });
  }
}
