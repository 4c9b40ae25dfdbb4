package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The lines of a plan by their kind. */
final class PlanLines {
  private final Declaration.Plan syntax;
  private final Diagnostics diagnostics;

  PlanLines(Declaration.Plan syntax, Diagnostics diagnostics) {
    this.syntax = syntax;
    this.diagnostics = diagnostics;
  }

  /** The name of the plan: the place of findings about what it lacks. */
  Name name() {
    return syntax.name();
  }

  /** All items of a kind, in order. */
  <T extends PlanItem> List<T> items(Class<T> kind) {
    return syntax.items().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The one item of a kind; a second is a finding. */
  <T extends PlanItem> Optional<T> single(Class<T> kind, String word) {
    List<T> found = items(kind);
    for (T again : found.subList(Math.min(1, found.size()), found.size())) {
      diagnostics
          .report(Code.TWICE_IN_PLAN, again.span(), word)
          .note(found.get(0).span(), "the first one is here")
          .add();
    }
    return found.stream().findFirst();
  }

  /** Reports that a line lacks. */
  void missing(String word, String form) {
    diagnostics
        .report(Code.MISSING_IN_PLAN, syntax.name().span(), syntax.name(), word)
        .help("add a line such as `" + form + "`")
        .add();
  }

  /** Reports a word that is none of those known; returns it in any case. */
  String known(Name name, String sort, List<String> words) {
    if (!words.contains(name.text())) {
      diagnostics
          .report(Code.UNKNOWN_NAME, name.span(), sort, name)
          .help(Spelling.help(name.text(), words))
          .add();
    }
    return name.text();
  }

  /** What a word means of what there is; the first of it where it is reported. */
  <T> T known(Name name, String sort, List<T> all, Function<T, String> word) {
    String found = known(name, sort, all.stream().map(word).toList());
    return all.stream()
        .filter(each -> word.apply(each).equals(found))
        .findFirst()
        .orElse(all.get(0));
  }
}
