package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code attend(q, k, v, over = s, causal)}. */
final class AttentionTerms {
  private static final String FORM =
      "`attend(q, k, v, over = dim)`, perhaps with `causal` and `dropout`";

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
    boolean causal = false;
    boolean dropout = false;
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Named named) {
        if (!named.name().text().equals("over")
            || !(named.value() instanceof Expression.Reference value)) {
          diagnostics.report(Code.ARGUMENTS, named.name().span(), "attend", FORM).add();
          return Optional.empty();
        }
        new NotYet(diagnostics).keys(named);
        over = dims.find(value.name()).orElse(null);
        if (over == null) {
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
    if (tensors.size() != 3 || over == null) {
      diagnostics.report(Code.ARGUMENTS, call.span(), "attend", FORM).add();
      return Optional.empty();
    }
    return attend(call, tensors, over, causal, dropout, name);
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
      boolean causal,
      boolean dropout,
      @Nullable String name) {
    Tensor q = tensors.get(0);
    Tensor k = tensors.get(1);
    Tensor v = tensors.get(2);
    if (tensors.stream().anyMatch(tensor -> tensor.dims().isEmpty())) {
      return Optional.empty();
    }
    Dim valueDim = v.dims().get(v.dims().size() - 1);
    List<Dim> keys = new ArrayList<>(k.dims().subList(0, k.dims().size() - 1));
    List<Dim> values = new ArrayList<>(v.dims().subList(0, v.dims().size() - 1));
    List<Dim> queries = new ArrayList<>(q.dims().subList(0, q.dims().size() - 1));
    Dim scoreDim = q.dims().get(q.dims().size() - 1);
    String wrong = null;
    if (!k.dims().get(k.dims().size() - 1).equals(scoreDim)) {
      wrong = "the last dimensions of q and k are multiplied and must be the same";
    } else if (!keys.contains(over) || !values.contains(over) || !queries.contains(over)) {
      wrong = "`" + over + "` must be a dimension of q, k and v, and not their last";
    } else if (!new HashSet<>(keys).equals(new HashSet<>(values))) {
      wrong = "k and v must have the same dimensions but for the last";
    } else if (!queries.containsAll(keys)) {
      wrong = "q must have every dimension of k";
    }
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
    to.add(new Attend(tensor, q, k, v, over, causal, dropout, call.span()));
    return Optional.of(tensor);
  }
}
