package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What travels between the ranks of a declared operation: what lies before parts, and states. A
 * kernel may use only what it waits for.
 */
final class DeclaredRun {
  private final Grid grid;
  private final Block block;
  private final Map<Value, Map<String, List<Array>>> passed = new HashMap<>();

  DeclaredRun(Grid grid, Block block) {
    this.grid = grid;
    this.block = block;
  }

  /** The operation that a message belongs to; null if it is none of a declared one. */
  @Nullable Declared owner(Communicate node) {
    boolean isPassed = node.tensor().startsWith("halo.") || node.tensor().endsWith(".carry");
    return isPassed ? declaredAt(node) : null;
  }

  private @Nullable Declared declaredAt(LocalNode node) {
    for (Operation operation : block.operations()) {
      if (operation instanceof Declared op && op.span().equals(node.span())) {
        return op;
      }
    }
    return null;
  }

  void put(Value value, String name, IntFunction<Array> part) {
    List<Array> parts = new ArrayList<>();
    for (int rank = 0; rank < grid.ranks(); rank++) {
      parts.add(part.apply(rank));
    }
    passed.computeIfAbsent(value, unused -> new HashMap<>()).put(name, parts);
  }

  /** What a node waits for under a name; null where it waits for none. */
  @Nullable List<Array> find(LocalNode node, String name) {
    for (Value input : node.inputs()) {
      List<Array> found = passed.getOrDefault(input, Map.of()).get(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** As {@link #find}, of what must be there. */
  List<Array> get(LocalNode node, String name) {
    List<Array> found = find(node, name);
    Contents.require(found != null, node, "does not wait for " + name);
    return found;
  }

  /** The same from the last that a node waits for: what a message brought, not what it took. */
  List<Array> came(LocalNode node, String name) {
    List<Array> found = null;
    for (Value input : node.inputs()) {
      found = passed.getOrDefault(input, Map.of()).getOrDefault(name, found);
    }
    Contents.require(found != null, node, "does not wait for " + name);
    return found;
  }

  /** The tensor of which a message has what lies before a part. */
  Tensor haloOf(Communicate node) {
    String name = node.tensor().substring("halo.".length());
    String tensor = node.kind() == CollectiveKind.PASS_BACK ? name.substring(1) : name;
    return block.tensor(tensor).orElseThrow();
  }

  /**
   * What lies at the end of each part goes to the next rank, that of the last to the first, which
   * has no use for it.
   */
  void passOn(Communicate node, Declared op, Spread from) {
    Dim over = op.of().halo().over();
    int places = new OwnMathematics(op, grid).places(haloOf(node));
    Contents.require(from.sharding().equals(node.from()), node, "passes what lies otherwise");
    put(
        node.output(),
        node.tensor(),
        rank -> {
          Array part = from.part(neighbour(node, over, rank, -1));
          return part.slice(over, part.size(over) - places, places);
        });
  }

  /** The gradient of what a rank read before its part goes to the rank that has it. */
  void passBack(Communicate node, Declared op) {
    Dim over = op.of().halo().over();
    List<Array> parts = get(node, node.tensor());
    put(node.output(), node.tensor(), rank -> parts.get(neighbour(node, over, rank, 1)));
  }

  private int neighbour(Communicate node, Dim over, int rank, int distance) {
    List<String> axes = node.from().of(over);
    Contents.require(Set.copyOf(axes).equals(Set.copyOf(node.axes())), node, "passes elsewhere");
    int wanted = Math.floorMod(grid.place(rank, axes) + distance, grid.size(axes));
    return grid.group(rank, axes).stream()
        .filter(member -> grid.place(member, axes) == wanted)
        .findFirst()
        .orElseThrow();
  }

  /** Each rank gathers the states of all parts, and adds up those before its own, or behind it. */
  void gather(Communicate node, Declared op, Compute kernel, boolean backward) {
    List<String> axes = kernel.assignment().of(op.of().scan().over());
    Contents.require(Set.copyOf(axes).equals(Set.copyOf(node.axes())), node, "gathers elsewhere");
    for (Operand argument : op.inputs()) {
      List<Array> states = find(node, state(argument));
      if (states == null) {
        continue;
      }
      put(
          node.output(),
          state(argument),
          rank -> {
            Array sum = states.get(rank).map(value -> 0);
            int here = grid.place(rank, axes);
            for (int member : grid.group(rank, axes)) {
              int there = grid.place(member, axes);
              sum = (backward ? there > here : there < here) ? sum.plus(states.get(member)) : sum;
            }
            return sum;
          });
    }
  }

  static String state(Operand argument) {
    return "state of " + argument.name();
  }

  /**
   * Arguments as a kernel has them, each with what lies before its part.
   *
   * @param read the part of an argument on a rank
   */
  Array inHalo(
      Compute node,
      Declared op,
      Operand argument,
      int rank,
      BiFunction<Operand, Integer, Array> read) {
    OwnMathematics mathematics = new OwnMathematics(op, grid);
    Array own = read.apply(argument, rank);
    if (mathematics.places(argument) == 0 || splits(node, op.of().halo().over()).isEmpty()) {
      return mathematics.inHalo(argument, own, null);
    }
    Array before = get(node, "halo." + argument.name()).get(rank);
    boolean first = grid.begin(node.assignment(), op.of().halo().over(), rank) == 0;
    return mathematics.inHalo(argument, own, first ? null : before);
  }

  /** The axes that split a dimension of a kernel. */
  static List<String> splits(Compute node, Dim over) {
    return node.assignment().of(over);
  }

  /** Makes the state that each part of an argument leaves. */
  void states(Compute node, Declared op, BiFunction<Operand, Integer, Array> read) {
    OwnMathematics mathematics = new OwnMathematics(op, grid);
    for (Operand argument : op.inputs()) {
      if (mathematics.isScanned(argument)) {
        put(
            node.output(),
            state(argument),
            rank -> mathematics.state(inHalo(node, op, argument, rank, read)));
      }
    }
  }

  /** All arguments on a rank with what they reach. */
  List<Array> reached(
      Compute node, Declared op, int rank, BiFunction<Operand, Integer, Array> read) {
    OwnMathematics mathematics = new OwnMathematics(op, grid);
    List<Array> reached = new ArrayList<>();
    for (Operand argument : op.inputs()) {
      Array state = null;
      if (mathematics.isScanned(argument) && !splits(node, op.of().scan().over()).isEmpty()) {
        state = get(node, state(argument)).get(rank);
      }
      Array inHalo = inHalo(node, op, argument, rank, read);
      reached.add(mathematics.scanned(argument, inHalo, state));
    }
    return reached;
  }

  /** The part of what the result has along dimensions of no argument. */
  Array fresh(Declared op, Sharding assignment, int rank) {
    return grid.part(new OwnMathematics(op, grid).fresh(), assignment, rank);
  }
}
