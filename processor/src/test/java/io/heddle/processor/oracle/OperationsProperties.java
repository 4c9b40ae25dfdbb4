package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Operations on a rank, times the ranks, are those of the model times the copies of the work. */
final class OperationsProperties {
  @Example
  void shippedModels() {
    check(Sources.shipped("llama3_8b.tfm", "Pod64"));
    check(Sources.shipped("llama3_8b.tfm", "Node8"));
    check(Sources.shipped("gpt3_175b.tfm", "Pod64"));
    check(Sources.shipped("gpt3_175b.tfm", "Pod512"));
    check(library("deepseek_v3", "DeepSeek_V3_H100x2048"));
    check(library("deepseek_v3_2", "DeepSeek_V3_2_H100x2048"));
    check(library("mixtral", "Mixtral_8x7B_H100x64"));
  }

  private static TfmCompiler.Compiled library(String file, String plan) {
    String text = "tfm 1\nimport \"std/models/" + file + ".tfm\"\n";
    return Sources.compile(new Source("library.tfm", text), plan);
  }

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  @Property(tries = 300)
  void randomModels(@ForAll("models") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    check(compiled.get());
  }

  private static void check(TfmCompiler.Compiled compiled) {
    PlanNumbers numbers = compiled.numbers();
    Sizes local = new Sizes(numbers);
    Grid grid = new Problem(compiled, 0).grid();
    for (Section block : compiled.program().allBlocks()) {
      Map<String, Fused> fused = new LinkedHashMap<>();
      for (Operation op : block.block().operations()) {
        if (op instanceof Fused kernel) {
          List.of("", ".dx", ".dw").forEach(pass -> fused.put(kernel.name() + pass, kernel));
        }
      }
      TrainedOperands trained = new TrainedOperands(block, compiled.plan());
      Set<String> beside = besideWork(block.block());
      check(without(block.forward(), beside), fused, trained, grid, local);
      check(without(block.backward(), beside), fused, trained, grid, local);
      long model = 0;
      for (Operation op : block.block().operations()) {
        model += products(op, numbers);
      }
      assertThat(matmul(block.forward(), local)).isEqualTo(model);
      long gradients = 0;
      for (Operation op : block.block().operations()) {
        gradients += gradients(op, trained, numbers);
      }
      assertThat(matmul(block.backward(), local)).isEqualTo(gradients);
    }
  }

  /** Kernels that ranks have because they share what an operation of a file reads or passes on. */
  private static Set<String> besideWork(Block block) {
    Set<String> names = new HashSet<>();
    for (Operation operation : block.operations()) {
      if (operation instanceof Declared op) {
        op.tensors().forEach(tensor -> names.add(op.name() + ".dx.halo." + tensor.name()));
        if (op.of().scan() != null) {
          List.of("", ".carry", ".dx", ".dx.carry").forEach(part -> names.add(op.name() + part));
        }
      }
    }
    return names;
  }

  private static List<LocalNode> without(List<LocalNode> nodes, Set<String> names) {
    return nodes.stream().filter(node -> !names.contains(node.operation())).toList();
  }

  /** Each product has a product as the gradient of each operand that has one. */
  private static long gradients(Operation op, TrainedOperands trained, PlanNumbers numbers) {
    if (op instanceof Fused fused) {
      return fused.parts().stream().mapToLong(part -> gradients(part, trained, numbers)).sum();
    }
    if (op instanceof Einsum einsum) {
      long operands = einsum.inputs().stream().filter(trained::has).count();
      return operands * products(op, numbers);
    }
    boolean has = op.inputs().stream().anyMatch(trained::has);
    if (op instanceof Select s) {
      return has ? 2 * products(s, numbers.dims().get(s.count()), numbers) : 0;
    }
    return has ? 2 * products(op, numbers) : 0;
  }

  private static void check(
      List<LocalNode> nodes,
      Map<String, Fused> fused,
      TrainedOperands trained,
      Grid grid,
      Sizes local) {
    long ranks = grid.ranks();
    for (LocalNode node : nodes) {
      if (node instanceof Compute compute && fused.containsKey(node.operation())) {
        long products = 0;
        for (Einsum einsum : fused.get(node.operation()).einsums()) {
          if (node.operation().endsWith(".dw") && !trained.has(einsum.right())) {
            continue;
          }
          Set<Dim> dims = new HashSet<>(einsum.left().dims());
          dims.addAll(einsum.right().dims());
          Sharding own = compute.assignment().restrictedTo(List.copyOf(dims));
          long whole = 2 * dims.stream().mapToLong(local::whole).reduce(1, (a, b) -> a * b);
          products += whole * copies(grid, own);
        }
        assertThat(local.of(compute.matmulOperations()) * ranks).isEqualTo(products);
      } else if (node instanceof Compute compute) {
        long copies = copies(grid, compute.assignment());
        // A look-up goes through all tokens, also those whose rows lie on other ranks.
        if (!compute.title().equals("look-up")) {
          check(compute.operations(), ranks, copies, local, compute.operation());
        }
        check(compute.matmulOperations(), ranks, copies, local, compute.operation());
      } else if (node instanceof Ring ring) {
        Compute kernel = ring.kernel();
        if (ring.reach() != null) {
          checkNear(ring, ring.reach(), ranks, copies(grid, kernel.assignment()), local);
          continue;
        }
        long kernels = ranks * grid.size(Set.copyOf(ring.axes()));
        long copies = copies(grid, kernel.assignment());
        check(kernel.operations(), kernels, copies, local, kernel.operation());
      }
    }
  }

  /** The kernels on a rank's own keys and on those of neighbours are an equal part of the whole. */
  private static void checkNear(Ring ring, Reach reach, long ranks, long copies, Sizes sizes) {
    Compute kernel = ring.kernel();
    Compute rest = reach.rest();
    Size operations =
        rest == null ? kernel.operations() : Size.sum(kernel.operations(), rest.operations());
    assertThat(sizes.of(kernel.operations())).isPositive();
    if (rest != null) {
      assertThat(sizes.of(rest.operations())).as(rest.operation()).isNotNegative();
    }
    long whole = sizes.of(whole(operations)) * copies;
    assertThat(sizes.of(operations) * ranks).as(kernel.operation()).isGreaterThanOrEqualTo(whole);
    assertThat(sizes.of(down(operations, sizes)) * ranks).isLessThanOrEqualTo(whole);
  }

  /** What ranks share unevenly is rounded up on each of them. */
  private static void check(Size size, long ranks, long copies, Sizes local, String operation) {
    long whole = local.of(whole(size)) * copies;
    assertThat(local.of(size) * ranks).as(operation).isGreaterThanOrEqualTo(whole);
    if (sharesAll(size, ranks / copies, local)) {
      assertThat(local.of(down(size, local)) * ranks).as(operation).isLessThanOrEqualTo(whole);
    }
  }

  /**
   * Whether ranks share every tensor that the cost of a declared operation counts. Where it adds up
   * over a dimension that they split, each has a partial result as large as the whole.
   */
  private static boolean sharesAll(Size size, long shares, Sizes local) {
    if (size instanceof Size.Product product) {
      return product.factors().stream().allMatch(factor -> sharesAll(factor, shares, local));
    }
    if (size instanceof Size.Sum sum) {
      return sum.terms().stream().allMatch(term -> sharesAll(term, shares, local));
    }
    return !(size instanceof Size.Formula formula)
        || formula.variables().values().stream()
            .allMatch(counted -> local.of(counted) * shares <= local.of(whole(counted)));
  }

  /** The size with shares, and shares of those, rounded down. */
  private static Size down(Size size, Sizes local) {
    if (size instanceof Size.Share share) {
      long all = local.of(down(share.whole(), local));
      return Size.of(Math.floorDiv(all, local.ranks(share.axes())));
    }
    if (size instanceof Size.Product product) {
      return Size.product(product.factors().stream().map(factor -> down(factor, local)).toList());
    }
    if (size instanceof Size.Sum sum) {
      return Size.sum(sum.terms().stream().map(term -> down(term, local)).toList());
    }
    return size;
  }

  /** Ranks along all axes that split nothing, so that they repeat the work. */
  private static long copies(Grid grid, Sharding assignment) {
    Set<String> absent = new HashSet<>(grid.coordinates(assignment.splitAxes()));
    absent.removeAll(assignment.splitAxes());
    return grid.size(absent);
  }

  /** The size if nothing were split. */
  private static Size whole(Size size) {
    if (size instanceof Size.Extent extent) {
      return new Size.Extent(extent.dim(), List.of());
    }
    if (size instanceof Size.Product product) {
      return Size.product(product.factors().stream().map(OperationsProperties::whole).toList());
    }
    if (size instanceof Size.Share share) {
      return whole(share.whole());
    }
    if (size instanceof Size.Formula formula) {
      Map<String, Size> whole = new LinkedHashMap<>();
      formula.variables().forEach((name, variable) -> whole.put(name, whole(variable)));
      return formula.over(whole);
    }
    if (size instanceof Size.Sum sum) {
      return Size.sum(sum.terms().stream().map(OperationsProperties::whole).toList());
    }
    return size;
  }

  private static long matmul(List<LocalNode> nodes, Sizes sizes) {
    long sum = 0;
    for (LocalNode node : nodes) {
      if (node instanceof Compute compute) {
        sum += sizes.of(whole(compute.matmulOperations()));
      } else if (node instanceof Ring ring) {
        sum += sizes.of(whole(ring.kernel().matmulOperations()));
        if (ring.reach() != null && ring.reach().rest() != null) {
          sum += sizes.of(whole(ring.reach().rest().matmulOperations()));
        }
      }
    }
    return sum;
  }

  /** Operations of the matrix products of an operation, on whole tensors. */
  private static long products(Operation op, PlanNumbers numbers) {
    if (op instanceof Einsum e) {
      Set<Dim> dims = new HashSet<>(e.left().dims());
      dims.addAll(e.right().dims());
      return 2 * size(dims, numbers);
    }
    if (op instanceof Attend a) {
      Set<Dim> rows = new HashSet<>(a.q().dims());
      long keys = numbers.dims().get(a.keys());
      long depths = numbers.dims().get(a.scoreDim()) + numbers.dims().get(a.valueDim());
      rows.remove(a.scoreDim());
      if (a.selected() != null) {
        rows.remove(a.over());
        long pairs = selected(a.visible().causal(), keys, numbers.dims().get(a.selected().count()));
        return 2 * pairs * size(rows, numbers) * depths;
      }
      if (!a.visible().isBounded()) {
        long pairs = keys * size(rows, numbers);
        return (a.visible().causal() ? 1 : 2) * pairs * depths;
      }
      rows.remove(a.over());
      return 2 * Attention.pairs(a, keys) * size(rows, numbers) * depths;
    }
    if (op instanceof Select s) {
      return products(s, numbers.dims().get(s.keys()), numbers);
    }
    if (op instanceof Fused f) {
      return f.einsums().stream().mapToLong(e -> products(e, numbers)).sum();
    }
    return 0;
  }

  /** Of scores, where each query has so many of those that it sees. */
  private static long products(Select op, long count, PlanNumbers numbers) {
    Set<Dim> rows = new HashSet<>(op.q().dims());
    rows.remove(op.over());
    long pairs = selected(op.visible().causal(), numbers.dims().get(op.keys()), count);
    return 2 * pairs * size(rows, numbers);
  }

  /** Pairs of query and key where each query has so many of those that it sees, one by one. */
  private static long selected(boolean causal, long sequence, long count) {
    long pairs = 0;
    for (long query = 0; query < sequence; query++) {
      pairs += Math.min(count, causal ? query + 1 : sequence);
    }
    return pairs;
  }

  private static long size(Set<Dim> dims, PlanNumbers numbers) {
    return dims.stream().mapToLong(dim -> numbers.dims().get(dim)).reduce(1, (a, b) -> a * b);
  }
}
