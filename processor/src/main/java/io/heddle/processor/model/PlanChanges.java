package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.ChangeReader;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What is changed of a plan: lines, which are written anew and resolved, and numbers, with which
 * the plan is evaluated. Command line, sweeps and programs that look for plans all change them so.
 *
 * @param all in the order in which they apply
 */
public record PlanChanges(List<PlanChange> all) {
  /** Nothing is changed. */
  public static final PlanChanges NONE = new PlanChanges(List.of());

  /** The name of the text of changes in findings: as the option of the command line is called. */
  private static final String PATH = "--set";

  public PlanChanges {
    all = List.copyOf(all);
  }

  /**
   * Reads changes.
   *
   * @param texts such as {@code tp = 4, stages = 62 of 2, 2 of 1}
   * @param diagnostics receives what cannot be read, or changes the same thing twice
   */
  public static PlanChanges read(List<String> texts, Diagnostics diagnostics) {
    return read(PATH, texts, diagnostics);
  }

  /**
   * As {@link #read(List, Diagnostics)}.
   *
   * @param path what findings call the place where the texts stand
   */
  public static PlanChanges read(String path, List<String> texts, Diagnostics diagnostics) {
    List<PlanChange> all = new ArrayList<>();
    texts.forEach(text -> all.addAll(ChangeReader.read(new Source(path, text), diagnostics)));
    Set<String> seen = new HashSet<>();
    for (PlanChange change : all) {
      if (!seen.add(change.name())) {
        diagnostics
            .report(Code.DUPLICATE_NAME, change.span(), "setting", change.name())
            .help("set it once")
            .add();
      }
    }
    return new PlanChanges(all);
  }

  /**
   * Changes that are known to be well-formed.
   *
   * @throws IllegalArgumentException if they are not
   */
  public static PlanChanges of(String... texts) {
    Diagnostics diagnostics = new Diagnostics();
    PlanChanges changes = read(List.of(texts), diagnostics);
    if (diagnostics.hasErrors()) {
      throw new IllegalArgumentException(diagnostics.all().get(0).message());
    }
    return changes;
  }

  /** Numbers by their names. */
  public static PlanChanges numbers(Map<String, Long> values) {
    List<PlanChange> numbers = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          Source source = new Source(PATH, name + " = " + value);
          numbers.add(PlanChange.Value.of(name, value, new Span(source, 1, 1, name.length())));
        });
    return new PlanChanges(numbers);
  }

  /** These changes, and then others. */
  public PlanChanges and(PlanChanges others) {
    List<PlanChange> both = new ArrayList<>(all);
    both.addAll(others.all);
    return new PlanChanges(both);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** Those that write the plan anew. */
  public List<PlanChange.Line> lines() {
    return only(PlanChange.Line.class);
  }

  /** Those that give a number. */
  public List<PlanChange.Value> values() {
    return only(PlanChange.Value.class);
  }

  Overrides overrides() {
    return Overrides.of(values());
  }

  private <T extends PlanChange> List<T> only(Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Such as {@code tp=4}, one for each change. */
  public List<String> texts() {
    Function<PlanChange, String> text = change -> change.name() + "=" + change.text();
    return all.stream().map(text).toList();
  }
}
