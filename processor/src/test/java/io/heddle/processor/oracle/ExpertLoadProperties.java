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
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What loads of experts change of random models, and what they do not. */
final class ExpertLoadProperties {
  private static final String RECORDED = "Recorded";
  private static final int RECORDED_MICRO_BATCHES = 3;

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs()
        .map(RandomModel::text)
        .filter(text -> text.contains("dispatch(") && !text.contains("  experts "));
  }

  @Provide
  Arbitrary<String> loads() {
    return Arbitraries.of(
        "even",
        "hot_expert(factor = 3)",
        "hot_expert(factor = 1000, seed = 5)",
        "hot_rank(factor = 1.7, seed = 2)",
        "log_normal(sigma = 1.5)",
        "log_normal(sigma = 6, seed = 9)",
        RECORDED);
  }

  private static Optional<Compiled> compile(String text) {
    return TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY).compile("P");
  }

  private static Compiled with(String text, String experts) {
    String loaded = text.replaceFirst("(?m)^  batch ", "  experts " + experts + "\n  batch ");
    Optional<Compiled> compiled =
        compile(experts.contains(RECORDED) ? loaded + recorded(text) : loaded);
    Assume.that(compiled.isPresent());
    return compiled.get();
  }

  /** A load with a line for each layer of a model and some micro-batches. */
  private static String recorded(String text) {
    Optional<Compiled> whole = compile(text);
    Assume.that(whole.isPresent());
    PlanNumbers numbers = whole.get().numbers();
    Dim experts = whole.get().plan().model().expertRows().values().iterator().next().experts();
    Random random = new Random(text.hashCode());
    StringBuilder load = new StringBuilder("\nload " + RECORDED + " {\n");
    for (int layer = 0; layer < numbers.layers().total(); layer++) {
      Model.LayerKind kind =
          whole.get().plan().model().layerKinds().get(numbers.layers().kindOf(layer));
      if (kind.blocks().stream()
          .flatMap(block -> block.operations().stream())
          .noneMatch(Operation.Dispatch.class::isInstance)) {
        continue;
      }
      for (int i = 0; i < RECORDED_MICRO_BATCHES; i++) {
        load.append("  layer %d micro_batch %d = 1".formatted(layer, i));
        for (long expert = 1; expert < numbers.dims().get(experts); expert++) {
          load.append(", ").append(random.nextInt(4));
        }
        load.append('\n');
      }
    }
    return load.append("}\n").toString();
  }

  private static Flattener interpreted(Compiled compiled) {
    return new InterpretedFlattener(compiled, BoundPlan.of(compiled));
  }

  @Property(tries = 40)
  void theGeneratedClassDoesWhatTheProgramSaysAndEveryRankEnds(
      @ForAll("models") String text, @ForAll("loads") String load) {
    Compiled compiled = with(text, "load = " + load);
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    Verified.assertEnds(generated);
  }

  /** What a rank sends to another with which tag, and what the other waits for. */
  private static final class Ends implements NodeSink {
    private final Map<List<Integer>, Long> sent = new TreeMap<>(Ends::compare);
    private final Map<List<Integer>, Long> received = new TreeMap<>(Ends::compare);
    private long bytes;
    private int rank;

    private static int compare(List<Integer> a, List<Integer> b) {
      for (int i = 0; i < a.size(); i++) {
        int order = Integer.compare(a.get(i), b.get(i));
        if (order != 0) {
          return order;
        }
      }
      return 0;
    }

    static Ends of(Flattener flattener) {
      Ends ends = new Ends();
      for (ends.rank = 0; ends.rank < flattener.mesh().ranks(); ends.rank++) {
        flattener.emit(ends.rank, ends);
      }
      return ends;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {}

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long size) {
      assertThat(size).isPositive();
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long size) {
      assertThat(size).isPositive();
      sent.merge(List.of(rank, peer, tag), size, Long::sum);
      bytes += size;
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long size) {
      received.merge(List.of(peer, rank, tag), size, Long::sum);
    }
  }

  @Property(tries = 60)
  void whatOneEndSendsTheOtherAwaits(@ForAll("models") String text, @ForAll("loads") String load) {
    Ends ends = Ends.of(interpreted(with(text, "load = " + load)));
    assertThat(ends.sent).isEqualTo(ends.received);
    Statistics.collect(ends.bytes > 0);
    Statistics.coverage(check -> check.check(true).count(count -> count > 0));
  }

  private static BigInteger products(Compiled compiled) {
    Flattener flattener = interpreted(compiled);
    BigInteger all = BigInteger.ZERO;
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      CountingSink sink = new CountingSink();
      flattener.emit(rank, sink);
      all = all.add(sink.modelMatmulOperations()).add(sink.recomputedMatmulOperations());
    }
    return all;
  }

  /** All ranks together multiply as much under every load: no token is lost. */
  @Property(tries = 60)
  void loadsShareOutTheSameWork(@ForAll("models") String text, @ForAll("loads") String load) {
    BigInteger even = products(with(text, "load = even"));
    assertThat(products(with(text, "load = " + load))).isEqualTo(even);
    // Rows of an even share are rounded up, so that there is as much or more work.
    assertThat(products(with(text, "exchange = pairwise"))).isGreaterThanOrEqualTo(even);
  }

  /**
   * Where even shares are whole, the load `even` is what is said without a load; but rows that have
   * a load are not cut in pieces.
   */
  @Property(tries = 240)
  void evenSharesThatAreWholeAreAsWithoutALoad(@ForAll("models") String text) {
    Assume.that(!text.contains(" chunks "));
    Compiled even = with(text, "load = even");
    boolean whole =
        even.numbers().experts().entrySet().stream()
            .allMatch(
                each -> {
                  long experts =
                      even.numbers()
                          .dims()
                          .get(even.plan().model().expertRows().get(each.getKey()).experts());
                  long ranks = each.getValue().ranks();
                  return each.getValue().sent() % experts == 0 && experts % ranks == 0;
                });
    Assume.that(whole);
    Flattener one = interpreted(even);
    Flattener other = interpreted(with(text, "exchange = pairwise"));
    for (int rank = 0; rank < one.mesh().ranks(); rank++) {
      assertThat(NodeLines.of(one, rank)).isEqualTo(NodeLines.of(other, rank));
    }
  }
}
