package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves {@code attend(q, k, v, over = s, causal)}. */
final class AttentionTerms {
  private static final String FORM =
      "`attend(q, k, v, over = dim)`, perhaps with `: keys` behind it, `window = n`, `causal` and "
          + "`dropout`";

  private final TermResolver terms;
  private final Names<Operand> scope;
  private final Names<Dim> dims;
  private final List<Operation> to;
  private final Diagnostics diagnostics;

  AttentionTerms(
      TermResolver terms,
      Names<Operand> scope,
      Names<Dim> dims,
      List<Operation> to,
      Diagnostics diagnostics) {
    this.terms = terms;
    this.scope = scope;
    this.dims = dims;
    this.to = to;
    this.diagnostics = diagnostics;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(Term.Call call, @Nullable String name) {
    List<Tensor> tensors = new ArrayList<>();
    Dim over = null;
    Dim keys = null;
    boolean causal = false;
    boolean dropout = false;
    Expression window = null;
    if (repeats(call)) {
      return Optional.empty();
    }
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Named named
          && named.name().text().equals("window")
          && named.keys() == null) {
        window = named.value();
      } else if (argument instanceof Term.Argument.Named named) {
        if (!named.name().text().equals("over")
            || !(named.value() instanceof Expression.Reference value)) {
          diagnostics.report(Code.ARGUMENTS, named.name().span(), "attend", FORM).add();
          return Optional.empty();
        }
        over = dims.find(value.name()).orElse(null);
        keys = named.keys() == null ? over : dims.find(named.keys()).orElse(null);
        if (over == null || keys == null) {
          return Optional.empty();
        }
      } else if (argument instanceof Term.Argument.Positional positional) {
        if (isWord(positional.term(), "causal")) {
          causal = true;
          continue;
        }
        if (isWord(positional.term(), "dropout")) {
          dropout = true;
          continue;
        }
        Optional<Tensor> tensor = terms.tensor(positional.term());
        if (tensor.isEmpty()) {
          return Optional.empty();
        }
        tensors.add(tensor.get());
      }
    }
    if (tensors.size() != 3 || over == null || keys == null) {
      diagnostics.report(Code.ARGUMENTS, call.span(), "attend", FORM).add();
      return Optional.empty();
    }
    return attend(call, tensors, over, keys, causal, dropout, window, name);
  }

  /** Whether something is said twice, which is reported. */
  private boolean repeats(Term.Call call) {
    Set<String> said = new HashSet<>();
    for (Term.Argument argument : call.arguments()) {
      String word = "";
      Span place = call.span();
      if (argument instanceof Term.Argument.Named named) {
        word = named.name().text();
        place = named.name().span();
      } else if (argument instanceof Term.Argument.Positional positional) {
        boolean isWord =
            isWord(positional.term(), "causal") || isWord(positional.term(), "dropout");
        word = isWord ? ((Term.Reference) positional.term()).name().text() : "";
        place = positional.term().span();
      }
      if (!word.isEmpty() && !said.add(word)) {
        diagnostics
            .report(Code.ARGUMENTS, place, "attend", FORM)
            .help("say `%s` once".formatted(word))
            .add();
        return true;
      }
    }
    return false;
  }

  private boolean isWord(Term term, String word) {
    return term instanceof Term.Reference reference
        && reference.name().text().equals(word)
        && !scope.contains(word);
  }

  private Optional<Tensor> attend(
      Term.Call call,
      List<Tensor> tensors,
      Dim over,
      Dim keys,
      boolean causal,
      boolean dropout,
      @Nullable Expression window,
      @Nullable String name) {
    Tensor q = tensors.get(0);
    Tensor k = tensors.get(1);
    Tensor v = tensors.get(2);
    if (tensors.stream().anyMatch(tensor -> tensor.dims().isEmpty())) {
      return Optional.empty();
    }
    Dim valueDim = v.dims().get(v.dims().size() - 1);
    List<Dim> queries = new ArrayList<>(q.dims().subList(0, q.dims().size() - 1));
    String wrong = wrong(q, k, v, over, keys);
    if (wrong != null) {
      diagnostics
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
