package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which token fills which row of which expert. It depends on the place of the token alone, and is
 * as even as a plan assumes: the ranks that hold the same rows of all experts send every expert as
 * many of their tokens.
 */
final class Routing {
  private final Grid grid;
  private final Plan plan;
  private final Section program;
  private final Dispatch op;

  private Routing(Grid grid, Plan plan, Section program, Dispatch op) {
    this.grid = grid;
    this.plan = plan;
    this.program = program;
    this.op = op;
  }

  /** One where the token fills the row of the expert: tokens by experts by rows. */
  static Array of(Problem problem, Section program, Dispatch op) {
    Plan plan = problem.program().plan();
    return new Routing(problem.grid(), plan, program, op).table(problem.top(op));
  }

  /**
   * How the rows lie that arrive at the experts, or leave them: split over the axes of the experts
   * and, in each expert, over those axes of the tokens that are not the experts'. Axes that the
   * experts regroup are named as they name them.
   */
  static Optional<Sharding> atExperts(Plan plan, Section program, Tensor tensor) {
    for (Operation operation : program.block().operations()) {
      Dispatch dispatch = null;
      if (operation instanceof Dispatch d && d.result().equals(tensor)) {
        dispatch = d;
      } else if (operation instanceof Operation.Combine c && c.rows().equals(tensor)) {
        dispatch = c.dispatch();
      }
      if (dispatch != null) {
        Routing routing = new Routing(new Grid(Map.of(), Map.of()), plan, program, dispatch);
        return Optional.of(routing.rows().restrictedTo(tensor.dims()));
      }
    }
    return Optional.empty();
  }

  /** How the tokens lie when they leave. */
  private Sharding tokens() {
    for (LocalNode node : program.forward()) {
      if (node instanceof Compute compute && node.operation().equals(op.name())) {
        return compute.assignment();
      }
    }
    throw new AssertionError("nothing sends the tokens of " + op.name());
  }

  private Sharding rows() {
    List<String> experts = plan.shardOf(op.experts());
    Set<String> axes = new LinkedHashSet<>();
    for (Dim dim : op.tokenDims()) {
      for (String axis : tokens().of(dim)) {
        axes.addAll(regrouped(axis, experts));
      }
    }
    axes.removeAll(experts);
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    split.put(op.experts(), experts);
    split.put(op.rows(), List.copyOf(axes));
    return new Sharding(split, Set.of());
  }

  /** The axes in whose place the view of the experts has the axis; itself if it has not. */
  private List<String> regrouped(String axis, List<String> experts) {
    for (Plan.View view : plan.views()) {
      List<String> to = view.to().stream().map(Plan.ViewAxis::name).toList();
      if (view.from().contains(axis) && to.stream().anyMatch(experts::contains)) {
        return to;
      }
    }
    return List.of(axis);
  }

  private Array table(int top) {
    List<String> rowAxes = rows().of(op.rows());
    int rows = grid.extent(rows(), op.rows());
    int experts = grid.size(op.experts());
    int[] sizes = op.tokenDims().stream().mapToInt(grid::size).toArray();
    int tokens = java.util.Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    boolean[][][] fills = new boolean[tokens][experts][grid.size(op.rows())];
    int placed = 0;
    for (Map.Entry<Integer, SortedSet<Integer>> part : tokensByRows(rowAxes, sizes).entrySet()) {
      int next = 0;
      for (int token : part.getValue()) {
        for (int i = 0; i < top; i++) {
          // The last expert first, so that no rank sends to experts of its own only.
          int expert = experts - 1 - next % experts;
          int row = next / experts;
          if (row < rows) {
            fills[token][expert][part.getKey() * rows + row] = true;
          }
          next++;
        }
      }
      placed += part.getValue().size();
    }
    if (placed != tokens) {
      throw new AssertionError(
          op.name() + " sends " + placed + " of " + tokens + " tokens: " + tokens());
    }
    List<Dim> dims = new ArrayList<>(op.tokenDims());
    dims.add(op.experts());
    dims.add(op.rows());
    int[] all = dims.stream().mapToInt(grid::size).toArray();
    return Array.of(
        dims,
        all,
        index -> {
          int token = 0;
          for (int d = 0; d < sizes.length; d++) {
            token = token * sizes[d] + index[d];
          }
          return fills[token][index[sizes.length]][index[sizes.length + 1]] ? 1 : 0;
        });
  }

  /** The tokens of all ranks that have the same place along the axes of the rows. */
  private Map<Integer, SortedSet<Integer>> tokensByRows(List<String> rowAxes, int[] sizes) {
    Map<Integer, SortedSet<Integer>> parts = new TreeMap<>();
    Sharding lies = tokens();
    int[] extents = op.tokenDims().stream().mapToInt(dim -> grid.extent(lies, dim)).toArray();
    for (int rank = 0; rank < grid.ranks(); rank++) {
      SortedSet<Integer> part =
          parts.computeIfAbsent(grid.place(rank, rowAxes), unused -> new TreeSet<>());
      int[] begins = new int[extents.length];
      for (int d = 0; d < begins.length; d++) {
        begins[d] = grid.begin(lies, op.tokenDims().get(d), rank);
      }
      Array.of(
          op.tokenDims(),
          extents,
          index -> {
            int token = 0;
            for (int d = 0; d < sizes.length; d++) {
              token = token * sizes[d] + begins[d] + index[d];
            }
            part.add(token);
            return 0;
          });
    }
    return parts;
  }
}
