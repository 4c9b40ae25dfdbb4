package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code top[b s n] = select(q, k, w, over = s, causal)}. */
final class SelectTerms {
  /** The word of the language. */
  static final String WORD = "select";

  private static final String EXAMPLE = "`top[b s n] = select(q, k, w, over = s, causal)`";
  private static final CallArguments.Form FORM =
      new CallArguments.Form(
          "`select(q, k, over = dim)` or `select(q, k, weights, over = dim)`, perhaps with `: keys` "
              + "behind it, and `causal`",
          List.of("over"),
          List.of(),
          List.of("causal"));

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  SelectTerms(TermResolver terms, Names<Operand> scope, ModelNames names, List<Operation> to) {
    this.terms = terms;
    this.scope = scope;
    this.names = names;
    this.to = to;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    Optional<CallArguments> given = CallArguments.of(call, FORM, scope, names);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    CallArguments arguments = given.get();
    Name queries = arguments.dim("over");
    int count = arguments.terms().size();
    if (count < 2 || count > 3 || queries == null) {
      arguments.wrong();
      return Optional.empty();
    }
    Name ofKeys = arguments.keys("over");
    Optional<Dim> over = names.dims().find(queries);
    Optional<Dim> keys = ofKeys == null ? over : names.dims().find(ofKeys);
    List<Tensor> tensors = new ArrayList<>();
    arguments.terms().forEach(term -> terms.tensor(term).ifPresent(tensors::add));
    if (over.isEmpty() || keys.isEmpty() || tensors.size() != count) {
      return Optional.empty();
    }
    if (hint == null || name == null) {
      return wrong(
          call, "its result is not declared", "name it, with the queries and one dimension more");
    }
    String why = wrongScores(tensors, over.get(), keys.get());
    why = why != null ? why : wrongResult(tensors.get(0), hint, over.get(), keys.get());
    if (why != null) {
      return wrong(call, why, "write it as in");
    }
    List<Dim> own = new ArrayList<>(hint);
    own.removeAll(tensors.get(0).dims());
    Tensor tensor = new Tensor(name, hint, call.span());
    to.add(
        new Select(
            tensor,
            tensors.get(0),
            tensors.get(1),
            count == 3 ? tensors.get(2) : null,
            over.get(),
            keys.get(),
            own.get(0),
            new VisibleKeys(arguments.says("causal"), null, null, null),
            call.span()));
    return Optional.of(tensor);
  }

  private Optional<Tensor> wrong(Term.Call call, String why, String help) {
    names
        .diagnostics()
        .report(Code.SELECTION_SHAPE, call.span(), why)
        .help(help + ": " + EXAMPLE)
        .add();
    return Optional.empty();
  }

  /** Why queries, keys and weights make no scores; null if they do. */
  private static @Nullable String wrongScores(List<Tensor> tensors, Dim over, Dim keys) {
    if (tensors.stream().anyMatch(tensor -> tensor.dims().isEmpty())) {
      return "a tensor has no dimensions";
    }
    List<Dim> q = tensors.get(0).dims();
    List<Dim> k = tensors.get(1).dims();
    Dim last = q.get(q.size() - 1);
    if (!k.get(k.size() - 1).equals(last)) {
      return "the last dimensions of q%s and k%s are multiplied and must be the same"
          .formatted(Draft.list(q), Draft.list(k));
    }
    if (!q.contains(over) || !k.contains(keys) || last.equals(over) || last.equals(keys)) {
      return over.equals(keys)
          ? "`%s` must be a dimension of q and k, and not their last".formatted(over)
          : "`%s` must be a dimension of q, `%s` of k, and not their last".formatted(over, keys);
    }
    if (!over.equals(keys) && (k.contains(over) || q.contains(keys))) {
      return "`%s` numbers queries only, `%s` keys only".formatted(over, keys);
    }
    List<Dim> ofKeys = new ArrayList<>(k);
    ofKeys.remove(keys);
    if (!q.containsAll(ofKeys)) {
      return "q must have every dimension of k";
    }
    List<Dim> ofQueries = q.subList(0, q.size() - 1);
    return tensors.size() == 3 && !ofQueries.containsAll(tensors.get(2).dims())
        ? "weights%s are of queries and their heads: %s"
            .formatted(Draft.list(tensors.get(2).dims()), Draft.list(ofQueries))
        : null;
  }

  /** Why the declared result is none of the queries; null if it is. */
  private static @Nullable String wrongResult(Tensor q, List<Dim> hint, Dim over, Dim keys) {
    List<Dim> own = new ArrayList<>(hint);
    own.removeAll(q.dims());
    boolean hasNew = own.size() == 1 && !own.get(0).isOpen() && !own.get(0).equals(keys);
    if (!hasNew || hint.contains(q.dims().get(q.dims().size() - 1)) || !hint.contains(over)) {
      return "the result has the queries and one dimension more, how many keys each gets";
    }
    return q.dims().stream()
        .filter(dim -> dim.isOpen() && !hint.contains(dim))
        .findFirst()
        .map(dim -> "the result lacks `%s`".formatted(dim))
        .orElse(null);
  }
}
