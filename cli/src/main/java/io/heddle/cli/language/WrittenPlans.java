package io.heddle.cli.language;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Plans as they are written in a file: their names, lines, and whole numbers with their places. */
public final class WrittenPlans {
  private final List<Written> found = new ArrayList<>();
  private final FileNames file;

  private WrittenPlans(FileNames file) {
    this.file = file;
  }

  /**
   * A number.
   *
   * @param name of what it sets: an axis, {@code batch}, or the line and the setting in it
   * @param text its digits
   * @param span where they stand
   */
  public record Written(String name, String text, Span span) {}

  /** The names of the plans of a file where they are declared, also of plans that have faults. */
  public static List<Token> names(Analysis analysis) {
    return declared(analysis).stream().map(plan -> plan.planHead().name(0).getStart()).toList();
  }

  private static List<TfmParser.PlanContext> declared(Analysis analysis) {
    List<TfmParser.PlanContext> plans = new ArrayList<>();
    analysis
        .names()
        .main()
        .parsed()
        .ifPresent(
            parsed ->
                parsed.file().topLevel().stream()
                    .map(TfmParser.TopLevelContext::plan)
                    .filter(plan -> plan != null && plan.planHead() != null)
                    .filter(plan -> plan.planHead().name(0) != null)
                    .forEach(plans::add));
    return plans;
  }

  private static Optional<TfmParser.PlanContext> find(Analysis analysis, String name) {
    return declared(analysis).stream()
        .filter(plan -> plan.planHead().name(0).getText().equals(name))
        .findFirst();
  }

  /**
   * The lines of a plan as they are written, without comments and with single blanks: to be
   * compared. None of a plan that is elsewhere.
   */
  public static List<String> lines(Analysis analysis, String plan) {
    return find(analysis, plan)
        .map(
            found ->
                analysis
                    .names()
                    .main()
                    .source()
                    .text()
                    .lines()
                    .skip(found.getStart().getLine())
                    .limit(found.getStop().getLine() - found.getStart().getLine())
                    .map(written -> written.replaceFirst("//.*", ""))
                    .map(written -> written.strip().replaceAll("\\s+", " "))
                    .filter(written -> !written.isEmpty() && !written.equals("}"))
                    .toList())
        .orElse(List.of());
  }

  /** The numbers of a plan of the file; none of one that is elsewhere. */
  public static List<Written> of(Analysis analysis, String plan) {
    WrittenPlans numbers = new WrittenPlans(analysis.names().main());
    find(analysis, plan).ifPresent(found -> found.planItem().forEach(numbers::item));
    return numbers.found;
  }

  private void item(TfmParser.PlanItemContext item) {
    if (item.getChildCount() == 0 || !(item.getChild(0) instanceof ParserRuleContext line)) {
      return;
    }
    String word = line.getStart().getText();
    if (line instanceof TfmParser.MeshContext) {
      walk(line, "");
    } else {
      walk(line, word);
    }
  }

  private void walk(ParserRuleContext rule, String name) {
    for (int i = 0; i < rule.getChildCount(); i++) {
      ParseTree child = rule.getChild(i);
      if (child instanceof TfmParser.SettingContext setting && setting.name() != null) {
        String own = setting.name().getText();
        walk(setting, name.isEmpty() ? own : name + " " + own);
      } else if (child instanceof TfmParser.DecodeSettingContext setting
          && setting.name() != null) {
        walk(setting, name + " " + setting.name().getText());
      } else if (child instanceof ParserRuleContext part) {
        walk(part, name);
      } else if (child instanceof TerminalNode end
          && end.getSymbol().getType() == io.heddle.grammar.TfmLexer.INTEGER) {
        add(name, end.getSymbol());
      }
    }
  }

  private void add(String name, Token token) {
    String text = token.getText();
    int before = 0;
    for (Written other : found) {
      before += other.name().equals(name) || other.name().startsWith(name + " #") ? 1 : 0;
    }
    found.add(
        new Written(
            before == 0 ? name : name + " #" + (before + 1),
            text,
            new Span(
                file.source(), token.getLine(), token.getCharPositionInLine() + 1, text.length())));
  }
}
