package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a block have made in one direction. A node may use only what it waits for: an
 * operand is looked for among its inputs, by name, and may be sliced but not moved.
 */
final class Contents {
  private final Grid grid;
  private final Names names;
  private final Map<Value, Map<String, Spread>> tensors = new LinkedHashMap<>();
  private final Map<Value, Value> origins = new HashMap<>();
  private final Map<Value, Sums> statistics = new HashMap<>();

  Contents(Grid grid, Names names) {
    this.grid = grid;
    this.names = names;
  }

  /** Sums that collectives add up one after the other. */
  private record Sums(List<Spread> all, int reduced) {}

  void put(Value value, String name, Spread tensor) {
    tensors.computeIfAbsent(value, unused -> new LinkedHashMap<>()).put(name, tensor);
  }

  void putStatistics(Value value, List<Spread> sums) {
    statistics.put(value, new Sums(sums, 0));
  }

  boolean has(Value value, String name) {
    return tensors.getOrDefault(value, Map.of()).containsKey(name)
        || (names.of(name) != null && has(value, names.of(name).input().name()));
  }

  Spread get(Value value, String name) {
    Spread own = tensors.get(value).get(name);
    Alias alias = names.of(name);
    if (own == null && alias != null) {
      return get(value, alias.input().name()).renamed(alias.renamed());
    }
    return Objects.requireNonNull(own);
  }

  /** The tensor among the inputs of a node; null where it waits for none of this name. */
  @Nullable Spread find(LocalNode node, String name) {
    for (Value input : node.inputs()) {
      if (has(input, name)) {
        return get(input, name);
      }
    }
    return has(Value.BEFORE, name) ? get(Value.BEFORE, name) : null;
  }

  /** As {@link #find}, and if it waits for several forms, the first that gives {@code wanted}. */
  @Nullable Spread find(LocalNode node, String name, Sharding wanted) {
    for (Value input : node.inputs()) {
      if (has(input, name) && isSlice(get(input, name).sharding(), wanted)) {
        return get(input, name);
      }
    }
    return find(node, name);
  }

  /**
   * A gradient among the inputs of a node. If it waits for several forms, the one that is added up
   * furthest of those that give {@code wanted}, which need not be added up.
   *
   * @param made only this itself and what collectives made of it; null for any
   */
  @Nullable Spread findGradient(
      LocalNode node, String name, @Nullable Value made, Sharding wanted) {
    List<Spread> all = new ArrayList<>();
    for (Value input : node.inputs()) {
      boolean own = made == null || input.equals(made) || made.equals(origins.get(input));
      if (own && has(input, name)) {
        all.add(get(input, name));
      }
    }
    return all.stream()
        .filter(form -> isSlice(form.sharding().withoutPartial(), wanted))
        .min(Comparator.comparingInt(form -> form.sharding().partial().size()))
        .orElse(all.isEmpty() ? null : all.get(0));
  }

  /** All sums that a kernel reads, every one added up; null where it waits for none. */
  @Nullable List<Spread> findStatistics(LocalNode node) {
    for (Value input : node.inputs()) {
      Sums sums = statistics.get(input);
      if (sums != null) {
        for (Spread sum : sums.all()) {
          require(sum.sharding().partial().isEmpty(), node, "reads a sum that is not added up");
        }
        return sums.all();
      }
    }
    return null;
  }

  /** Runs a collective; {@code before} is what was there before this pass, if it reads that. */
  void communicate(Communicate node, @Nullable Spread before) {
    Value input = node.inputs().isEmpty() ? Value.BEFORE : node.inputs().get(0);
    Sums sums = statistics.get(input);
    if (sums != null) {
      List<Spread> all = new ArrayList<>(sums.all());
      Spread next = all.get(sums.reduced());
      all.set(sums.reduced(), next.to(node.to(), node.axes()));
      require(next.sharding().equals(node.from()), node, "reduces other sums");
      statistics.put(node.output(), new Sums(all, sums.reduced() + 1));
      return;
    }
    Spread own = before != null ? before : find(node, node.tensor());
    require(own != null, node, "waits for no `" + node.tensor() + "`");
    Spread moved = sliced(own, node.from(), node).to(node.to(), node.axes());
    put(node.output(), node.tensor(), moved);
    origins.put(node.output(), origins.getOrDefault(input, input));
    // The same tensor under its other names.
    Map.copyOf(tensors.getOrDefault(input, Map.of()))
        .forEach(
            (name, tensor) -> {
              if (tensor == own) {
                put(node.output(), name, moved);
              }
            });
  }

  /**
   * Gives a tensor a second name wherever it, or what collectives made of it, is, but where
   * something else has that name already: a kernel may make both.
   */
  void alias(Value value, String name, String other) {
    Value origin = origins.getOrDefault(value, value);
    List.copyOf(tensors.keySet()).stream()
        .filter(v -> origins.getOrDefault(v, v).equals(origin))
        .filter(v -> has(v, name) && !has(v, other))
        .forEach(v -> put(v, other, get(v, name)));
  }

  /** A tensor as the last of the collectives on it left it. */
  Value last(Value made, String name) {
    Value last = made;
    for (Value value : tensors.keySet()) {
      boolean own = origins.getOrDefault(value, value).equals(origins.getOrDefault(made, made));
      last = own && has(value, name) ? value : last;
    }
    return last;
  }

  /** A tensor, or the first that collectives made of it, so that slicing gives {@code wanted}. */
  @Nullable Value brought(Value made, String name, Sharding wanted) {
    for (Map.Entry<Value, Map<String, Spread>> entry : tensors.entrySet()) {
      Value value = entry.getKey();
      Spread tensor = entry.getValue().get(name);
      boolean own = origins.getOrDefault(value, value).equals(origins.getOrDefault(made, made));
      if (own && tensor != null && isSlice(tensor.sharding(), wanted)) {
        return value;
      }
    }
    return null;
  }

  /** All forms of a tensor. */
  List<Spread> forms(String name) {
    return tensors.keySet().stream()
        .filter(value -> has(value, name))
        .map(value -> get(value, name))
        .toList();
  }

  /** Whether slicing alone leads from one sharding to the other. */
  static boolean isSlice(Sharding from, Sharding to) {
    boolean slice = from.partial().equals(to.partial());
    for (Map.Entry<Dim, List<String>> entry : from.split().entrySet()) {
      List<String> wanted = to.of(entry.getKey());
      List<String> now = entry.getValue();
      slice &= now.size() <= wanted.size() && wanted.subList(0, now.size()).equals(now);
    }
    return slice;
  }

  /** The tensor as a node reads it. */
  static Spread sliced(Spread tensor, Sharding wanted, LocalNode node) {
    if (tensor.sharding().equals(wanted)) {
      return tensor;
    }
    require(
        isSlice(tensor.sharding(), wanted),
        node,
        "finds "
            + tensor.sharding().describe(tensor.dims())
            + " where it reads "
            + wanted.describe(tensor.dims()));
    return tensor.to(wanted, List.of());
  }

  static void require(boolean holds, LocalNode node, String what) {
    if (!holds) {
      throw new AssertionError("`" + node.operation() + "` " + what);
    }
  }

  Grid grid() {
    return grid;
  }
}
