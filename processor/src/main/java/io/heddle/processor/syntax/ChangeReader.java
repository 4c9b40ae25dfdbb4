package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.Interval;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * Reads what stands in place of lines and numbers of a plan, in the words of a plan: of {@code
 * schedule = gpipe} the sign is left out, and what is left is read as the line that it is.
 */
public final class ChangeReader {
  private static final String STREAM = "stream";

  /** Numbers of every plan, which no line is meant by. */
  private static final List<String> NUMBERS = List.of("batch", "micro_batch", "chunks");

  private final Source source;
  private final Diagnostics diagnostics;

  ChangeReader(Source source, Diagnostics diagnostics) {
    this.source = source;
    this.diagnostics = diagnostics;
  }

  /**
   * Reads settings such as {@code tp = 4, schedule = gpipe}. A comma ends one outside of brackets
   * and before the next {@code name =}.
   *
   * @return what could be read; what could not is among the findings
   */
  public static List<PlanChange> read(Source source, Diagnostics diagnostics) {
    Complaints complaints = new Complaints(source, diagnostics);
    if (source.text().length() > SyntaxReader.LONGEST) {
      complaints.report(Code.TOO_LARGE, new Span(source, 1, 1, 1), "two million").add();
      return List.of();
    }
    try {
      Diagnostics ofLexer = new Diagnostics();
      CommonTokenStream stream = Lexing.tokens(new Complaints(source, ofLexer));
      diagnostics.addAll(ofLexer.all());
      if (stream == null || ofLexer.hasErrors()) {
        return List.of();
      }
      stream.fill();
      List<Token> tokens = stream.getTokens();
      return new ChangeReader(source, diagnostics)
          .settings(tokens.subList(0, tokens.size() - 1), complaints);
    } catch (ParseCancellationException e) {
      return List.of();
    }
  }

  /**
   * Reads an expression such as {@code tp <= 8 and pp > 1}.
   *
   * @return empty if it cannot be read, which is then among the findings
   */
  public static Optional<Expression> expression(Source source, Diagnostics diagnostics) {
    if (source.text().length() > SyntaxReader.LONGEST) {
      return Optional.empty();
    }
    Diagnostics findings = new Diagnostics();
    CommonTokenStream stream = Lexing.tokens(new Complaints(source, findings));
    Optional<Expression> value = Optional.empty();
    if (stream != null && !findings.hasErrors()) {
      stream.fill();
      List<Token> tokens = stream.getTokens();
      value =
          new ChangeReader(source, findings).value(tokens.subList(0, tokens.size() - 1), findings);
    }
    diagnostics.addAll(first(findings.all()));
    return findings.hasErrors() ? Optional.empty() : value;
  }

  private List<PlanChange> settings(List<Token> tokens, Complaints complaints) {
    List<PlanChange> changes = new ArrayList<>();
    int from = 0;
    while (true) {
      int equals = nameEnd(tokens, from);
      if (equals < 0) {
        reportNoName(tokens, from, complaints);
        return changes;
      }
      int end = end(tokens, equals + 1);
      change(tokens.subList(from, equals), tokens.get(equals), tokens.subList(equals + 1, end))
          .ifPresent(changes::add);
      if (end == tokens.size()) {
        return changes;
      }
      from = end + 1;
    }
  }

  private static void reportNoName(List<Token> tokens, int from, Complaints complaints) {
    int at = from;
    while (at < tokens.size() && LookAhead.isWord(tokens.get(at).getType())) {
      at++;
    }
    boolean isEnd = at == tokens.size();
    Span place =
        !isEnd
            ? complaints.span(tokens.get(at))
            : at == 0
                ? new Span(complaints.source(), 1, 1, 1)
                : complaints.behind(tokens.get(at - 1));
    String found = isEnd ? "the end" : Wording.quoted(tokens.get(at).getText());
    String message = "expected `name = …`, found " + found;
    complaints
        .report(Code.UNEXPECTED_INPUT, place, message)
        .help("write a setting such as `tp = 4` or `schedule = gpipe`")
        .add();
  }

  /** Where the sign behind a name such as {@code pin.attention.wo} stands; -1 without one. */
  private static int nameEnd(List<Token> tokens, int from) {
    for (int at = from; at + 1 < tokens.size(); at += 2) {
      if (!LookAhead.isWord(tokens.get(at).getType())) {
        return -1;
      }
      int next = tokens.get(at + 1).getType();
      if (next != TfmParser.DOT) {
        return next == TfmParser.ASSIGN ? at + 1 : -1;
      }
    }
    return -1;
  }

  private static int end(List<Token> tokens, int from) {
    int depth = 0;
    for (int at = from; at < tokens.size(); at++) {
      depth += depthBehind(tokens.get(at));
      boolean isComma = tokens.get(at).getType() == TfmParser.COMMA;
      if (isComma && depth <= 0 && nameEnd(tokens, at + 1) >= 0) {
        return at;
      }
    }
    return tokens.size();
  }

  private static int depthBehind(Token token) {
    return switch (token.getType()) {
      case TfmParser.LEFT_PARENTHESIS, TfmParser.LEFT_BRACKET, TfmParser.LEFT_BRACE -> 1;
      case TfmParser.RIGHT_PARENTHESIS, TfmParser.RIGHT_BRACKET, TfmParser.RIGHT_BRACE -> -1;
      default -> 0;
    };
  }

  /**
   * Reads one change; empty after a finding.
   *
   * @param name words with dots between them
   * @param sign that stands between the name and what replaces it
   * @param with what stands in its place; in brackets as a whole or not
   */
  Optional<PlanChange> change(List<Token> name, Token sign, List<Token> with) {
    List<Token> words = name.stream().filter(token -> token.getType() != TfmParser.DOT).toList();
    Optional<PlanLine> line = PlanLine.named(words.get(0).getText());
    Span span = span(name);
    List<Token> bare = withoutBrackets(with);
    if (line.isEmpty() || (words.size() > 1 && !line.get().isKeyed())) {
      return number(name, span, sign, with);
    }
    String key =
        String.join(".", words.subList(1, words.size()).stream().map(Token::getText).toList());
    // Brackets stay where what is in them would be taken for several settings without.
    String text = text(end(bare, 0) < bare.size() ? with : bare);
    if (bare.isEmpty()) {
      return Optional.of(new PlanChange.Line(line.get(), key, null, text, span));
    }
    PlanItem keyword = line.get().bare(span);
    if (keyword != null && bare.size() == 1) {
      Optional<PlanChange> there = isThere(bare.get(0), line.get(), keyword, text);
      if (there.isPresent()) {
        return there;
      }
    }
    Diagnostics asLine = new Diagnostics();
    Optional<PlanItem> item = line(line.get(), words, name, sign, bare, asLine);
    if (item.isPresent() && !asLine.hasErrors()) {
      checkKey(line.get(), key, item.get(), span);
      return Optional.of(new PlanChange.Line(line.get(), key, item.get(), text, span));
    }
    Diagnostics asNumber = new Diagnostics();
    Optional<Expression> value = key.isEmpty() ? value(with, asNumber) : Optional.empty();
    if (value.isPresent() && !asNumber.hasErrors()) {
      return Optional.of(
          new PlanChange.Value(line.get().keyword(), value.get(), text, span, first(asLine.all())));
    }
    diagnostics.addAll(first(asLine.all()));
    return Optional.empty();
  }

  /** A word that says whether the line, which has no more than its keyword, is there. */
  private static Optional<PlanChange> isThere(
      Token word, PlanLine line, PlanItem item, String text) {
    return switch (word.getText()) {
      case "on" -> Optional.of(new PlanChange.Line(line, "", item, text, item.span()));
      case "off" -> Optional.of(new PlanChange.Line(line, "", null, text, item.span()));
      default -> Optional.empty();
    };
  }

  /** A key and the line that it is for name the same. */
  private void checkKey(PlanLine line, String key, PlanItem item, Span span) {
    boolean isOther =
        line == PlanLine.OVERLAP && !key.isEmpty() && !PlanLine.keys(item).contains(key);
    if (isOther) {
      diagnostics
          .report(
              Code.ARGUMENTS,
              span,
              line.keyword() + "." + key,
              key.equals("experts")
                  ? "`experts` alone"
                  : "a line such as `%s chunks 4`".formatted(key))
          .help(
              "name the line that you write: `overlap.%s = …`"
                  .formatted(PlanLine.keys(item).get(0)))
          .add();
    }
  }

  private Optional<PlanChange> number(List<Token> name, Span span, Token sign, List<Token> with) {
    String written = text(name);
    Diagnostics findings = new Diagnostics();
    Optional<Expression> value = value(with, findings);
    if (value.isPresent() && !findings.hasErrors()) {
      return Optional.of(new PlanChange.Value(written, value.get(), text(with), span, List.of()));
    }
    Optional<String> meant = Spelling.question(name.get(0).getText(), PlanLine.keywords());
    boolean isNumber = NUMBERS.contains(written) || name.size() > 1;
    if (with.isEmpty() || withoutBrackets(with).isEmpty()) {
      diagnostics
          .report(Code.UNEXPECTED_INPUT, span(List.of(sign)), "expected a value, found the end")
          .help("only lines can be taken away: " + String.join(", ", PlanLine.keywords()))
          .add();
    } else if (meant.isPresent() && !isNumber) {
      diagnostics.report(Code.UNKNOWN_OVERRIDE, span, written).help(meant.get()).add();
    } else {
      diagnostics.addAll(first(findings.all()));
    }
    return Optional.empty();
  }

  private Optional<Expression> value(List<Token> tokens, Diagnostics findings) {
    return parse(
        tokens,
        TfmParser::value,
        (leaves, value) -> leaves.expression(value.expression()),
        findings);
  }

  private Optional<PlanItem> line(
      PlanLine line,
      List<Token> words,
      List<Token> name,
      Token sign,
      List<Token> with,
      Diagnostics findings) {
    if (line == PlanLine.SHARD && words.size() > 1) {
      return parse(
          rule(words, name, sign, with),
          TfmParser::shardLine,
          (leaves, rule) -> new PlanBuilder(leaves).shard(rule),
          findings);
    }
    List<Token> tokens = new ArrayList<>(List.of(at(with.get(0), words.get(0))));
    if (line == PlanLine.VIEW && words.size() > 1) {
      tokens.addAll(name.subList(2, name.size()));
      tokens.add(as(TfmParser.COLON, sign));
    } else if (line == PlanLine.PIN && words.size() > 1) {
      // The dot behind `pin`, and that behind `grad`, only tell the words apart.
      boolean isGradient = words.size() > 3;
      tokens.addAll(isGradient ? List.of(words.get(1)) : List.of());
      tokens.addAll(name.subList(isGradient ? 4 : 2, name.size()));
    }
    tokens.addAll(with);
    return parse(
        tokens,
        TfmParser::planLine,
        (leaves, entry) -> new PlanBuilder(leaves).item(entry.planItem()).get(0),
        findings);
  }

  /** A rule of {@code shard}: {@code voc = tp} is {@code voc over tp}. */
  private static List<Token> rule(
      List<Token> words, List<Token> name, Token sign, List<Token> with) {
    List<Token> tokens = new ArrayList<>();
    boolean isStream = words.get(1).getText().equals(STREAM);
    int first = 1;
    if (isStream) {
      tokens.add(words.get(1));
      tokens.add(as(TfmParser.COLON, words.size() > 2 ? name.get(3) : sign));
      first = 2;
    }
    tokens.addAll(words.subList(first, words.size()));
    if (words.size() > first) {
      tokens.add(as(TfmParser.OVER, sign));
    }
    tokens.addAll(with);
    return tokens;
  }

  /** A keyword in a place where the line is that it begins: there it is wrong, if it is. */
  private static Token at(Token place, Token keyword) {
    CommonToken moved = new CommonToken(place);
    moved.setType(keyword.getType());
    moved.setText(keyword.getText());
    return moved;
  }

  private static Token as(int type, Token token) {
    CommonToken other = new CommonToken(token);
    other.setType(type);
    return other;
  }

  private <C extends ParserRuleContext, T> Optional<T> parse(
      List<Token> tokens,
      Function<TfmParser, C> rule,
      BiFunction<Leaves, C, T> build,
      Diagnostics findings) {
    // A stream of tokens numbers them: those of a file keep the numbers that they have there.
    List<Token> copies = new ArrayList<>();
    tokens.forEach(token -> copies.add(new CommonToken(token)));
    CommonTokenStream stream = new CommonTokenStream(new ListTokenSource(copies));
    Complaints complaints = new Complaints(source, findings);
    TfmParser parser = new TfmParser(stream);
    parser.removeErrorListeners();
    parser.setErrorHandler(new Recovery(complaints));
    try {
      C context = rule.apply(parser);
      rejectMore(parser.getCurrentToken(), complaints, findings);
      return findings.hasErrors()
          ? Optional.empty()
          : Optional.of(build.apply(new Leaves(complaints, stream), context));
    } catch (RecognitionException | ParseCancellationException | Omitted e) {
      // Reported where it was thrown.
      return Optional.empty();
    }
  }

  /** Not all rules ask for the end of what they read. */
  private static void rejectMore(Token next, Complaints complaints, Diagnostics findings) {
    if (next.getType() != Token.EOF && !findings.hasErrors()) {
      findings
          .report(
              Code.UNEXPECTED_INPUT,
              complaints.span(next),
              "expected the end of the rule, found `%s`".formatted(next.getText()))
          .add();
    }
  }

  /** One mistake is told once: what follows from it is left out. */
  private static List<Diagnostic> first(List<Diagnostic> findings) {
    return findings.subList(0, Math.min(1, findings.size()));
  }

  /** What stands in brackets if all does. */
  static List<Token> withoutBrackets(List<Token> tokens) {
    if (tokens.isEmpty() || tokens.get(0).getType() != TfmParser.LEFT_PARENTHESIS) {
      return tokens;
    }
    int depth = 0;
    for (int at = 0; at < tokens.size(); at++) {
      depth += depthBehind(tokens.get(at));
      if (depth == 0) {
        return at == tokens.size() - 1 ? tokens.subList(1, at) : tokens;
      }
    }
    return tokens;
  }

  private Span span(List<Token> tokens) {
    Complaints complaints = new Complaints(source, diagnostics);
    return complaints.span(tokens.get(0)).to(complaints.span(tokens.get(tokens.size() - 1)));
  }

  /** The tokens as they are written. */
  private static String text(List<Token> tokens) {
    if (tokens.isEmpty()) {
      return "";
    }
    Token first = tokens.get(0);
    Token last = tokens.get(tokens.size() - 1);
    return first
        .getInputStream()
        .getText(Interval.of(first.getStartIndex(), last.getStopIndex()))
        .replaceAll("\\s+", " ");
  }
}
