package io.heddle.cli.lsp;

import io.heddle.cli.language.Analysis;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.lsp4j.CodeAction;
import org.eclipse.lsp4j.CodeActionKind;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.WorkspaceEdit;

/**
 * Edits that the help of a finding names. Each is tried first: it is offered only where the finding
 * is gone behind it, and no error has come.
 */
final class Fixes {
  private static final Pattern NAMED =
      Pattern.compile("(?:did you mean|write|say) `([^`\\n]{1,100})`");

  private static final Pattern IMPORT = Pattern.compile("`(import \"[^\"`]+\")` brings it");

  /** Findings of one request that edits are tried for: each is a compilation. */
  private static final int MOST_FINDINGS = 8;

  private final Workspace.Known known;
  private final Function<Path, Optional<String>> open;

  private record Fix(String title, Range range, String text) {}

  Fixes(Workspace.Known known, Function<Path, Optional<String>> open) {
    this.known = known;
    this.open = open;
  }

  /** The edits for findings in a range. */
  List<CodeAction> in(Range wanted) {
    List<CodeAction> actions = new ArrayList<>();
    int tried = 0;
    for (Diagnostic finding : known.analysis().findings()) {
      boolean isHere =
          finding.span().source().path().equals(known.analysis().names().source().path());
      if (!isHere || finding.help() == null || !meets(known.map().range(finding.span()), wanted)) {
        continue;
      }
      for (Fix fix : candidates(finding)) {
        if (++tried <= MOST_FINDINGS && works(finding, fix)) {
          CodeAction action = new CodeAction(fix.title());
          action.setKind(CodeActionKind.QuickFix);
          action.setIsPreferred(true);
          action.setEdit(
              new WorkspaceEdit(
                  Map.of(known.document().uri(), List.of(new TextEdit(fix.range(), fix.text())))));
          actions.add(action);
        }
      }
    }
    return actions;
  }

  private static boolean meets(Range one, Range other) {
    return !isBefore(one.getEnd(), other.getStart()) && !isBefore(other.getEnd(), one.getStart());
  }

  private static boolean isBefore(Position one, Position other) {
    return one.getLine() != other.getLine()
        ? one.getLine() < other.getLine()
        : one.getCharacter() < other.getCharacter();
  }

  private Set<Fix> candidates(Diagnostic finding) {
    Set<Fix> fixes = new LinkedHashSet<>();
    String help = String.valueOf(finding.help());
    Matcher brought = IMPORT.matcher(help);
    if (brought.find()) {
      int first = known.state().text().indexOf('\n') + 1;
      Position below = known.map().position(first);
      fixes.add(
          new Fix(
              "Add `" + brought.group(1) + "`", new Range(below, below), brought.group(1) + "\n"));
    }
    Matcher named = NAMED.matcher(help);
    while (named.find()) {
      String word = named.group(1);
      String written = finding.code() == Code.UNKNOWN_IMPORT ? '"' + word + '"' : word;
      fixes.add(new Fix("Replace with `" + word + "`", known.map().range(finding.span()), written));
    }
    return fixes;
  }

  private boolean works(Diagnostic finding, Fix fix) {
    int from = known.map().offset(fix.range().getStart());
    int to = known.map().offset(fix.range().getEnd());
    String text = known.state().text();
    String fixed = text.substring(0, from) + fix.text() + text.substring(to);
    List<Diagnostic> left = Analysis.of(known.document().path(), fixed, open).findings();
    return errors(left) < errors(known.analysis().findings())
        && left.stream()
            .noneMatch(
                other ->
                    other.code() == finding.code() && other.message().equals(finding.message()));
  }

  private static long errors(List<Diagnostic> findings) {
    return findings.stream().filter(f -> f.severity() == Severity.ERROR).count();
  }
}
