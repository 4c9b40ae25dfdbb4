package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;
import org.jspecify.annotations.Nullable;

/** One error of the parser, told in the user's words. */
final class SyntaxError {
  /** Digits of a number that a help still repeats. */
  private static final int LONGEST_SHARE = 20;

  private final Parser parser;
  private final Complaints complaints;
  private final Token found;
  private final @Nullable Token before;
  private final ParserRuleContext context;
  private final Expectation expectation;

  SyntaxError(Parser parser, RecognitionException error, Complaints complaints) {
    this.parser = parser;
    this.complaints = complaints;
    this.found = error.getOffendingToken();
    this.before = before(found, parser.getInputStream());
    this.context = parser.getContext();
    this.expectation = Expectation.of(parser, error);
  }

  void report() {
    if (isUnclosed()) {
      complaints
          .report(Code.UNEXPECTED_INPUT, place(), "expected `}`, found " + foundText())
          .note(
              complaints.span(beginOf(context)),
              "the " + Nouns.list(context) + " that is still open begins")
          .add();
      return;
    }
    Optional<Token> unlisted = weightBehindNoComma();
    if (unlisted.isPresent()) {
      String name = unlisted.get().getText();
      complaints
          .report(
              Code.UNEXPECTED_INPUT,
              complaints.span(unlisted.get()),
              "expected `,` before " + Wording.quoted(name) + ", if it is a weight")
          .help("separate weights by `,`; a result has `=` behind its dimensions")
          .add();
      return;
    }
    String after = isBetweenLines() ? "" : after();
    String message = "expected " + expectation.text() + after + ", found " + foundText();
    Diagnostics.Report report = complaints.report(Code.UNEXPECTED_INPUT, place(), message);
    help().ifPresent(report::help);
    noteKeywordReadAsName(report);
    report.add();
  }

  private boolean isBetweenLines() {
    boolean isFile = context.getRuleIndex() == TfmParser.RULE_file;
    // Of a model the head stands outside, of other lists before the brace.
    int head = context.getRuleIndex() == TfmParser.RULE_model ? 0 : 1;
    return isFile || (Recovery.LISTS.contains(context.getRuleIndex()) && finished(context) > head);
  }

  private boolean isUnclosed() {
    return isBetweenLines()
        && context.getRuleIndex() != TfmParser.RULE_file
        && (found.getType() == Token.EOF
            || LookAhead.beginsOuterLine(parser.getInputStream(), context));
  }

  /** The name of a tensor that stands alone behind the weights of a block. */
  private Optional<Token> weightBehindNoComma() {
    boolean isAlone =
        context instanceof TfmParser.AssignmentContext
            && before != null
            && before.getType() == TfmParser.RIGHT_BRACKET
            && found.getLine() > before.getLine();
    if (!isAlone || !(context.getParent() instanceof TfmParser.StatementContext statement)) {
      return Optional.empty();
    }
    ParserRuleContext block = statement.getParent();
    int at = block.children.indexOf(statement);
    boolean behindWeights =
        at > 0
            && block.getChild(at - 1) instanceof TfmParser.StatementContext last
            && last.weights() != null;
    return behindWeights ? Optional.of(context.getStart()) : Optional.empty();
  }

  private boolean isShareWithoutUnit() {
    return before != null
        && before.getType() == TfmParser.DECIMAL
        && before.getText().length() < LONGEST_SHARE
        && context.getRuleIndex() == TfmParser.RULE_unit;
  }

  private Span place() {
    if (isShareWithoutUnit()) {
      return complaints.span(Objects.requireNonNull(before));
    }
    if (found.getType() != Token.EOF) {
      return complaints.span(found);
    }
    return before == null ? new Span(complaints.source(), 1, 1, 1) : complaints.behind(before);
  }

  private String foundText() {
    return switch (found.getType()) {
      case Token.EOF -> Nouns.end(context);
      case TfmParser.STRING -> "the text " + Wording.shortened(found.getText());
      default -> Wording.quoted(found.getText());
    };
  }

  /** A keyword at the beginning of a line that was taken for a name: the line before is broken. */
  private void noteKeywordReadAsName(Diagnostics.Report report) {
    if (before == null
        || !LookAhead.isWord(before.getType())
        || before.getType() == TfmParser.NAME) {
      return;
    }
    Token previous = before(before, parser.getInputStream());
    Token start = lineStart();
    if (before != start && previous != null && previous.getLine() < before.getLine()) {
      report.note(
          complaints.span(before),
          "something may be missing before "
              + Wording.quoted(before.getText())
              + ", read as a name");
    }
  }

  /** What stands before: a name by what it names, all else as written. */
  private String after() {
    if (before == null || context.getRuleIndex() == TfmParser.RULE_header) {
      return "";
    }
    ParserRuleContext last = context;
    while (last.getParent() != null && finished(last) == 0) {
      last = last.getParent();
    }
    while (finished(last) > 0
        && last.getChild(finished(last) - 1) instanceof ParserRuleContext child
        && !(child instanceof TfmParser.NameContext)) {
      last = child;
    }
    int count = finished(last);
    if (count > 0
        && last.getChild(count - 1) instanceof TfmParser.NameContext name
        && name.getStop() == before) {
      String noun = Nouns.name(last, names(last, count) - 1);
      if (noun.startsWith("the ")) {
        return " after " + noun;
      }
    }
    return " after " + Wording.quoted(before.getText());
  }

  /** The first token of what a list belongs to: a model's lines are a rule of their own. */
  private static Token beginOf(ParserRuleContext list) {
    return list.getParent() instanceof TfmParser.DeclaredModelContext model
        ? model.getStart()
        : list.getStart();
  }

  /** Number of children that were read whole. */
  private static int finished(ParserRuleContext context) {
    int count = context.getChildCount();
    if (count > 0
        && context.getChild(count - 1) instanceof ParserRuleContext last
        && (last.getStop() == null || last.exception != null)) {
      count--;
    }
    return count;
  }

  /** Number of names among the first children. */
  static int names(ParserRuleContext context, int children) {
    int names = 0;
    for (int i = 0; i < children; i++) {
      if (context.getChild(i) instanceof TfmParser.NameContext) {
        names++;
      }
    }
    return names;
  }

  private Optional<String> help() {
    if (before != null && found.getType() != Token.EOF) {
      if (isShareWithoutUnit()) {
        BigDecimal percent =
            new BigDecimal(before.getText()).movePointRight(2).stripTrailingZeros();
        return Optional.of("write a share in percent: `" + percent.toPlainString() + " %`");
      }
      if (found.getType() == TfmParser.COLON && expectation.text().contains("`{`")) {
        return Optional.of("put the lines between `{` and `}`");
      }
      Optional<String> habit = Slip.help(context, before.getText(), found.getText());
      if (habit.isPresent()) {
        return habit;
      }
    }
    Optional<String> meant = suggestion().map(word -> "did you mean `" + word + "`?");
    if (meant.isPresent() || !expectation.isLine()) {
      return meant;
    }
    List<String> quoted = expectation.keywords().stream().map(Wording::quoted).toList();
    return Optional.of("it begins with " + Wording.either(quoted));
  }

  /** A keyword that the user may have misspelt, here or at the beginning of the line. */
  private Optional<String> suggestion() {
    if (found.getType() == TfmParser.NAME) {
      Optional<String> here = Spelling.nearest(found.getText(), expectation.keywords());
      if (here.isPresent()) {
        return here;
      }
    }
    Token start = lineStart();
    boolean begins = start != null && start == before && LookAhead.isWord(start.getType());
    return begins ? Spelling.nearest(start.getText(), besideNames()) : Optional.empty();
  }

  /** Keywords that begin lines where a line may begin with a name as well. */
  private List<String> besideNames() {
    return switch (Recovery.list(context).getRuleIndex()) {
      case TfmParser.RULE_block -> List.of("weight", "input", "fused", "return");
      case TfmParser.RULE_sweep -> List.of("keep");
      case TfmParser.RULE_search -> List.of("keep", "minimize", "maximize");
      default -> List.of();
    };
  }

  /** The first token of the line that cannot be read. */
  private @Nullable Token lineStart() {
    ParserRuleContext line = context;
    while (line != null && !Recovery.LINES.contains(line.getRuleIndex())) {
      if (Recovery.HEADS.contains(line.getRuleIndex())) {
        return line.getStart();
      }
      if (Recovery.LISTS.contains(line.getRuleIndex())) {
        return null;
      }
      line = line.getParent();
    }
    return line == null ? null : line.getStart();
  }

  private static @Nullable Token before(Token token, TokenStream input) {
    for (int index = token.getTokenIndex() - 1; index >= 0; index--) {
      Token candidate = input.get(index);
      if (candidate.getChannel() == Token.DEFAULT_CHANNEL) {
        return candidate;
      }
    }
    return null;
  }
}
