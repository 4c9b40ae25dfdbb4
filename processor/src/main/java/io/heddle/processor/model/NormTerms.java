package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves {@code layernorm(x, bias = none)}, and norms behind an embedding or a head. */
final class NormTerms {
  private static final String NONE = "none";

  private final TermResolver terms;
  private final String block;
  private final Names<Operand> scope;
  private final ModelNames names;
  private final List<Operation> to;

  NormTerms(
      TermResolver terms,
      String block,
      Names<Operand> scope,
      ModelNames names,
      List<Operation> to) {
    this.terms = terms;
    this.block = block;
    this.scope = scope;
    this.names = names;
    this.to = to;
  }

  /**
   * The result of the call, whose operation is added to the list.
   *
   * @param hint the dimensions of the statement's result, if it declares them
   * @param name of the result; null where the call is part of a larger term
   */
  Optional<Tensor> resolve(
      Term.Call call, NormKind kind, @Nullable List<Dim> hint, @Nullable String name) {
    List<String> own = NormKind.WEIGHTS.subList(0, kind.weights());
    CallArguments.Form form =
        new CallArguments.Form("one tensor", List.of(), List.of(), List.of(), own);
    Optional<CallArguments> arguments = CallArguments.of(call, form, scope, names);
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    if (arguments.get().terms().size() != 1) {
      arguments.get().wrong();
      return Optional.empty();
    }
    Optional<Operand> operand = terms.operand(arguments.get().terms().get(0), hint);
    if (operand.isEmpty()) {
      return Optional.empty();
    }
    if (!(operand.get() instanceof Tensor input) || input.dims().isEmpty()) {
      arguments.get().wrong();
      return Optional.empty();
    }
    String result = name != null ? name : terms.fresh(kind.word() + "." + input.name());
    int weights = (int) own.stream().takeWhile(weight -> !arguments.get().has(weight)).count();
    Norm norm = norm(block, input, kind, weights, result, call.span());
    to.add(norm);
    return Optional.of(norm.result());
  }

  /**
   * The norm that stands behind an embedding or a head, with its name {@code norm}; empty after a
   * finding.
   */
  static Optional<Norm> behind(
      String block, Tensor input, ModelMember.Norm said, Span span, Diagnostics diagnostics) {
    Optional<NormKind> kind =
        NormKind.named(said.name().text()).filter(found -> found != NormKind.SOFTMAX);
    if (kind.isEmpty()) {
      diagnostics
          .report(Code.UNKNOWN_NAME, said.name().span(), "norm", said.name())
          .help(Spelling.help(said.name().text(), List.of("rmsnorm", "layernorm", "none")))
          .add();
      return Optional.empty();
    }
    List<String> own = NormKind.WEIGHTS.subList(0, kind.get().weights());
    Diagnostics findings = new Diagnostics();
    Map<String, PlanItem.Setting> settings =
        new NamedArguments("setting", "norm " + said.name(), own, findings)
            .read(said.settings(), PlanItem.Setting::name);
    settings.values().forEach(setting -> checkNone(setting.name(), setting.value(), findings));
    diagnostics.addAll(findings.all());
    int weights = (int) own.stream().takeWhile(weight -> !settings.containsKey(weight)).count();
    return findings.hasErrors()
        ? Optional.empty()
        : Optional.of(norm(block, input, kind.get(), weights, "norm", span));
  }

  /** Reports a weight of a norm that is said to be anything but none. */
  static void checkNone(Name weight, Expression value, Diagnostics findings) {
    if (!(value instanceof Expression.Reference word) || !word.name().text().equals(NONE)) {
      String form = "`%1$s = none` where the norm has no %1$s".formatted(weight);
      findings.report(Code.ARGUMENTS, value.span(), weight, form).add();
    }
  }

  /**
   * A normalisation with the weights it owns.
   *
   * @param owned how many of the scale and the shift it has
   */
  static Norm norm(String block, Tensor input, NormKind kind, int owned, String result, Span span) {
    List<Dim> dim = List.of(input.dims().get(input.dims().size() - 1));
    List<Weight> weights = new ArrayList<>();
    for (String role : List.of(".scale", ".shift").subList(0, owned)) {
      weights.add(new Weight(block, result + role, dim, span));
    }
    return new Norm(new Tensor(result, input.dims(), span), input, kind, weights, span);
  }
}
