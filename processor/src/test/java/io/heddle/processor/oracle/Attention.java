package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;

/** Attention of some queries to all keys. */
final class Attention {
  private final Attend op;
  private final Array q;
  private final Array k;
  private final Array v;

  /** The keys' own name for the dimension that is queries too. */
  private final Dim key;

  private final int firstQuery;

  /**
   * @param q perhaps only some of the queries
   * @param firstQuery which of all they begin with
   */
  Attention(Attend op, Array q, Array k, Array v, int firstQuery) {
    this.op = op;
    this.q = q;
    this.key = new Dim(op.keys().name() + "'", op.keys().size(), op.keys().span());
    this.k = k.renamed(op.keys(), key);
    this.v = v.renamed(op.keys(), key);
    this.firstQuery = firstQuery;
  }

  /** What the operation makes. */
  Array result() {
    return Array.einsum(op.result().dims(), shares(), v);
  }

  /** The gradients of queries, keys and values. */
  List<Array> gradients(Array gradient) {
    Array shares = shares();
    Array of = Array.einsum(shares.dims(), gradient, v);
    Array mean = shares.times(of).sumTo(Mathematics.without(shares.dims(), key));
    Array scores = shares.times(of.with(mean, (a, b) -> a - b));
    Array dq = Array.einsum(q.dims(), scores, k);
    Array dk = Array.einsum(k.dims(), scores, q).renamed(key, op.keys());
    Array dv = Array.einsum(v.dims(), shares, gradient).renamed(key, op.keys());
    return List.of(dq, dk, dv);
  }

  /** What share of each value goes into a result. */
  private Array shares() {
    List<Dim> dims = new ArrayList<>(Mathematics.without(q.dims(), op.scoreDim()));
    dims.add(key);
    Array scores = Array.einsum(dims, q, k);
    if (op.causal() || op.window() != null) {
      int query = dims.indexOf(op.over());
      int[] sizes = dims.stream().mapToInt(scores::size).toArray();
      Array all = scores;
      scores =
          Array.of(
              dims, sizes, i -> sees(firstQuery + i[query], i[dims.size() - 1]) ? all.at(i) : -1e9);
    }
    Array powers = scores.map(Math::exp);
    Array sums = powers.sumTo(Mathematics.without(dims, key));
    return powers.with(sums, (power, sum) -> power / sum);
  }

  private boolean sees(int query, int key) {
    long window = op.window() instanceof Expression.Literal w ? w.value() : Integer.MAX_VALUE;
    return Math.abs(query - key) < window && !(op.causal() && key > query);
  }
}
