package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.PlanValues;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Attention on rings of all sizes, beside tensor parallelism, pipelines and split query groups. */
final class RingProperties {
  private static final int LAYERS = 2;
  private static final int MICRO_BATCHES = 2;
  private static final long SEQUENCE = 144;
  private static final long GROUPS = 4;
  private static final long DEPTH = 6;
  private static final long VALUES = 10;

  /** A mesh; the sequence is split over {@code outer} and {@code inner}. */
  private record Shape(
      int outer, int inner, int tp, int rep, int pp, boolean causal, boolean recompute) {
    int ring() {
      return outer * inner;
    }

    int ranks() {
      return ring() * tp * rep * pp;
    }

    String text(String context) {
      return """
      tfm 1
      import "std/devices.tfm"
      cluster flat(n = 1) {
        device h100_sxm
        network switch n at 50 GB/s latency 1 us
      }
      model M {
        dim b
        dim s = 144, h = 16, voc = 16, g = 4, r = 2, d = 6, e = 10
        block attention(x[b s h]) {
          weight wq[h g r d], wk[h g d], wv[h g e], wo[g r e h]
          a = rmsnorm(x)
          fused qkv {
            q[b s g r d] = a * wq
            k[b s g d]   = a * wk
            v[b s g e]   = a * wv
          }
          o[b s g r e] = attend(rope(q), rope(k), v, over = s @causal)
          y[b s h]     = o * wo
          return x + y
        }
        embed tokens[voc h]
        stack 2 of attention
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = @pp, outer = @outer, rep = @rep, inner = @inner, tp = @tp
        shard {
          s over outer, inner
          g voc over tp
          r over rep
          layers over pp
          stream: s over outer, inner, tp
        }
        batch 2  micro_batch 1
        recompute @recompute
        context @context
        on flat(n = @ranks)
      }
      """
          .replace("@causal", causal ? ", causal" : "")
          .replace("@pp", String.valueOf(pp))
          .replace("@outer", String.valueOf(outer))
          .replace("@inner", String.valueOf(inner))
          .replace("@tp", String.valueOf(tp))
          .replace("@recompute", recompute ? "full" : "none")
          .replace("@rep", String.valueOf(rep))
          .replace("@context", context)
          .replace("@ranks", String.valueOf(ranks()));
    }

    Compiled compile(String context) {
      return Sources.compile(new Source("ring.tfm", text(context)), "P");
    }
  }

  @Provide
  Arbitrary<Shape> shapes() {
    Arbitrary<Integer> halves = Arbitraries.of(1, 2);
    return Combinators.combine(
            Arbitraries.of(1, 2, 3),
            Arbitraries.of(1, 2, 4),
            halves,
            halves,
            halves,
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Shape::new)
        .filter(shape -> shape.ranks() > 1);
  }

  @Property(tries = 25)
  void generatedCodeEmitsWhatTheInterpreterEmits(@ForAll("shapes") Shape shape) {
    Compiled compiled = shape.compile("ring");
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < shape.ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
  }

  /** The class that is generated for one mesh serves any other. */
  @Property(tries = 15)
  void oneClassServesAllMeshes(@ForAll("shapes") Shape from, @ForAll("shapes") Shape other) {
    Compiled compiled =
        new Shape(
                other.outer,
                other.inner,
                other.tp,
                other.rep,
                other.pp,
                from.causal,
                other.recompute)
            .compile("ring");
    PlanValues values = GeneratedClass.of(compiled.java("demo")).defaults();
    Flattener generated = GeneratedClass.of(from.compile("ring").java("demo")).flattener(values);
    Flattener interpreted = new InterpretedFlattener(compiled, values);
    assertThat(NodeLines.of(generated, 0)).isEqualTo(NodeLines.of(interpreted, 0));
  }

  /** On one rank there is nothing to pass on: what is left is the plain kernel. */
  @Property(tries = 10)
  void aRingOfOneRankIsPlainAttention(@ForAll("shapes") Shape shape) {
    Shape whole = new Shape(1, 1, 2, shape.rep, shape.pp, shape.causal, shape.recompute);
    Flattener ring = GeneratedClass.flattener(whole.compile("ring"));
    Flattener gathered = GeneratedClass.flattener(whole.compile("all_gather"));
    assertThat(NodeLines.of(ring, 0)).isEqualTo(NodeLines.of(gathered, 0));
  }

  /** The steps of a ring add up to the kernel on gathered keys, to the last operation. */
  @Property(tries = 25)
  void ringsDoTheWorkOfGatheredKeys(@ForAll("shapes") Shape shape) {
    CountingSink ring = counts(shape, "ring");
    CountingSink gathered = counts(shape, "all_gather");
    assertThat(ring.modelMatmulOperations()).isEqualTo(gathered.modelMatmulOperations());
    assertThat(ring.recomputedMatmulOperations()).isEqualTo(gathered.recomputedMatmulOperations());
    assertThat(ring.rescoreOperations()).isEqualTo(gathered.rescoreOperations());
    // Gradients of keys and values are added up n - 1 times.
    assertThat(ring.pointwiseOperations().subtract(gathered.pointwiseOperations()))
        .isEqualTo(keys(shape).multiply(BigInteger.valueOf(shape.ring() - 1L)));
  }

  /** Forward n - 1 messages of keys and values from each rank, backward as many and n back home. */
  @Property(tries = 25)
  void bytesSentAreThoseOfTheClosedForm(@ForAll("shapes") Shape shape) {
    CountingSink counts = counts(shape, "ring");
    long n = shape.ring();
    long messages = n == 1 ? 0 : (shape.recompute() ? 2 : 1) * (n - 1) + (n - 1) + n;
    assertThat(counts.sentInGroupsBytes())
        .isEqualTo(keys(shape).multiply(BigInteger.valueOf(2 * messages)));
  }

  /** Elements of keys and values, over all ranks, layers and micro-batches. */
  private static BigInteger keys(Shape shape) {
    long whole = SEQUENCE * GROUPS * (DEPTH + VALUES) * shape.rep();
    return BigInteger.valueOf(whole * LAYERS * MICRO_BATCHES);
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
