package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code k[s -> c]}. */
final class RenameTerms {
  private final TermResolver terms;
  private final Names<Dim> dims;
  private final List<Operation> to;
  private final Diagnostics diagnostics;

  RenameTerms(TermResolver terms, Names<Dim> dims, List<Operation> to, Diagnostics diagnostics) {
    this.terms = terms;
    this.dims = dims;
    this.to = to;
    this.diagnostics = diagnostics;
  }

  /**
   * The renamed tensor, whose operation is added to the list.
   *
   * @param hint the declared dimensions of the statement; null if it declares none
   * @param name of the result; null where the term is part of a larger one
   */
  Optional<Tensor> resolve(Term.Rename rename, @Nullable List<Dim> hint, @Nullable String name) {
    Optional<Tensor> input = terms.tensor(new Term.Reference(rename.tensor()));
    Optional<Dim> from = dims.find(rename.from());
    Optional<Dim> becomes = dims.find(rename.to());
    if (input.isEmpty() || from.isEmpty() || becomes.isEmpty()) {
      return Optional.empty();
    }
    List<Dim> has = input.get().dims();
    if (!has.contains(from.get()) || has.contains(becomes.get())) {
      diagnostics
          .report(Code.RENAME_SHAPE, rename.span(), from.get(), becomes.get(), Draft.list(has))
          .help("the first must be a dimension of `%s`, the second none".formatted(rename.tensor()))
          .add();
      return Optional.empty();
    }
    List<Dim> result = new ArrayList<>(has);
    Collections.replaceAll(result, from.get(), becomes.get());
    boolean asDeclared =
        name != null && hint != null && new HashSet<>(hint).equals(new HashSet<>(result));
    String made =
        name != null ? name : terms.fresh(input.get().name() + "." + becomes.get().name());
    Tensor tensor = new Tensor(made, asDeclared ? hint : result, rename.span());
    Map<Dim, Dim> renamed = Map.of(from.get(), becomes.get());
    to.add(new Operation.Alias(tensor, input.get(), renamed, rename.span()));
    return Optional.of(tensor);
  }
}
