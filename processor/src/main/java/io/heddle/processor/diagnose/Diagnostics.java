package io.heddle.processor.diagnose;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the findings of a compilation. */
public final class Diagnostics {
  private final Set<Diagnostic> findings = new LinkedHashSet<>();
  private final boolean wantsWarnings;

  /** Collects errors and warnings. */
  public Diagnostics() {
    this(true);
  }

  private Diagnostics(boolean wantsWarnings) {
    this.wantsWarnings = wantsWarnings;
  }

  /** Collects errors for somebody who reads no warnings. */
  public static Diagnostics ofErrors() {
    return new Diagnostics(false);
  }

  /** Whether warnings are read. */
  public boolean wantsWarnings() {
    return wantsWarnings;
  }

  /** Begins a finding; arguments fill the code's message as in {@link String#format}. */
  public Report report(Code code, Span span, Object... arguments) {
    return new Report(code, span, code.message(arguments));
  }

  /** Takes over findings of another collection. */
  public void addAll(Collection<Diagnostic> found) {
    findings.addAll(found);
  }

  /** Whether anything found forbids the next phase. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }

  /** Whether this was found at this place already. */
  public boolean has(Code code, Span span) {
    return findings.stream()
        .anyMatch(finding -> finding.code() == code && finding.span().equals(span));
  }

  /** Whether this was found anywhere already. */
  public boolean has(Code code) {
    return findings.stream().anyMatch(finding -> finding.code() == code);
  }

  /** All findings in source order. */
  public List<Diagnostic> all() {
    return findings.stream().sorted(Comparator.comparing(Diagnostic::span)).toList();
  }

  /** A finding that is being written; it counts from {@link #add}. */
  public final class Report {
    private final Code code;
    private final Span span;
    private final String message;
    private final List<Diagnostic.Note> notes = new ArrayList<>();
    private @Nullable String help;

    private Report(Code code, Span span, String message) {
      this.code = code;
      this.span = span;
      this.message = message;
      this.help = code.help();
    }

    /** Adds the other place it conflicts with. */
    public Report note(Span place, String text) {
      notes.add(new Diagnostic.Note(text, place));
      return this;
    }

    /** Says what would work here, in place of what always does. */
    public Report help(String text) {
      help = text;
      return this;
    }

    /** Keeps the finding. */
    public void add() {
      findings.add(new Diagnostic(code, span, message, notes, help));
    }
  }
}
