package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.VisibleKeys;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Attention of some queries to all keys. */
final class Attention {
  private final Attend op;
  private final Array q;
  private final Array k;
  private final Array v;
  private final @Nullable Array sinks;

  /** The keys' own name for the dimension that is queries too. */
  private final Dim key;

  private final int firstQuery;

  /** Where the tokens of a mixed step are; null in any other. */
  private @Nullable RaggedRow row;

  /** The numbers of the keys that queries see; null: all that are visible. */
  private @Nullable Array selected;

  /**
   * @param q perhaps only some of the queries
   * @param sinks one score more for each head; null: none
   * @param firstQuery which of all they begin with
   */
  Attention(Attend op, Array q, Array k, Array v, @Nullable Array sinks, int firstQuery) {
    this.op = op;
    this.q = q;
    this.key = new Dim(op.keys().name() + "'", op.keys().size(), op.keys().span());
    this.k = k.renamed(op.keys(), key);
    this.v = v.renamed(op.keys(), key);
    this.sinks = sinks;
    this.firstQuery = firstQuery;
  }

  /** The number of a query among all tokens whose keys are there, those of a cache first. */
  static int place(Attend op, Grid grid, int query) {
    return op.visible().before() == null
        ? query
        : query + grid.size(op.keys()) - grid.size(op.over());
  }

  /** The same in a ragged row. */
  Attention in(@Nullable RaggedRow sequences) {
    row = sequences;
    return this;
  }

  /** The same, to selected keys only. */
  Attention to(@Nullable Array indices) {
    selected = indices;
    return this;
  }

  /** What queries give to each selected key, all their heads together. */
  Array target() {
    Array indices = Objects.requireNonNull(selected);
    return Selection.target(shares(), indices, op.selected().count(), key);
  }

  /** What the operation makes. */
  Array result() {
    return Array.einsum(op.result().dims(), shares(), v);
  }

  /** The gradients of queries, keys and values. */
  List<Array> gradients(Array gradient) {
    Array shares = shares();
    Array of = Array.einsum(shares.dims(), gradient, v);
    Array mean = mean(shares, gradient);
    Array scores = shares.times(of.with(mean, (a, b) -> a - b)).times(slope());
    Array dq = Array.einsum(q.dims(), scores, k);
    Array dk = Array.einsum(k.dims(), scores, q).renamed(key, op.keys());
    Array dv = Array.einsum(v.dims(), shares, gradient).renamed(key, op.keys());
    return List.of(dq, dk, dv);
  }

  /** The gradient of the sinks: what they take from the shares of all queries. */
  Array sinkGradient(Array gradient) {
    Array own = Objects.requireNonNull(sinks);
    Array shares = shares();
    Array total = shares.sumTo(Mathematics.without(shares.dims(), key));
    Array mean = mean(shares, gradient);
    return total.with(mean, (share, m) -> (share - 1) * m).sumTo(own.dims());
  }

  private Array mean(Array shares, Array gradient) {
    Array of = Array.einsum(shares.dims(), gradient, v);
    return shares.times(of).sumTo(Mathematics.without(shares.dims(), key));
  }

  private Array raw() {
    List<Dim> dims = new ArrayList<>(Mathematics.without(q.dims(), op.scoreDim()));
    dims.add(key);
    return Array.einsum(dims, q, k);
  }

  private Array slope() {
    Expression cap = op.scores().softcap();
    return raw().map(score -> cap == null ? 1 : 1 - square(Math.tanh(score / value(cap))));
  }

  private static double square(double value) {
    return value * value;
  }

  private static long value(Expression number) {
    return ((Expression.Literal) number).value();
  }

  /** What share of each value goes into a result. */
  private Array shares() {
    Expression cap = op.scores().softcap();
    Array scores =
        raw().map(score -> cap == null ? score : value(cap) * Math.tanh(score / value(cap)));
    List<Dim> dims = scores.dims();
    if (op.visible().causal() || op.visible().isBounded()) {
      int query = dims.indexOf(op.over());
      int[] sizes = dims.stream().mapToInt(scores::size).toArray();
      Array all = scores;
      scores =
          Array.of(
              dims, sizes, i -> sees(firstQuery + i[query], i[dims.size() - 1]) ? all.at(i) : -1e9);
    }
    if (selected != null) {
      scores = Selection.masked(scores, selected, op.selected().count(), key);
    }
    Array powers = scores.map(Math::exp);
    Array sums = powers.sumTo(Mathematics.without(dims, key));
    if (sinks != null) {
      sums = sums.plus(sinks.map(Math::exp));
    }
    return powers.with(sums, (power, sum) -> power / sum);
  }

  /** Pairs of query and key that are computed, counted one by one. */
  static long pairs(Attend op, long sequence) {
    long pairs = 0;
    for (int query = 0; query < sequence; query++) {
      for (int key = 0; key < sequence; key++) {
        pairs += sees(op, query, key) ? 1 : 0;
      }
    }
    return pairs;
  }

  private boolean sees(int query, int key) {
    if (row == null) {
      return sees(op, query, key);
    }
    RaggedRow.Token token = row.token(query);
    int sequence = token.sequence();
    return row.sequence(key) == sequence
        && sees(op, row.before(sequence) + token.place(), key - row.begin(sequence));
  }

  private static boolean sees(Attend op, int query, int key) {
    VisibleKeys visible = op.visible();
    if (visible.prefix() != null && Math.max(query, key) < value(visible.prefix())) {
      return true;
    }
    if (visible.chunk() != null && query / value(visible.chunk()) != key / value(visible.chunk())) {
      return false;
    }
    boolean isNear = visible.window() == null || Math.abs(query - key) < value(visible.window());
    return isNear && !(visible.causal() && key > query);
  }
}
