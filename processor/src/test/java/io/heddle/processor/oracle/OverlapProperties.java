package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** What {@code overlap} changes of random models, and what it does not. */
final class OverlapProperties {
  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs()
        .map(RandomModel::text)
        .map(text -> text.replaceAll("(?m)^  overlap .*\n", ""));
  }

  private static String with(String text, String line) {
    return text.replaceFirst("(?m)^  batch ", "  overlap " + line + "\n  batch ");
  }

  private static Optional<Compiled> compile(String text) {
    return TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY).compile("P");
  }

  private static final Pattern LEVEL = Pattern.compile("\\.(inside|between)@");

  /** Bytes to which a share is rounded up, as docs/language.md says. */
  private static final int WHOLE_ELEMENTS = 8;

  /** What each node of a rank does, all its pieces together; and how many pieces there are. */
  private static final class Whole implements NodeSink {
    private final Map<String, List<Long>> work = new TreeMap<>();
    private final Map<String, Long> memory = new TreeMap<>();

    /** Shares of sums in two levels, of which that of each piece is rounded up. */
    private final Map<String, Long> shares = new TreeMap<>();

    private final Map<String, Integer> pieces = new TreeMap<>();

    static Whole of(Flattener flattener, int rank) {
      Whole whole = new Whole();
      flattener.emit(rank, whole);
      return whole;
    }

    private String name(NodeHeader node) {
      StringBuilder name = new StringBuilder();
      node.appendName(name);
      String whole = name.toString().replaceAll("\\.piece\\d+$", "");
      pieces.merge(whole, 1, Integer::sum);
      return whole;
    }

    private static List<Long> sum(List<Long> one, List<Long> other) {
      List<Long> sum = new ArrayList<>();
      for (int i = 0; i < one.size(); i++) {
        sum.add(one.get(i) + other.get(i));
      }
      return sum;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      assertThat(List.of(kernel.operations(), kernel.bytes())).allMatch(size -> size >= 1);
      String name = name(node);
      work.merge(name, List.of(kernel.operations(), kernel.matmulOperations()), Whole::sum);
      memory.merge(name, kernel.bytes(), Long::sum);
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      assertThat(bytes).isPositive();
      if (LEVEL.matcher(group.name()).find()) {
        long share = collective == Collective.REDUCE_SCATTER ? bytes / group.size() : bytes;
        shares.merge(name(node), share, Long::sum);
        return;
      }
      work.merge(name(node) + " " + collective + " " + group.name(), List.of(bytes), Whole::sum);
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {
      work.merge(name(node) + " to " + peer, List.of(bytes), Whole::sum);
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {
      work.merge(name(node) + " from " + peer, List.of(bytes), Whole::sum);
    }
  }

  /**
   * Operations, products and bytes that travel are those without, but for what rounds up shares of
   * sums in two levels; only weights are read again.
   */
  @Property(tries = 40)
  void piecesAddUpToTheWhole(
      @ForAll("models") String text, @ForAll @IntRange(min = 2, max = 5) int chunks) {
    Optional<Compiled> compiled = compile(text);
    Assume.that(compiled.isPresent());
    List<String> axes = new ArrayList<>(compiled.get().numbers().axes().keySet());
    axes.addAll(compiled.get().numbers().viewAxes().keySet());
    String line = String.join(", ", axes) + " chunks " + chunks;
    Compiled cut = compile(with(text, line)).orElseThrow();
    Flattener plain = GeneratedClass.flattener(compiled.get());
    Flattener pieces = GeneratedClass.flattener(cut);
    boolean cuts = false;
    for (int rank = 0; rank < plain.mesh().ranks(); rank++) {
      Whole before = Whole.of(plain, rank);
      Whole after = Whole.of(pieces, rank);
      assertThat(after.work).isEqualTo(before.work);
      assertThat(after.shares.keySet()).isEqualTo(before.shares.keySet());
      for (Map.Entry<String, Long> share : before.shares.entrySet()) {
        int more = after.pieces.get(share.getKey()) - before.pieces.get(share.getKey());
        assertThat(after.shares.get(share.getKey()))
            .as(share.getKey())
            .isBetween(share.getValue(), share.getValue() + (long) more * WHOLE_ELEMENTS);
      }
      cuts |= !after.pieces.equals(before.pieces);
      assertThat(after.pieces.keySet()).isEqualTo(before.pieces.keySet());
      for (Map.Entry<String, Long> bytes : before.memory.entrySet()) {
        String name = bytes.getKey();
        int count = after.pieces.get(name) / before.pieces.get(name);
        assertThat(after.memory.get(name))
            .as(name)
            .isBetween(bytes.getValue(), count * bytes.getValue());
      }
    }
    Verified.assertEnds(pieces);
    Statistics.collect(cuts);
    Statistics.coverage(check -> check.check(true).percentage(share -> share > 20));
  }

  /** The same nodes, none before what it waits for. */
  @Property(tries = 300)
  void expertsChangeTheOrderAlone(@ForAll("models") String text) {
    Optional<Compiled> compiled = compile(text);
    Assume.that(compiled.isPresent());
    List<Section> plain = compiled.get().program().allBlocks();
    List<Section> arranged = compile(with(text, "experts")).orElseThrow().program().allBlocks();
    boolean moves = false;
    for (int i = 0; i < plain.size(); i++) {
      moves |= !facts(plain.get(i).backward()).equals(facts(arranged.get(i).backward()));
      isPermuted(plain.get(i).forward(), arranged.get(i).forward());
      isPermuted(plain.get(i).backward(), arranged.get(i).backward());
      Optional<Pass> again = plain.get(i).pass(Pass.Kind.BACKWARD, true);
      Optional<Pass> other = arranged.get(i).pass(Pass.Kind.BACKWARD, true);
      if (again.isPresent() && other.isPresent()) {
        isPermuted(again.get().nodes(), other.get().nodes());
      }
    }
    Statistics.collect(moves);
    Statistics.coverage(check -> check.check(true).count(count -> count > 5));
  }

  private static void isPermuted(List<LocalNode> plain, List<LocalNode> arranged) {
    assertThat(facts(arranged)).containsExactlyInAnyOrderElementsOf(facts(plain));
    Set<Value> waiting = new HashSet<>();
    plain.forEach(node -> waiting.addAll(node.outputs()));
    for (LocalNode node : arranged) {
      assertThat(node.inputs()).as(node.operation()).noneMatch(waiting::contains);
      waiting.removeAll(node.outputs());
    }
  }

  private static List<String> facts(List<LocalNode> nodes) {
    return nodes.stream()
        .map(node -> node.operation() + " " + node.inputs() + " " + node.outputs())
        .toList();
  }
}
