package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Resolves {@code attend(q, k, v, over = s, causal)}. */
final class AttentionTerms {
  private static final CallArguments.Form FORM =
      new CallArguments.Form(
          "`attend(q, k, v, over = dim)`, perhaps with `: keys` behind it, `causal`, `window = n`, "
              + "`chunk = n`, `prefix = n`, `keys = selection`, `softcap = n`, `sinks = weight` and "
              + "`dropout`",
          List.of("over", "sinks", "keys"),
          List.of("window", "chunk", "prefix", "softcap"),
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
    Optional<VisibleKeys> visible = visible(call, arguments);
    Optional<ScoreChanges> scores = scores(arguments, queries, over);
    Name selection = arguments.dim("keys");
    Optional<Select> select =
        selection == null ? Optional.empty() : selection(selection, arguments, queries, over, keys);
    if (visible.isEmpty() || scores.isEmpty() || (selection != null && select.isEmpty())) {
      return Optional.empty();
    }
    to.add(
        new Attend(
            tensor,
            q,
            k,
            v,
            over,
            keys,
            select.map(Select::visible).orElse(visible.get()),
            scores.get(),
            select.map(of -> new SelectedKeys(of.result(), of.count())).orElse(null),
            call.span()));
    return Optional.of(tensor);
  }

  /**
   * What selects the keys; empty after a finding.
   *
   * @param queries dimensions of q without the last
   */
  private Optional<Select> selection(
      Name name, CallArguments arguments, List<Dim> queries, Dim over, Dim keys) {
    Optional<Operand> found = scope.find(name);
    if (found.isEmpty() || terms.isSpoiled(found.get())) {
      return Optional.empty();
    }
    Optional<Select> select =
        to.stream()
            .filter(Select.class::isInstance)
            .map(Select.class::cast)
            .filter(made -> made.result().equals(found.get()))
            .findFirst();
    if (select.isEmpty()) {
      return wrongKeys(
          name,
          "`select` does not make it",
          "select them in a statement before: `%s[b %s n] = select(q, k, over = %s)`"
              .formatted(name, over, over));
    }
    List<String> masks =
        Stream.of("causal", "window", "chunk", "prefix")
            .filter(word -> arguments.says(word) || arguments.has(word))
            .toList();
    if (!masks.isEmpty()) {
      names
          .diagnostics()
          .report(Code.ARGUMENTS, name.span(), "attend", FORM.text())
          .help(
              "`select` says which keys a query sees: remove `%s` here"
                  .formatted(String.join("`, `", masks)))
          .add();
      return Optional.empty();
    }
    Select made = select.get();
    List<Dim> own = new ArrayList<>(made.result().dims());
    own.remove(made.count());
    if (!made.over().equals(over) || !made.keys().equals(keys)) {
      return wrongKeys(
          name,
          "its queries are `%s` and its keys `%s`".formatted(made.over(), made.keys()),
          "let `over` of both be the same");
    }
    if (!queries.containsAll(own)) {
      return wrongKeys(
          name,
          "it has the dimensions " + Draft.list(made.result().dims()),
          "let q have all of them but `%s`".formatted(made.count()));
    }
    return select;
  }

  private Optional<Select> wrongKeys(Name name, String why, String help) {
    names.diagnostics().report(Code.SELECTED_KEYS, name.span(), name, why).help(help).add();
    return Optional.empty();
  }

  private Optional<VisibleKeys> visible(Term.Call call, CallArguments arguments) {
    VisibleKeys visible =
        new VisibleKeys(
            arguments.says("causal"),
            arguments.number("window"),
            arguments.number("chunk"),
            arguments.number("prefix"));
    List<String> bounds = Stream.of("window", "chunk", "prefix").filter(arguments::has).toList();
    if (bounds.size() > 1 || (visible.prefix() != null && !visible.causal())) {
      names
          .diagnostics()
          .report(Code.ARGUMENTS, call.span(), call.function(), FORM.text())
          .help(
              bounds.size() > 1
                  ? "choose one of " + String.join(", ", bounds)
                  : "`prefix` makes a part of causal attention see all of itself: say `causal`")
          .add();
      return Optional.empty();
    }
    return Optional.of(visible);
  }

  /**
   * What is done with the scores; empty after a finding.
   *
   * @param queries dimensions of q without the last
   */
  private Optional<ScoreChanges> scores(CallArguments arguments, List<Dim> queries, Dim over) {
    Name name = arguments.dim("sinks");
    Weight sinks = null;
    if (arguments.keys("sinks") != null || arguments.keys("keys") != null) {
      arguments.wrong();
      return Optional.empty();
    }
    if (name != null) {
      Optional<Operand> found = scope.find(name);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      List<Dim> heads = new ArrayList<>(queries);
      heads.remove(over);
      heads.removeIf(Dim::isOpen);
      if (!(found.get() instanceof Weight weight) || !heads.containsAll(weight.dims())) {
        names
            .diagnostics()
            .report(Code.ARGUMENTS, name.span(), "attend", FORM.text())
            .help("`sinks` is a weight with dimensions of the heads: " + Draft.list(heads))
            .add();
        return Optional.empty();
      }
      sinks = weight;
    }
    return Optional.of(
        new ScoreChanges(arguments.says("dropout"), arguments.number("softcap"), sinks));
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
