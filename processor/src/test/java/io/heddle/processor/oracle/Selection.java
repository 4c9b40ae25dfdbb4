package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.VisibleKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Selection of keys by some queries among all keys. */
final class Selection {
  /** In place of the number of a key where a query sees fewer than it may select. */
  static final double NONE = -1;

  private static final double RESOLUTION = 1e8;

  private final Select op;
  private final Array q;
  private final Array k;
  private final @Nullable Array weights;
  private final Dim key;
  private final int firstQuery;
  private final int count;
  private @Nullable RaggedRow row;

  /**
   * @param q perhaps only some of the queries
   * @param firstQuery which of all they begin with
   * @param count keys for each query
   */
  Selection(Select op, Array q, Array k, @Nullable Array weights, int firstQuery, int count) {
    this.op = op;
    this.key = new Dim(op.keys().name() + "'", op.keys().size(), op.keys().span());
    this.q = q;
    this.k = k.renamed(op.keys(), key);
    this.weights = weights;
    this.firstQuery = firstQuery;
    this.count = count;
  }

  /** The number of a query among all tokens whose keys are there, those of a cache first. */
  static int place(Select op, Grid grid, int query) {
    return op.visible().before() == null
        ? query
        : query + grid.size(op.keys()) - grid.size(op.over());
  }

  /** The same in a ragged row. */
  Selection in(@Nullable RaggedRow sequences) {
    row = sequences;
    return this;
  }

  /** Dimensions of the result but that of the keys, and keys in its place. */
  private List<Dim> scored() {
    List<Dim> dims = new ArrayList<>(Mathematics.without(op.result().dims(), op.count()));
    dims.add(key);
    return dims;
  }

  /** Products of the heads, each by itself. */
  private Array products() {
    List<Dim> dims = new ArrayList<>(Mathematics.without(q.dims(), op.scoreDim()));
    dims.add(key);
    return Array.einsum(dims, q, k);
  }

  private Array scores() {
    if (weights == null) {
      return products().sumTo(scored());
    }
    return products().map(x -> Math.max(0, x)).times(weights).sumTo(scored());
  }

  /** The numbers of the keys with the highest scores, the first of equal ones. */
  Array indices() {
    Array scores = scores();
    List<Dim> dims = op.result().dims();
    List<Dim> scored = scored();
    int[] sizes = dims.stream().mapToInt(d -> d.equals(op.count()) ? count : q.size(d)).toArray();
    return Array.of(
        dims,
        sizes,
        index -> {
          int[] at =
              scored.stream().mapToInt(d -> d.equals(key) ? 0 : index[dims.indexOf(d)]).toArray();
          int query = firstQuery + index[dims.indexOf(op.over())];
          List<Integer> best = best(scores, at, query);
          int wanted = index[dims.indexOf(op.count())];
          return wanted < best.size() ? best.get(wanted) : NONE;
        });
  }

  private List<Integer> best(Array scores, int[] at, int query) {
    return IntStream.range(0, k.size(key))
        .filter(number -> sees(query, number))
        .boxed()
        .sorted(Comparator.comparingDouble(number -> -rounded(scores.at(with(at, number)))))
        .limit(count)
        .toList();
  }

  /** Scores that differ by rounding alone are equal, however ranks have added them up. */
  private static double rounded(double score) {
    return Math.rint(score * RESOLUTION);
  }

  /** The same place, at another key: keys are the last dimension. */
  private static int[] with(int[] at, int number) {
    int[] other = at.clone();
    other[other.length - 1] = number;
    return other;
  }

  private boolean sees(int query, int number) {
    VisibleKeys visible = op.visible();
    if (row == null) {
      return !(visible.causal() && number > query);
    }
    RaggedRow.Token token = row.token(query);
    int sequence = token.sequence();
    return row.sequence(number) == sequence
        && !(visible.causal()
            && number - row.begin(sequence) > row.before(sequence) + token.place());
  }

  /** Values of keys, for each selected key that of its number. */
  private static Array gathered(Array values, Array indices) {
    List<Dim> dims = indices.dims();
    int[] sizes = dims.stream().mapToInt(indices::size).toArray();
    List<Dim> from = values.dims();
    int last = from.size() - 1;
    return Array.of(
        dims,
        sizes,
        index -> {
          double number = indices.at(index);
          if (number == NONE) {
            return 0;
          }
          int[] at = new int[from.size()];
          for (int i = 0; i < last; i++) {
            at[i] = index[dims.indexOf(from.get(i))];
          }
          at[last] = (int) number;
          return values.at(at);
        });
  }

  /** 1 for each selected key, and 0 for all others. */
  private static Array chosen(Array indices, Dim count, Dim key, int keys) {
    List<Dim> dims = new ArrayList<>(Mathematics.without(indices.dims(), count));
    dims.add(key);
    int[] sizes = dims.stream().mapToInt(d -> d.equals(key) ? keys : indices.size(d)).toArray();
    int place = indices.dims().indexOf(count);
    return Array.of(
        dims,
        sizes,
        index -> {
          int[] at = new int[indices.dims().size()];
          for (int i = 0; i < index.length - 1; i++) {
            at[indices.dims().indexOf(dims.get(i))] = index[i];
          }
          for (int i = 0; i < indices.size(count); i++) {
            at[place] = i;
            if (indices.at(at) == index[index.length - 1]) {
              return 1;
            }
          }
          return 0;
        });
  }

  /** Scores that queries give to keys of a dimension, without those that are not selected. */
  static Array masked(Array scores, Array indices, Dim count, Dim key) {
    Array chosen = chosen(indices, count, key, scores.size(key));
    return scores.with(chosen, (score, one) -> one > 0 ? score : -1e9);
  }

  /**
   * What attention gives to each selected key, all its heads that share the selection together.
   *
   * @param shares of all keys, of which {@code key} is the last dimension
   */
  static Array target(Array shares, Array indices, Dim count, Dim key) {
    List<Dim> dims = new ArrayList<>(Mathematics.without(indices.dims(), count));
    dims.add(key);
    return gathered(shares.sumTo(dims), indices);
  }

  /** KL(target || softmax of the scores), both over the selected keys, of all queries. */
  double loss(Array indices, Array target) {
    Array given = normalised(target);
    Array own = softmax(indices);
    Array terms = given.with(own, (p, i) -> p > 0 ? p * Math.log(p / i) : 0);
    return terms.sumTo(List.of()).at();
  }

  private Array normalised(Array target) {
    Array sums = target.sumTo(Mathematics.without(target.dims(), op.count()));
    return target.with(sums, (value, sum) -> value / sum);
  }

  private Array softmax(Array indices) {
    Array powers =
        gathered(scores(), indices)
            .map(Math::exp)
            .with(indices, (power, number) -> number == NONE ? 0 : power);
    Array sums = powers.sumTo(Mathematics.without(indices.dims(), op.count()));
    return powers.with(sums, (power, sum) -> power / sum);
  }

  /** The gradients of queries, keys and perhaps weights of {@link #loss}. */
  Map<Tensor, Array> gradients(Array indices, Array target) {
    Array of = softmax(indices).with(normalised(target), (own, given) -> own - given);
    Array scores = scattered(of, indices);
    Array products = products();
    Array each =
        weights == null
            ? products.map(x -> 1).times(scores)
            : products.map(x -> x > 0 ? 1 : 0).times(weights).times(scores);
    Map<Tensor, Array> all = new LinkedHashMap<>();
    all.merge(op.q(), Array.einsum(q.dims(), each, k), Array::plus);
    Array ofKeys = Array.einsum(k.dims(), each, q).renamed(key, op.keys());
    all.merge(op.k(), ofKeys, Array::plus);
    if (weights != null) {
      Array left = products.map(x -> Math.max(0, x));
      all.merge(op.weights(), Array.einsum(weights.dims(), scores, left), Array::plus);
    }
    return all;
  }

  /** From selected keys back to all. */
  private Array scattered(Array of, Array indices) {
    List<Dim> dims = scored();
    int[] sizes = dims.stream().mapToInt(d -> d.equals(key) ? k.size(key) : of.size(d)).toArray();
    int place = of.dims().indexOf(op.count());
    return Array.of(
        dims,
        sizes,
        index -> {
          int[] at = new int[of.dims().size()];
          for (int i = 0; i < index.length - 1; i++) {
            at[of.dims().indexOf(dims.get(i))] = index[i];
          }
          double sum = 0;
          for (int i = 0; i < of.size(op.count()); i++) {
            at[place] = i;
            sum += indices.at(at) == index[index.length - 1] ? of.at(at) : 0;
          }
          return sum;
        });
  }
}
