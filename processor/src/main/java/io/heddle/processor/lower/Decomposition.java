package io.heddle.processor.lower;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts collectives and the matrix products beside them into pieces (Wang et al. 2023, "Overlap
 * Communication with Dependent Computation via Decomposition"): all-gathers that a product waits
 * for, reduce-scatters and all-reduces of what a product makes.
 *
 * <p>They are cut along a dimension that the collective's tensor and all results of the product
 * have, so that no piece of a result is a sum of pieces, and preferably along none of a weight: a
 * piece reads whole what lacks the dimension. Of several products that read what is gathered only
 * the first is cut with it, and of several collectives before or behind a product the one next to
 * it: a piece would wait for all of the others. A collective beside which another kernel runs stays
 * whole.
 */
final class Decomposition {
  private final List<LocalNode> nodes = new ArrayList<>();
  private final Set<String> axes;
  private final Map<Value, Integer> places = new HashMap<>();

  private final List<Dim> loadedRows;

  private Decomposition(List<LocalNode> whole, List<String> axes, List<Dim> loadedRows) {
    this.loadedRows = loadedRows;
    for (LocalNode node : whole) {
      for (Value output : node.outputs()) {
        places.put(output, nodes.size());
      }
      nodes.add(wholly(node));
    }
    this.axes = Set.copyOf(axes);
  }

  /**
   * The nodes, with those cut that can be.
   *
   * @param nodes of one direction of a block in program order; how they are cut is forgotten
   * @param axes all axes of a collective must be among these
   * @param loadedRows what has these dimensions stays whole
   */
  static List<LocalNode> of(List<LocalNode> nodes, List<String> axes, List<Dim> loadedRows) {
    return axes.isEmpty() ? nodes : new Decomposition(nodes, axes, loadedRows).run();
  }

  private static LocalNode wholly(LocalNode node) {
    if (node instanceof Compute compute) {
      return compute.in(null);
    }
    return node instanceof Communicate collective ? collective.in(null) : node;
  }

  private List<LocalNode> run() {
    Map<Integer, List<Integer>> besides = new LinkedHashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) instanceof Communicate collective
          && !collective.axes().isEmpty()
          && axes.containsAll(collective.axes())
          && RowSizes.in(collective.bytes(), loadedRows).isEmpty()) {
        int product = productBeside(i, collective);
        if (product >= 0) {
          besides.computeIfAbsent(product, unused -> new ArrayList<>()).add(i);
        }
      }
    }
    besides.forEach((product, collectives) -> cut(product, nearest(product, collectives)));
    return List.copyOf(nodes);
  }

  /** The place of the product with which a collective can be cut; -1 without. */
  private int productBeside(int place, Communicate collective) {
    int found = -1;
    if (collective.kind() == CollectiveKind.ALL_GATHER) {
      found = firstReader(place, collective.output());
    } else if (collective.kind().isSum()) {
      found =
          places.getOrDefault(
              collective.inputs().isEmpty() ? Value.BEFORE : collective.inputs().get(0), -1);
    }
    boolean fits = found >= 0 && !hasKernelBetween(place, found) && product(found) != null;
    return fits ? found : -1;
  }

  /** Of the collectives before a product the last, of those behind it the first. */
  private static List<Integer> nearest(int product, List<Integer> collectives) {
    List<Integer> nearest = new ArrayList<>();
    collectives.stream().filter(each -> each < product).reduce(Math::max).ifPresent(nearest::add);
    collectives.stream().filter(each -> each > product).reduce(Math::min).ifPresent(nearest::add);
    return nearest;
  }

  private int firstReader(int place, Value value) {
    for (int i = place + 1; i < nodes.size(); i++) {
      if (nodes.get(i).inputs().contains(value)) {
        return i;
      }
    }
    return -1;
  }

  private boolean hasKernelBetween(int one, int other) {
    return nodes.subList(Math.min(one, other) + 1, Math.max(one, other)).stream()
        .anyMatch(node -> !(node instanceof Communicate));
  }

  private @Nullable Product product(int place) {
    return nodes.get(place) instanceof Compute compute && RowSizes.of(compute, loadedRows).isEmpty()
        ? compute.product()
        : null;
  }

  /** Cuts a kernel with those of the collectives beside it that share dimensions to cut along. */
  private void cut(int place, List<Integer> collectives) {
    Compute kernel = (Compute) nodes.get(place);
    Product product = kernel.product();
    if (product == null) {
      return;
    }
    List<Dim> along = List.of();
    List<Integer> chosen = List.of();
    for (List<Dim> dims : alike(product)) {
      List<Dim> common = dims;
      List<Integer> some = new ArrayList<>();
      for (int each : collectives) {
        List<Dim> shared = new ArrayList<>(common);
        shared.retainAll(((Communicate) nodes.get(each)).dims());
        if (!shared.isEmpty()) {
          common = shared;
          some.add(each);
        }
      }
      if (some.size() > chosen.size()) {
        along = common;
        chosen = some;
      }
    }
    if (!chosen.isEmpty()) {
      cut(place, kernel, chosen, along, product.bytesLacking(along.get(0)));
    }
  }

  /**
   * The dimensions along which the product can be cut, together those for which the same operands
   * are read again; first those that no weight has.
   */
  private static List<List<Dim>> alike(Product product) {
    Map<Set<Product.Operand>, List<Dim>> alike = new LinkedHashMap<>();
    for (boolean ofWeight : new boolean[] {false, true}) {
      for (Dim dim : product.free()) {
        if (product.cutsWeight(dim) == ofWeight) {
          alike.computeIfAbsent(product.lacking(dim), unused -> new ArrayList<>()).add(dim);
        }
      }
    }
    return List.copyOf(alike.values());
  }

  private void cut(
      int place, Compute kernel, List<Integer> collectives, List<Dim> along, Size again) {
    Set<String> all = new LinkedHashSet<>();
    Set<Size> pieces = new LinkedHashSet<>();
    Map<Value, List<String>> before = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (int each : collectives) {
      Communicate collective = (Communicate) nodes.get(each);
      all.addAll(collective.axes());
      pieces.add(finer(collective).elements(along));
      names.add(collective.operation());
      if (each < place) {
        before.put(collective.output(), collective.axes());
      }
    }
    Pieces.Cut cut = new Pieces.Cut(List.copyOf(all), List.copyOf(pieces));
    nodes.set(place, kernel.in(new Pieces(cut, again, before, names)));
    for (int each : collectives) {
      Map<Value, List<String>> made =
          each < place ? Map.of() : Map.of(kernel.output(), List.copyOf(all));
      Pieces of = new Pieces(cut, Size.ZERO, made, List.of(kernel.operation()));
      nodes.set(each, ((Communicate) nodes.get(each)).in(of));
    }
  }

  /** Where the tensor is split most: each rank gives or gets a share of every piece. */
  private static Sharding finer(Communicate collective) {
    Map<Dim, List<String>> split = new HashMap<>();
    for (Dim dim : collective.dims()) {
      List<String> from = collective.from().of(dim);
      List<String> to = collective.to().of(dim);
      split.put(dim, from.size() > to.size() ? from : to);
    }
    return new Sharding(split, new HashSet<>());
  }
}
