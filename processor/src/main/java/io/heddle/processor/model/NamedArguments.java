package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads what has a name in parentheses or behind a word of a plan. Each name must be one that its
 * owner takes, and stand there once: no place of the language drops an argument in silence.
 */
final class NamedArguments {
  private final String sort;
  private final String owner;
  private final List<String> taken;
  private final Diagnostics diagnostics;

  /**
   * @param sort as the user calls the names: {@code setting}
   * @param owner who takes them, as it is written: {@code context ring}
   * @param taken the names that it takes
   */
  NamedArguments(String sort, String owner, List<String> taken, Diagnostics diagnostics) {
    this.sort = sort;
    this.owner = owner;
    this.taken = List.copyOf(taken);
    this.diagnostics = diagnostics;
  }

  /** The first of each name that is taken, in order; every other one is a finding. */
  <T> Map<String, T> read(List<T> given, Function<T, Name> name) {
    Map<String, T> read = new LinkedHashMap<>();
    for (T argument : given) {
      Name named = name.apply(argument);
      if (!taken.contains(named.text())) {
        unknown(named);
        continue;
      }
      T first = read.putIfAbsent(named.text(), argument);
      if (first != null) {
        diagnostics
            .report(Code.GIVEN_TWICE, named.span(), sort, named)
            .note(name.apply(first).span(), "the first `%s` is here".formatted(named))
            .add();
      }
    }
    return read;
  }

  /** The word that a setting has as its value; empty after a finding. */
  static Optional<Name> word(PlanItem.Setting setting, String example, Diagnostics diagnostics) {
    if (setting.value() instanceof Expression.Reference reference) {
      return Optional.of(reference.name());
    }
    wantsWord(setting.name(), example, diagnostics);
    return Optional.empty();
  }

  /** Reports a setting whose value is no word. */
  static void wantsWord(Name name, String example, Diagnostics diagnostics) {
    String form = "a word, such as `%s = %s`".formatted(name, example);
    diagnostics.report(Code.ARGUMENTS, name.span(), name, form).add();
  }

  private void unknown(Name name) {
    String help =
        Spelling.question(name.text(), taken)
            .orElseGet(
                () ->
                    taken.isEmpty()
                        ? "`%s` takes no %s".formatted(owner, sort)
                        : "`%s` takes %s".formatted(owner, list()));
    diagnostics.report(Code.UNKNOWN_NAME, name.span(), sort, name).help(help).add();
  }

  private String list() {
    List<String> quoted = new ArrayList<>(taken.stream().map("`%s`"::formatted).toList());
    String last = quoted.remove(quoted.size() - 1);
    return quoted.isEmpty() ? last : String.join(", ", quoted) + " and " + last;
  }
}
