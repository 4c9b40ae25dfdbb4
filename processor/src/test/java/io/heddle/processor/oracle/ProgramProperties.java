package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What every program of the ranks keeps to, whatever its numbers are. */
final class ProgramProperties {
  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  private static TfmCompiler.Compiled compiled(String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    return compiled.get();
  }

  private static List<LocalNode> nodes(RankProgram program) {
    List<LocalNode> nodes = new ArrayList<>();
    for (Section block : program.allBlocks()) {
      nodes.addAll(block.forward());
      nodes.addAll(block.backward());
    }
    return nodes;
  }

  /** No axis splits a tensor twice, or is to be added up as well, or meets one made of it. */
  @Property(tries = 120)
  void everyTensorLiesSomehow(@ForAll("models") String text) {
    TfmCompiler.Compiled compiled = compiled(text);
    Grid grid = new Problem(compiled, 0).grid();
    for (LocalNode node : nodes(compiled.program())) {
      if (node instanceof Compute compute) {
        isPossible(grid, compute.assignment());
      } else if (node instanceof Communicate collective) {
        isPossible(grid, collective.from());
        isPossible(grid, collective.to());
      }
    }
    for (Section block : compiled.program().allBlocks()) {
      for (LocalWeight weight : block.weights()) {
        isPossible(grid, weight.sharding());
        if (weight.isTrained()) {
          isPossible(grid, weight.gradient());
        }
      }
    }
  }

  /** Each node says what it belongs to and which line decided: places that there are. */
  @Property(tries = 120)
  void everyNodeHasAnOrigin(@ForAll("models") String text) {
    RankProgram program = compiled(text).program();
    List<LocalNode> nodes = new ArrayList<>(program.step().pass().nodes());
    program.allBlocks().forEach(section -> nodes.addAll(section.nodes()));
    for (LocalNode node : nodes) {
      Origin origin = node.origin();
      assertThat(exists(origin.statement())).as(origin.describe()).isTrue();
      Span line = origin.line();
      assertThat(line == null || exists(line)).as(origin.describe()).isTrue();
      boolean isPlain =
          origin.rule() == Origin.Rule.OPERATION || origin.rule() == Origin.Rule.BACKWARD;
      assertThat(line != null || isPlain).as(node.operation()).isTrue();
      assertThat(isPlain && node instanceof Communicate).as(node.operation()).isFalse();
    }
  }

  private static boolean exists(Span span) {
    List<String> lines = span.source().text().lines().toList();
    return span.line() >= 1
        && span.line() <= lines.size()
        && span.column() >= 1
        && span.column() <= lines.get(span.line() - 1).length();
  }

  private static void isPossible(Grid grid, Sharding sharding) {
    List<String> axes = new ArrayList<>(sharding.partial());
    sharding.split().values().forEach(axes::addAll);
    assertThat(axes).doesNotHaveDuplicates();
    assertThat(grid.coordinates(axes)).containsAll(axes);
  }

  /** Each collective does to a tensor what its kind says, and no more. */
  @Property(tries = 120)
  void everyCollectiveIsLegal(@ForAll("models") String text) {
    for (LocalNode node : nodes(compiled(text).program())) {
      if (node instanceof Communicate collective && !Travel.isTravel(collective)) {
        isLegal(collective);
      }
    }
  }

  private static void isLegal(Communicate node) {
    Set<String> axes = new HashSet<>(node.axes());
    Map<Dim, List<String>> left = new LinkedHashMap<>();
    Map<Dim, List<String>> joined = new LinkedHashMap<>();
    Set<Dim> dims = new LinkedHashSet<>(node.from().split().keySet());
    dims.addAll(node.to().split().keySet());
    for (Dim dim : dims) {
      List<String> before = node.from().of(dim);
      List<String> after = node.to().of(dim);
      int common = Math.min(before.size(), after.size());
      // An axis joins and leaves at the end.
      assertThat(before.subList(0, common)).isEqualTo(after.subList(0, common));
      if (before.size() > common) {
        left.put(dim, before.subList(common, before.size()));
      }
      if (after.size() > common) {
        joined.put(dim, after.subList(common, after.size()));
      }
    }
    Set<String> added = new HashSet<>(node.from().partial());
    added.removeAll(node.to().partial());
    assertThat(node.from().partial()).containsAll(node.to().partial());
    if (node.tensor().endsWith(".carry")) {
      // The states of all parts stand beside each other.
      assertThat(node.kind()).isEqualTo(CollectiveKind.ALL_GATHER);
      assertThat(node.from()).isEqualTo(node.to());
      return;
    }
    List<List<String>> expected =
        switch (node.kind()) {
          case ALL_GATHER -> List.of(all(left));
          case ALL_REDUCE -> List.of(List.copyOf(added));
          case REDUCE_SCATTER -> List.of(all(joined), List.copyOf(added));
          case ALL_TO_ALL -> List.of(all(left), all(joined));
          // Neighbours have a part of what a rank reads: its own part stays.
          case PASS_ON, PASS_BACK -> List.of();
        };
    expected.forEach(list -> assertThat(list).containsExactlyInAnyOrderElementsOf(axes));
    int changes = left.size() + joined.size() + (added.isEmpty() ? 0 : 1);
    assertThat(changes).as(node.operation()).isEqualTo(expected.size());
  }

  private static List<String> all(Map<Dim, List<String>> lists) {
    return lists.values().stream().flatMap(List::stream).toList();
  }

  /** Once over each axis over which the ranks' gradients are terms of a sum, and no other. */
  @Property(tries = 120)
  void everyGradientIsAddedUpOnce(@ForAll("models") String text) {
    RankProgram program = compiled(text).program();
    for (Section block : program.allBlocks()) {
      for (LocalWeight weight : block.weights()) {
        List<String> reduced = new ArrayList<>();
        program
            .step()
            .first()
            .forEach(group -> addIf(group.weights().contains(weight), group.axes(), reduced));
        program
            .step()
            .data()
            .forEach(group -> addIf(group.weights().contains(weight), group.axes(), reduced));
        assertThat(reduced)
            .as(weight.weight().fullName())
            .containsExactlyInAnyOrderElementsOf(weight.partial());
      }
    }
  }

  private static void addIf(boolean wanted, List<String> axes, List<String> to) {
    if (wanted) {
      to.addAll(axes);
    }
  }

  /**
   * All ranks that hold different rows of experts hold the even shares of all tokens, and no more.
   */
  @Property(tries = 120)
  void expertsGetAllTokens(@ForAll("models") String text) {
    TfmCompiler.Compiled compiled = compiled(text);
    Problem problem = new Problem(compiled, 0);
    Grid grid = problem.grid();
    for (Section block : compiled.program().blocks()) {
      for (Operation operation : block.block().operations()) {
        if (operation instanceof Dispatch op) {
          Plan plan = compiled.plan();
          Sharding rows = Routing.atExperts(plan, block, op.result()).orElseThrow();
          int each = grid.extent(rows, op.experts()) * grid.extent(rows, op.rows());
          int all = each * grid.size(rows.splitAxes());
          int tokens = op.tokenDims().stream().mapToInt(grid::size).reduce(1, (a, b) -> a * b);
          int sent = tokens * problem.top(op);
          if (plan.experts().capacity() == null) {
            // An even share is whole rows, and so is its part on each rank that shares an expert.
            int experts = grid.size(op.experts());
            int sharing = grid.size(rows.of(op.rows()));
            int share = roundedUp(roundedUp(sent, experts) / experts, sharing);
            assertThat(all).isEqualTo(experts * share);
          }
          assertThat(problem.routing(op).sumTo(List.of()).at()).isEqualTo(sent);
          assertThat(grid.size(rows.splitAxes())).isEqualTo(ranksOfTokens(grid, block, op));
        }
      }
    }
  }

  private static int roundedUp(int number, int multipleOf) {
    return (number + multipleOf - 1) / multipleOf * multipleOf;
  }

  private static int ranksOfTokens(Grid grid, Section block, Dispatch op) {
    for (LocalNode node : block.forward()) {
      if (node instanceof Compute compute && node.operation().equals(op.name())) {
        return grid.size(compute.assignment().restrictedTo(op.tokenDims()).splitAxes());
      }
    }
    throw new AssertionError("nothing sends the tokens of " + op.name());
  }
}
