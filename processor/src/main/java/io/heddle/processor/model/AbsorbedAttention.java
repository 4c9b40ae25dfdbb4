package io.heddle.processor.model;

import io.heddle.processor.model.Absorption.Part;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The operations of an attention that absorbs products: the queries times the weights of the keys,
 * attention to what is kept, and what it makes times the weight of the values.
 */
final class AbsorbedAttention {
  private static final String ABSORBED = ".absorbed";

  private final InferenceModel model;
  private final Absorption absorption;
  private final Attend attend;
  private final UnaryOperator<Tensor> now;
  private final Map<Weight, Weight> weights;
  private final @Nullable SelectedKeys selected;
  private final List<Operation> operations = new ArrayList<>();

  /**
   * @param now what becomes of a tensor of the new tokens
   * @param weights what becomes of weights
   * @param selected the keys that new tokens see; null: all
   */
  AbsorbedAttention(
      InferenceModel model,
      Absorption absorption,
      UnaryOperator<Tensor> now,
      Map<Weight, Weight> weights,
      @Nullable SelectedKeys selected) {
    this.model = model;
    this.absorption = absorption;
    this.attend = absorption.attend();
    this.now = now;
    this.weights = weights;
    this.selected = selected;
  }

  /** The dimension of queries and keys. */
  private Dim scoreDim() {
    List<Dim> latent = absorption.keys().stream().map(Part::latent).toList();
    return latent.size() == 1 ? latent.get(0) : model.joined(latent);
  }

  /**
   * The keys as they lie in the cache, side by side.
   *
   * @param first of what is kept for them, with all tokens
   */
  Tensor keys(Tensor first) {
    List<Dim> dims = new ArrayList<>(first.dims());
    dims.set(dims.size() - 1, scoreDim());
    return new Tensor("cache." + attend.k().name() + ABSORBED, dims, attend.span());
  }

  /**
   * The operations.
   *
   * @param keys what is kept for the keys, with all tokens
   * @param values what is kept for the values, with all tokens
   * @param tokens the dimension of all tokens
   */
  List<Operation> operations(Tensor keys, Tensor values, Dim tokens) {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < absorption.keys().size(); i++) {
      parts.add(query(i));
    }
    Tensor q = parts.size() == 1 ? parts.get(0) : joined(parts);
    Weight up = absorption.values().up();
    Tensor result = now.apply(attend.result());
    Tensor attended = up == null ? result : attended(result, q, values);
    operations.add(
        new Attend(
            attended,
            q,
            keys,
            values,
            model.tokens(),
            tokens,
            model.visible(attend.visible()),
            attend.scores(),
            selected,
            attend.span()));
    if (up != null) {
      operations.add(new Einsum(result, attended, weight(up), attend.span()));
    }
    return operations;
  }

  private Weight weight(Weight up) {
    return Objects.requireNonNull(weights.get(up));
  }

  /** A part of the queries, times the weight of the part of the keys that it meets. */
  private Tensor query(int i) {
    Part key = absorption.keys().get(i);
    Tensor part = absorption.queries().isEmpty() ? cut(i) : now.apply(absorption.queries().get(i));
    if (key.up() == null) {
      return part;
    }
    Weight up = weight(key.up());
    List<Dim> dims = new ArrayList<>(now.apply(attend.q()).dims());
    dims.remove(attend.scoreDim());
    dims.removeIf(dim -> !part.dims().contains(dim) && !up.dims().contains(dim));
    dims.add(key.latent());
    Tensor product = new Tensor(part.name() + ABSORBED, dims, attend.span());
    operations.add(new Einsum(product, part, up, attend.span()));
    return product;
  }

  private Tensor cut(int i) {
    Tensor q = now.apply(attend.q());
    Dim own = absorption.keys().get(i).own();
    List<Dim> dims = new ArrayList<>(q.dims());
    dims.set(dims.indexOf(attend.scoreDim()), own);
    Expression at =
        absorption.keys().subList(0, i).stream()
            .map(before -> Objects.requireNonNull(before.own().size()))
            .reduce((left, right) -> model.binary(Operator.ADD, left, right))
            .orElse(model.number(0));
    Tensor part = new Tensor(q.name() + "." + own.name(), dims, attend.span());
    operations.add(new Slice(part, q, attend.scoreDim(), own, at, attend.span()));
    return part;
  }

  private Tensor joined(List<Tensor> parts) {
    List<Dim> dims = new ArrayList<>(now.apply(attend.q()).dims());
    dims.set(dims.indexOf(attend.scoreDim()), scoreDim());
    Tensor q = new Tensor(attend.q().name() + ABSORBED, dims, attend.span());
    List<Dim> own = absorption.keys().stream().map(Part::latent).toList();
    operations.add(new Concat(q, parts, scoreDim(), own, attend.span()));
    return q;
  }

  /** What attention makes of what is kept: in place of values it has sums of that. */
  private Tensor attended(Tensor result, Tensor q, Tensor values) {
    List<Dim> dims = new ArrayList<>(result.dims());
    dims.removeIf(
        dim ->
            !dim.equals(attend.valueDim())
                && !q.dims().contains(dim)
                && !values.dims().contains(dim));
    dims.set(dims.indexOf(attend.valueDim()), absorption.values().latent());
    return new Tensor(result.name() + ABSORBED, dims, attend.span());
  }
}
