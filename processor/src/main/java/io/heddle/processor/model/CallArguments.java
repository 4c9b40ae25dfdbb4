package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The arguments of an operation, told apart: tensors, words, and what has a name. */
final class CallArguments {
  /**
   * What an operation takes beside tensors: its dimensions, its numbers, and its words.
   *
   * @param omitted weights of its own that it can do without: {@code bias = none}
   */
  record Form(
      String text,
      List<String> dims,
      List<String> numbers,
      List<String> words,
      List<String> omitted) {
    /** Of an operation that owns no weights. */
    Form(String text, List<String> dims, List<String> numbers, List<String> words) {
      this(text, dims, numbers, words, List.of());
    }

    /** Of an operation that takes tensors only. */
    static Form of(String text) {
      return new Form(text, List.of(), List.of(), List.of());
    }
  }

  private final Term.Call call;
  private final Form form;
  private final ModelNames names;
  private final List<Term> terms = new ArrayList<>();
  private final Map<String, Term.Argument.Named> named = new LinkedHashMap<>();
  private final List<String> words = new ArrayList<>();

  private CallArguments(Term.Call call, Form form, ModelNames names) {
    this.call = call;
    this.form = form;
    this.names = names;
  }

  /**
   * The arguments of a call; empty after findings.
   *
   * @param scope tensors of the block: one that is called like a word of the operation is meant
   */
  static Optional<CallArguments> of(
      Term.Call call, Form form, Names<Operand> scope, ModelNames names) {
    CallArguments arguments = new CallArguments(call, form, names);
    return arguments.sort(scope) ? Optional.of(arguments) : Optional.empty();
  }

  /** An argument with a name, or a word, which is one. */
  private record Given(Name name, Term.Argument.@Nullable Named named) {}

  private boolean sort(Names<Operand> scope) {
    List<Given> given = new ArrayList<>();
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Named withName) {
        given.add(new Given(withName.name(), withName));
      } else if (argument instanceof Term.Argument.Positional positional) {
        if (positional.term() instanceof Term.Reference word
            && form.words().contains(word.name().text())
            && !scope.contains(word.name().text())) {
          given.add(new Given(word.name(), null));
        } else {
          terms.add(positional.term());
        }
      }
    }
    List<String> taken = new ArrayList<>(form.dims());
    taken.addAll(form.numbers());
    taken.addAll(form.words());
    taken.addAll(form.omitted());
    Diagnostics findings = new Diagnostics();
    new NamedArguments("argument", call.function().text(), taken, findings)
        .read(given, Given::name)
        .values()
        .forEach(
            argument -> {
              if (argument.named() != null) {
                named.put(argument.name().text(), argument.named());
              } else {
                words.add(argument.name().text());
              }
            });
    named.values().forEach(argument -> check(argument, findings));
    names.diagnostics().addAll(findings.all());
    return !findings.hasErrors();
  }

  private void check(Term.Argument.Named argument, Diagnostics findings) {
    boolean isDim = form.dims().contains(argument.name().text());
    if (form.omitted().contains(argument.name().text())) {
      NormTerms.checkNone(argument.name(), argument.value(), findings);
    } else if (form.words().contains(argument.name().text())) {
      String help = "write `%s` without a value".formatted(argument.name());
      wrong(argument.value().span(), findings).help(help).add();
    } else if (argument.keys() != null && !isDim) {
      wrong(argument.keys().span(), findings).add();
    } else if (isDim && !(argument.value() instanceof Expression.Reference)) {
      String help = "write a name behind `%s =`".formatted(argument.name());
      wrong(argument.value().span(), findings).help(help).add();
    } else if (!isDim) {
      ExpressionNames.check(argument.value(), names.parameters(), findings);
    }
  }

  private Diagnostics.Report wrong(Span place, Diagnostics findings) {
    return findings.report(Code.ARGUMENTS, place, call.function(), form.text());
  }

  /** Reports that the call does not have the form of its operation. */
  void wrong() {
    names.diagnostics().report(Code.ARGUMENTS, call.span(), call.function(), form.text()).add();
  }

  /** What has no name, in order. */
  List<Term> terms() {
    return terms;
  }

  /** Whether a word is said. */
  boolean says(String word) {
    return words.contains(word);
  }

  /** Whether an argument of this name is given. */
  boolean has(String name) {
    return named.containsKey(name);
  }

  /** A number, over the parameters of the model; null where it is not given. */
  @Nullable Expression number(String name) {
    Term.Argument.Named argument = named.get(name);
    return argument == null ? null : argument.value();
  }

  /** The name of a dimension; null where it is not given. */
  @Nullable Name dim(String name) {
    Term.Argument.Named argument = named.get(name);
    return argument != null && argument.value() instanceof Expression.Reference reference
        ? reference.name()
        : null;
  }

  /** The dimension behind the colon of another; null without. */
  @Nullable Name keys(String name) {
    Term.Argument.Named argument = named.get(name);
    return argument == null ? null : argument.keys();
  }
}
