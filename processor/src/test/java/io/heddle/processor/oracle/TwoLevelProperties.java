package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/** What {@code two_level} changes of random models, and what it does not. */
final class TwoLevelProperties {
  private static final int NODE = 2;

  @Provide
  Arbitrary<String> models() {
    // What fits into a gap depends on how long a reduction lasts.
    return Arbitraries.longs()
        .map(RandomModel::text)
        .filter(text -> !text.contains("two_level"))
        .map(text -> text.replace("reduce in gaps", "reduce per layer"));
  }

  /** What a rank does, in the order of its program. */
  private record Work(String name, @Nullable Collective kind, String group, long size) {}

  private static final class Program implements NodeSink {
    private final List<Work> nodes = new ArrayList<>();
    private final List<Integer> groupSizes = new ArrayList<>();

    static Program of(Flattener flattener, int rank) {
      Program program = new Program();
      flattener.emit(rank, program);
      return program;
    }

    private void add(
        NodeHeader node, @Nullable Collective kind, String group, int members, long size) {
      StringBuilder name = new StringBuilder();
      node.appendName(name);
      nodes.add(new Work(name.toString(), kind, group, size));
      groupSizes.add(members);
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      add(node, null, "kernel of " + kernel.bytes(), 1, kernel.operations());
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      add(node, collective, group.name(), group.size(), bytes);
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      add(node, null, "to " + peer, 1, bytes);
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      add(node, null, "from " + peer, 1, bytes);
    }
  }

  private static Optional<Compiled> compile(String text) {
    return TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY).compile("P");
  }

  private static Flattener inNodes(Compiled compiled) {
    PlanValues plan = compiled.numbers().values();
    List<NetworkDimension> network =
        List.of(
            new NetworkDimension(Topology.RING, NODE, 100e9, 500),
            new NetworkDimension(Topology.SWITCH, plan.mesh().ranks() / NODE, 50e9, 2000));
    return new InterpretedFlattener(
        compiled, plan.on(new Cluster("nodes", plan.cluster().device(), network)));
  }

  /**
   * Every sum is one, or three collectives that follow each other and have its bytes: a
   * reduce-scatter of all in the node, an all-reduce of a share between nodes, an all-gather of
   * that; all else is as it was, and every rank ends.
   */
  @Property(tries = 60)
  void aSumIsThreeCollectives(@ForAll("models") String text) {
    Optional<Compiled> compiled = compile(text);
    Assume.that(compiled.isPresent());
    Assume.that(compiled.get().numbers().values().mesh().ranks() % (2 * NODE) == 0);
    List<String> axes = new ArrayList<>(compiled.get().numbers().axes().keySet());
    axes.addAll(compiled.get().numbers().viewAxes().keySet());
    String levels =
        text.replaceFirst("(?m)^(  reduce .*)$", "$1 two_level")
            .replaceFirst(
                "(?m)^  batch ",
                "  all_reduce two_level over " + String.join(", ", axes) + "\n  batch ");
    Flattener plain = inNodes(compiled.get());
    Flattener two = inNodes(compile(levels).orElseThrow());
    long sums = 0;
    for (int rank = 0; rank < plain.mesh().ranks(); rank++) {
      sums += sums(Program.of(plain, rank), Program.of(two, rank));
    }
    Verified.assertEnds(two);
    Statistics.collect(sums > 0);
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
  }

  /** Compares two programs; how many sums go in two levels. */
  private static int sums(Program plain, Program two) {
    int sums = 0;
    int at = 0;
    for (int i = 0; i < plain.nodes.size(); i++) {
      Work one = plain.nodes.get(i);
      Work first = two.nodes.get(at);
      if (!first.group().contains(".inside")) {
        assertThat(first).isEqualTo(one);
        at++;
        continue;
      }
      Work second = two.nodes.get(at + 1);
      Work third = two.nodes.get(at + 2);
      int inside = two.groupSizes.get(at);
      int between = two.groupSizes.get(at + 1);
      assertThat(one.kind()).isEqualTo(Collective.ALL_REDUCE);
      assertThat(inside * between).isEqualTo(plain.groupSizes.get(i));
      assertThat(inside).isEqualTo(NODE);
      assertThat(List.of(first.kind(), second.kind(), third.kind()))
          .containsExactly(Collective.REDUCE_SCATTER, Collective.ALL_REDUCE, Collective.ALL_GATHER);
      assertThat(second.name()).isEqualTo(one.name());
      assertThat(second.group()).contains(".between");
      assertThat(third.group()).isEqualTo(first.group());
      assertThat(first.size()).isEqualTo(inside * second.size());
      assertThat(third.size()).isEqualTo(second.size());
      assertThat(first.size()).isBetween(one.size(), one.size() + 8L * inside - 1);
      assertThat(second.size() % 8).isZero();
      at += 3;
      sums++;
    }
    assertThat(at).isEqualTo(two.nodes.size());
    return sums;
  }
}
