package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Name;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Things of one sort by their names, in order of declaration. */
final class Names<T> {
  private final String sort;
  private final Function<T, Span> place;
  private final Diagnostics diagnostics;
  private final Map<String, T> byName = new LinkedHashMap<>();

  /**
   * @param sort as the user calls them: {@code dimension}
   * @param place where a thing is declared
   */
  Names(String sort, Function<T, Span> place, Diagnostics diagnostics) {
    this.sort = sort;
    this.place = place;
    this.diagnostics = diagnostics;
  }

  /** Declares a name; a second time is a finding and changes nothing. */
  void declare(Name name, T thing) {
    T first = byName.putIfAbsent(name.text(), thing);
    if (first != null) {
      diagnostics
          .report(Code.DUPLICATE_NAME, name.span(), sort, name)
          .note(place.apply(first), "the first `%s` is here".formatted(name))
          .help("give one of them another name")
          .add();
    }
  }

  /** What the name stands for; an unknown one is a finding. */
  Optional<T> find(Name name) {
    T found = byName.get(name.text());
    if (found == null) {
      unknown(name, null);
    }
    return Optional.ofNullable(found);
  }

  /** Reports that a name is not known. */
  void unknown(Name name, @Nullable String help) {
    unknown(name, help, diagnostics);
  }

  /** Reports to {@code findings} that a name is not known. */
  void unknown(Name name, @Nullable String help, Diagnostics findings) {
    Diagnostics.Report report = findings.report(Code.UNKNOWN_NAME, name.span(), sort, name);
    String advice =
        Optional.ofNullable(help)
            .or(() -> BuiltIn.help(sort, name.text()))
            .or(() -> BuiltIn.begunBy(sort, name.text(), byName.keySet()))
            .or(() -> Spelling.question(name.text(), byName.keySet()))
            .or(() -> BuiltIn.near(sort, name.text()))
            .orElseGet(
                () ->
                    byName.isEmpty()
                        ? "no %s is declared".formatted(sort)
                        : "known: " + String.join(", ", byName.keySet()));
    report.help(advice).add();
  }

  boolean contains(String name) {
    return byName.containsKey(name);
  }

  @Nullable T get(String name) {
    return byName.get(name);
  }

  Map<String, T> all() {
    return byName;
  }
}
