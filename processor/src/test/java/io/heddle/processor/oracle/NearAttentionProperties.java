package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Windows and chunks of sequences that ranks share, beside tensor parallelism, pipelines and split
 * groups of queries, alone and beside layers that see all keys.
 */
final class NearAttentionProperties {
  private static final int LAYERS = 2;
  private static final int MICRO_BATCHES = 2;
  private static final long SEQUENCE = 48;
  private static final long GROUPS = 2;
  private static final long DEPTH = 3;
  private static final long VALUES = 5;

  /**
   * A plan.
   *
   * @param far whether there are causal layers that see all, so that ranks have two pieces each
   */
  private record Shape(
      int ring, int tp, int rep, int pp, String visible, boolean far, boolean recompute) {
    int ranks() {
      return ring * tp * rep * pp;
    }

    boolean causal() {
      return visible.contains("causal");
    }

    long number() {
      return Long.parseLong(visible.replaceAll("\\D", ""));
    }

    int pieces() {
      return far ? 2 : 1;
    }

    String text(String context) {
      String attention =
          """
            block @name(x[b s h]) {
              weight wq[h g r d], wk[h g d], wv[h g e], wo[g r e h], sinks[g r]
              a = rmsnorm(x)
              fused qkv {
                q[b s g r d] = a * wq
                k[b s g d]   = a * wk
                v[b s g e]   = a * wv
              }
              o[b s g r e] = attend(rope(q), rope(k), v, over = s@visible, softcap = 2, sinks = sinks)
              y[b s h]     = o * wo
              return x + y
            }
          """;
      return """
      tfm 1
      import "std/devices.tfm"
      cluster flat(n = 1) {
        device h100_sxm
        network switch n at 50 GB/s latency 1 us
      }
      model M {
        dim b
        dim s = 48, h = 8, voc = 8, g = 2, r = 2, d = 3, e = 5
        @blocks
        embed tokens[voc h]
        stack 2 of near
        @far
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = @pp, cp = @cp, rep = @rep, tp = @tp
        shard {
          s over cp
          g voc over tp
          r over rep
          layers over pp
          stream: s over cp, tp
        }
        batch 2  micro_batch 1
        recompute @recompute
        context @context
        on flat(n = @ranks)
      }
      """
          .replace(
              "@blocks",
              attention.replace("@name", "near").replace("@visible", visible)
                  + (far ? attention.replace("@name", "all").replace("@visible", ", causal") : ""))
          .replace("@far", far ? "stack 2 of all" : "")
          .replace("@pp", String.valueOf(pp))
          .replace("@cp", String.valueOf(ring))
          .replace("@tp", String.valueOf(tp))
          .replace("@recompute", recompute ? "full" : "none")
          .replace("@rep", String.valueOf(rep))
          .replace("@context", context)
          .replace("@ranks", String.valueOf(ranks()));
    }

    Compiled compile(String context) {
      return Sources.compile(new Source("near.tfm", text(context)), "P");
    }
  }

  @Provide
  Arbitrary<Shape> shapes() {
    Arbitrary<Integer> halves = Arbitraries.of(1, 2);
    Arbitrary<String> kinds =
        Arbitraries.of(", window = ", ", chunk = ", ", causal, window = ", ", causal, chunk = ");
    Arbitrary<Integer> numbers = Arbitraries.of(1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 17, 24, 40, 48, 90);
    return Combinators.combine(
            Arbitraries.of(1, 2, 3, 4, 6),
            halves,
            halves,
            halves,
            Combinators.combine(kinds, numbers).as((kind, number) -> kind + number),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Shape::new)
        .filter(shape -> shape.ranks() > 1);
  }

  @Provide
  Arbitrary<String> contexts() {
    return Arbitraries.of("ring", "all_gather");
  }

  /** What no message brings would be found in results and gradients. */
  @Property(tries = 40)
  void whatComesIsEnough(@ForAll("shapes") Shape shape, @ForAll("contexts") String context) {
    RankRun.check(new Problem(shape.compile(context), 1));
  }

  @Property(tries = 15)
  void generatedCodeEmitsWhatTheInterpreterEmits(
      @ForAll("shapes") Shape shape, @ForAll("contexts") String context) {
    Compiled compiled = shape.compile(context);
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < shape.ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
  }

  @Property(tries = 15)
  void everyRankEnds(@ForAll("shapes") Shape shape, @ForAll("contexts") String context) {
    TerminationProperties.assertEnds(shape.compile(context));
  }

  /** Two kernels do the work of one, which is that of the pairs counted one by one. */
  @Property(tries = 15)
  void pairsAreCountedOnce(@ForAll("shapes") Shape shape) {
    CountingSink ring = counts(shape, "ring");
    CountingSink gathered = counts(shape, "all_gather");
    assertThat(ring.modelMatmulOperations()).isEqualTo(gathered.modelMatmulOperations());
    if (!shape.far) {
      assertThat(ring.pointwiseOperations()).isEqualTo(gathered.pointwiseOperations());
    }
    Shape alone = new Shape(1, shape.tp, shape.rep, 1, shape.visible, shape.far, false);
    BigInteger whole = counts(alone, "ring").modelMatmulOperations();
    // A rank's part of the pairs is rounded up: by less than one, of 14 products over its heads.
    long heads = GROUPS * 2 * 14 * (DEPTH + VALUES);
    BigInteger most =
        whole.add(BigInteger.valueOf(heads * shape.ring * 2L * LAYERS * MICRO_BATCHES));
    assertThat(gathered.modelMatmulOperations()).isBetween(whole, most);
  }

  /** Forward once, backward again and their gradients back; once more where all is recomputed. */
  @Property(tries = 25)
  void bytesSentAreThoseOfTheClosedForm(
      @ForAll("shapes") Shape shape, @ForAll("contexts") String context) {
    Shape near =
        new Shape(shape.ring, shape.tp, shape.rep, shape.pp, shape.visible, false, shape.recompute);
    long others = SEQUENCE * (near.ring - 1) / near.ring;
    long length = SEQUENCE / near.ring / near.pieces();
    long tokens = Math.min(others, wanted(near, length));
    long perToken = GROUPS * (DEPTH + VALUES) * near.rep * 2;
    long times = shape.recompute ? 4 : 3;
    long each = near.ring * perToken * times * LAYERS * MICRO_BATCHES;
    long sent = counts(near, context).sentInGroupsBytes().longValueExact();
    assertThat(sent % each).isZero();
    if (near.visible.contains("window") || length % near.number() == 0) {
      assertThat(sent / each).isEqualTo(tokens);
    } else {
      // A piece might lie worse in its chunk than any of these few does.
      assertThat(sent / each)
          .isBetween(tokens, Math.min(others, tokens + near.pieces() * near.number()));
    }
  }

  /** Tokens that the worst placed rank needs, by looking at each of them. */
  private static long wanted(Shape shape, long length) {
    long most = 0;
    long number = shape.number();
    boolean window = shape.visible.contains("window");
    for (long begin = 0; begin < SEQUENCE; begin += length) {
      long end = begin + length;
      long before = 0;
      long behind = 0;
      for (long key = 0; key < SEQUENCE; key++) {
        if (window) {
          before += key < begin && begin - key < number ? 1 : 0;
          behind += !shape.causal() && key >= end && key - (end - 1) < number ? 1 : 0;
        } else {
          before += key < begin && key / number == begin / number ? 1 : 0;
          behind += !shape.causal() && key >= end && key / number == (end - 1) / number ? 1 : 0;
        }
      }
      most = Math.max(most, before + behind);
    }
    return shape.pieces() * (window ? Math.max(most, beyondEnds(shape)) : most);
  }

  /** The ranks at the ends of the sequence get what the others need. */
  private static long beyondEnds(Shape shape) {
    return (shape.causal() ? 1 : 2) * (shape.number() - 1);
  }

  /** A window of one token sees no neighbour, and whole chunks on each rank neither. */
  @Example
  void whatReachesNobodySendsNothing() {
    for (String visible : List.of(", causal, window = 1", ", causal, chunk = 3", ", chunk = 6")) {
      for (String context : List.of("ring", "all_gather")) {
        Shape shape = new Shape(4, 1, 1, 1, visible, false, false);
        assertThat(counts(shape, context).sentInGroupsBytes()).isEqualTo(BigInteger.ZERO);
      }
    }
  }

  /** Both ways take as long from a trace as from memory, and a ring hides what it can. */
  @Example
  void aRingHidesWhatComes() {
    List<Long> times = new ArrayList<>();
    for (String context : List.of("ring", "all_gather")) {
      Compiled compiled =
          new Shape(4, 1, 1, 1, ", causal, window = 9", false, false).compile(context);
      Flattener flattener = GeneratedClass.flattener(compiled);
      times.add(
          new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
              .run(new FlattenerWorkload(flattener))
              .maxCycles());
    }
    assertThat(times.get(0)).isLessThan(times.get(1));
  }

  private static CountingSink counts(Shape shape, String context) {
    Flattener flattener = GeneratedClass.flattener(shape.compile(context));
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < shape.ranks(); rank++) {
      flattener.emit(rank, counts);
    }
    return counts;
  }
}
