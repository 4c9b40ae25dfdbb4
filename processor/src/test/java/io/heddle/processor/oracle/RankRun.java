package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.oracle.Problem.Place;
import io.heddle.processor.oracle.Problem.Trained;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The program of the ranks, run on all of them at once: every kernel on what each rank holds, every
 * collective on what the members of its groups hold. It is compared with {@link WholeRun}: each
 * tensor as it is made, gradients of blocks and weights when they are whole.
 */
public final class RankRun {
  private static final double TOLERANCE = 1e-7;

  private final Problem problem;
  private final WholeRun whole;
  private final RankProgram program;
  private final Map<Trained, Spread> weightGradients = new HashMap<>();
  private final Map<Place, ForwardRun> passes = new LinkedHashMap<>();
  private final Map<Integer, Spread> streams = new HashMap<>();
  private final Map<Integer, Spread> gradients = new HashMap<>();

  private RankRun(Problem problem) {
    this.problem = problem;
    this.whole = new WholeRun(problem);
    this.program = problem.program();
  }

  /** Runs a step and throws an {@link AssertionError} where ranks go wrong. */
  public static void check(Problem problem) {
    new RankRun(problem).run();
  }

  private void run() {
    Place embed = new Place(0, program.embed().block());
    Place head = new Place(0, program.head().block());
    List<Place> layers = problem.layers();
    Model model = program.plan().model();
    List<Model.Use> uses = problem.uses();
    forward(embed, StreamUses.embed(model));
    for (int i = 0; i < layers.size(); i++) {
      forward(layers.get(i), uses.get(i));
    }
    forward(head, StreamUses.head(model));
    if (program.plan().schedule().forwardOnly()) {
      return;
    }
    backward(head, StreamUses.head(model));
    for (int i = layers.size() - 1; i >= problem.placesWithoutBackward(); i--) {
      backward(layers.get(i), uses.get(i));
    }
    if (!program.embed().backward().isEmpty()) {
      backward(embed, StreamUses.embed(model));
    }
    checkWeights();
  }

  private void forward(Place place, Model.Use use) {
    Spread argument = place.block().argument() == null ? null : streams.get(use.stream());
    List<Spread> sides = use.sides().stream().map(streams::get).toList();
    ForwardRun pass = new ForwardRun(this, place, programOf(place), argument, sides);
    passes.put(place, pass);
    Spread made = pass.run();
    if (made != null) {
      streams.put(use.stream(), made);
    }
  }

  private void backward(Place place, Model.Use use) {
    if (programOf(place).pass(Pass.Kind.BACKWARD, false).isEmpty()) {
      return;
    }
    Spread given = place.block().result() == null ? null : gradients.get(use.stream());
    List<Spread> before = new ArrayList<>();
    for (int i = 0; i < use.sides().size(); i++) {
      before.add(gradients.computeIfAbsent(use.sides().get(i), this::zero));
    }
    BackwardRun pass = new BackwardRun(this, passes.get(place), given, before);
    Spread made = pass.run();
    if (made != null) {
      gradients.put(use.stream(), made);
    }
    for (int i = 0; i < use.sides().size(); i++) {
      Spread ofSide = pass.side(i);
      if (ofSide != null) {
        gradients.put(use.sides().get(i), ofSide);
      }
    }
  }

  /** The gradient of a stream that nobody has read yet. */
  private Spread zero(int stream) {
    Model.Stream of = program.plan().model().streams().get(stream);
    int[] sizes = of.dims().stream().mapToInt(grid()::size).toArray();
    Array nothing = Array.of(of.dims(), sizes, index -> 0);
    return Spread.of(grid(), nothing, program.stream().restrictedTo(of.dims()));
  }

  Section programOf(Place place) {
    return program.allBlocks().stream()
        .filter(block -> block.block().equals(place.block()))
        .findFirst()
        .orElseThrow();
  }

  Problem problem() {
    return problem;
  }

  WholeRun whole() {
    return whole;
  }

  Grid grid() {
    return problem.grid();
  }

  /** The rank's part of a weight as a kernel reads it: it may be sliced, never moved. */
  Array weight(Place place, Weight weight, Compute node, int rank) {
    LocalWeight lies =
        programOf(place).weights().stream()
            .filter(candidate -> candidate.weight().equals(weight))
            .findFirst()
            .orElseThrow();
    Sharding needed = node.assignment().restrictedTo(weight.dims());
    Contents.require(
        Contents.isSlice(lies.sharding(), needed), node, "would move " + weight.fullName());
    return grid().part(problem.weight(problem.trained(place, weight)), needed, rank);
  }

  /**
   * How a tensor lies between the operations that make and use it: its pin; as experts need it; the
   * stream; or as it is made, what is partial split over the dimension that the shard rules give
   * the axis.
   */
  Sharding stored(Section block, Tensor tensor, Sharding made) {
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    for (var pin : program.plan().pins()) {
      if (!pin.gradient() && pin.tensor().equals(tensor)) {
        pin.split().forEach((d, uses) -> split.put(d, uses.stream().map(u -> u.axis()).toList()));
        return new Sharding(split, Set.of());
      }
    }
    Optional<Sharding> rows = Routing.atExperts(program.plan(), block, tensor);
    if (rows.isPresent()) {
      return rows.get();
    }
    Set<Dim> dims = new HashSet<>(tensor.dims());
    if (program.plan().model().streams().stream()
        .anyMatch(stream -> dims.equals(new HashSet<>(stream.dims())))) {
      return program.stream().restrictedTo(tensor.dims());
    }
    for (Dim dim : tensor.dims()) {
      List<String> axes = new ArrayList<>(made.of(dim));
      program.plan().shardOf(dim).stream().filter(made.partial()::contains).forEach(axes::add);
      split.put(dim, axes);
    }
    return new Sharding(split, Set.of());
  }

  /** How rows of experts lie that arrive or leave, wherever a pin moves them. */
  Sharding atExperts(Section block, Tensor tensor) {
    return Routing.atExperts(program.plan(), block, tensor).orElseThrow();
  }

  /** How the keys lie that a kernel reads: all of them, whatever part of the queries it has. */
  Sharding keys(Attend op, Sharding assignment) {
    return without(op.keys(), assignment);
  }

  /** How something lies of which a kernel reads all of a dimension that it splits itself. */
  static Sharding without(Dim dim, Sharding assignment) {
    List<Dim> rest = new ArrayList<>(assignment.split().keySet());
    rest.remove(dim);
    return assignment.restrictedTo(rest);
  }

  boolean isPinned(Tensor tensor) {
    return program.plan().pins().stream()
        .anyMatch(pin -> !pin.gradient() && pin.tensor().equals(tensor));
  }

  /** Compares a tensor with the whole one; what is partial is added up for this. */
  void compare(Spread tensor, Array expected, String what) {
    Set<String> partial = tensor.sharding().partial();
    Spread sum = tensor.to(tensor.sharding().withoutPartial(), partial);
    for (int rank = 0; rank < grid().ranks(); rank++) {
      Array part = grid().part(expected.sumTo(tensor.dims()), sum.sharding(), rank);
      double distance = sum.part(rank).distance(part);
      if (!(distance < TOLERANCE * (1 + expected.magnitude()))) {
        throw new AssertionError(
            what
                + " "
                + tensor.sharding().describe(tensor.dims())
                + " is wrong on rank "
                + rank
                + " by "
                + distance);
      }
    }
  }

  void weightGradient(Place place, Weight weight, Spread gradient, Compute node) {
    LocalWeight lies =
        programOf(place).weights().stream()
            .filter(candidate -> candidate.weight().equals(weight))
            .findFirst()
            .orElseThrow();
    Contents.require(
        gradient.sharding().equals(lies.gradient()),
        node,
        "makes the gradient of "
            + weight.fullName()
            + " as "
            + gradient.sharding().describe(weight.dims())
            + ", not "
            + lies.gradient().describe(weight.dims()));
    Trained key = problem.trained(place, weight);
    Spread other = weightGradients.getOrDefault(key, gradient);
    Contents.require(
        other.sharding().equals(gradient.sharding()),
        node,
        "makes a gradient of " + weight.fullName() + " that lies otherwise than another of it");
    weightGradients.merge(
        key,
        gradient,
        (a, b) ->
            Spread.of(grid(), a.dims(), a.sharding(), rank -> a.part(rank).plus(b.part(rank))));
  }

  /** The step adds up each gradient over exactly the axes over which it is a partial sum. */
  private void checkWeights() {
    for (Place place : passes.keySet()) {
      Block block = place.block();
      for (Weight weight : block.weights()) {
        Trained key = problem.trained(place, weight);
        Spread gradient = weightGradients.get(key);
        if (program.plan().frozen().weights().contains(weight)) {
          if (gradient != null) {
            throw new AssertionError("a gradient of " + weight.fullName() + ", which is frozen");
          }
          continue;
        }
        if (gradient == null) {
          throw new AssertionError("no gradient of " + weight.fullName());
        }
        List<String> reduced = new ArrayList<>();
        for (LocalWeight local : programOf(place).weights()) {
          if (local.weight().equals(weight)) {
            program
                .step()
                .first()
                .forEach(group -> addIf(group.weights(), local, group.axes(), reduced));
            program
                .step()
                .data()
                .forEach(group -> addIf(group.weights(), local, group.axes(), reduced));
          }
        }
        Set<String> partial = gradient.sharding().partial();
        if (reduced.size() != partial.size() || !partial.containsAll(reduced)) {
          throw new AssertionError(weight.fullName() + " is reduced over " + reduced);
        }
        compare(gradient, whole.gradient(key), "the gradient of " + weight.fullName());
      }
    }
  }

  private static void addIf(
      List<LocalWeight> all, LocalWeight weight, List<String> axes, List<String> to) {
    if (all.contains(weight)) {
      to.addAll(axes);
    }
  }
}
