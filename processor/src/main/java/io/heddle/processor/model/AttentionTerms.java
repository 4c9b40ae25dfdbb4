package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves {@code attend(q, k, v, over = s, causal)}. */
final class AttentionTerms {
  private static final CallArguments.Form FORM =
      new CallArguments.Form(
          "`attend(q, k, v, over = dim)`, perhaps with `: keys` behind it, `window = n`, `causal` "
              + "and `dropout`",
          List.of("over"),
          List.of("window"),
          List.of("causal", "dropout"));

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  AttentionTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.to = to;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable String name) {
    Optional<CallArguments> given = CallArguments.of(call, FORM, scope, names);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    CallArguments arguments = given.get();
    Name queries = arguments.dim("over");
    if (arguments.terms().size() != 3 || queries == null) {
      arguments.wrong();
      return Optional.empty();
    }
    Name ofKeys = arguments.keys("over");
    Optional<Dim> over = names.dims().find(queries);
    Optional<Dim> keys = ofKeys == null ? over : names.dims().find(ofKeys);
    List<Tensor> tensors = new ArrayList<>();
    for (Term term : arguments.terms()) {
      terms.tensor(term).ifPresent(tensors::add);
    }
    return over.isEmpty() || keys.isEmpty() || tensors.size() != 3
        ? Optional.empty()
        : attend(call, tensors, over.get(), keys.get(), arguments, name);
  }

  private Optional<Tensor> attend(
      Term.Call call,
      List<Tensor> tensors,
      Dim over,
      Dim keys,
      CallArguments arguments,
      @Nullable String name) {
    Tensor q = tensors.get(0);
    Tensor k = tensors.get(1);
    Tensor v = tensors.get(2);
    if (tensors.stream().anyMatch(tensor -> tensor.dims().isEmpty())) {
      arguments.wrong();
      return Optional.empty();
    }
    Dim valueDim = v.dims().get(v.dims().size() - 1);
    List<Dim> queries = new ArrayList<>(q.dims().subList(0, q.dims().size() - 1));
    String wrong = wrong(q, k, v, over, keys);
    if (wrong != null) {
      names
          .diagnostics()
          .report(
              Code.ATTENTION_SHAPE,
              call.span(),
              Draft.list(q.dims()),
              Draft.list(k.dims()),
              Draft.list(v.dims()))
          .help(wrong)
          .add();
      return Optional.empty();
    }
    List<Dim> result = new ArrayList<>(queries);
    result.add(valueDim);
    String made = name != null ? name : terms.fresh("attend." + q.name());
    Tensor tensor = new Tensor(made, result, call.span());
    boolean causal = arguments.says("causal");
    boolean dropout = arguments.says("dropout");
    Expression window = arguments.number("window");
    to.add(new Attend(tensor, q, k, v, over, keys, causal, dropout, window, call.span()));
    return Optional.of(tensor);
  }

  /** Why the tensors do not fit together; null if they do. */
  private static @Nullable String wrong(Tensor q, Tensor k, Tensor v, Dim over, Dim keys) {
    Set<Dim> ofKeys = new HashSet<>(k.dims().subList(0, k.dims().size() - 1));
    Set<Dim> ofValues = new HashSet<>(v.dims().subList(0, v.dims().size() - 1));
    Set<Dim> ofQueries = new HashSet<>(q.dims().subList(0, q.dims().size() - 1));
    if (!k.dims().get(k.dims().size() - 1).equals(q.dims().get(q.dims().size() - 1))) {
      return "the last dimensions of q and k are multiplied and must be the same";
    }
    if (!ofQueries.contains(over) || !ofKeys.contains(keys) || !ofValues.contains(keys)) {
      return over.equals(keys)
          ? "`" + over + "` must be a dimension of q, k and v, and not their last"
          : "`%s` must be a dimension of q, `%s` of k and v, and not their last"
              .formatted(over, keys);
    }
    if (!ofKeys.equals(ofValues)) {
      return "k and v must have the same dimensions but for the last";
    }
    if (!over.equals(keys) && (ofKeys.contains(over) || ofQueries.contains(keys))) {
      return "`%s` numbers queries only, `%s` keys only".formatted(over, keys);
    }
    ofKeys.remove(keys);
    return ofQueries.containsAll(ofKeys) ? null : "q must have every dimension of k";
  }
}
