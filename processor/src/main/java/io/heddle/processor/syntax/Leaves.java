package io.heddle.processor.syntax;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.Interval;
import org.jspecify.annotations.Nullable;

/** The small parts of which all declarations are made. */
final class Leaves {
  private static final int MOST_DIGITS = 40;

  private final Complaints complaints;
  private final CommonTokenStream tokens;

  Leaves(Complaints complaints, CommonTokenStream tokens) {
    this.complaints = complaints;
    this.tokens = tokens;
  }

  /** The lines that could be read, each as what {@code build} makes of it. */
  static <C, T> List<T> lines(List<C> lines, Function<C, List<? extends T>> build) {
    List<T> built = new ArrayList<>();
    for (C line : lines) {
      try {
        built.addAll(build.apply(line));
      } catch (Omitted e) {
        // Reported where it was thrown.
      }
    }
    return List.copyOf(built);
  }

  /** Whether the rule was begun and read without an error. */
  static boolean isWhole(@Nullable ParserRuleContext context) {
    return context != null && context.exception == null && context.getStop() != null;
  }

  Span span(ParserRuleContext context) {
    return complaints.span(context);
  }

  Span span(Token token) {
    return complaints.span(token);
  }

  /** The tokens of a rule that was read whole. */
  List<Token> tokens(ParserRuleContext context) {
    int first = context.getStart().getTokenIndex();
    int last = context.getStop().getTokenIndex();
    return IntStream.rangeClosed(first, last)
        .mapToObj(tokens::get)
        .filter(token -> token.getChannel() == Token.DEFAULT_CHANNEL)
        .toList();
  }

  /** Reads what stands in place of a line or number of a plan; empty after a finding. */
  Optional<PlanChange> change(List<Token> name, Token sign, List<Token> with) {
    Diagnostics findings = new Diagnostics();
    Optional<PlanChange> change =
        new ChangeReader(complaints.source(), findings).change(name, sign, with);
    complaints.addAll(findings.all());
    return change;
  }

  Name name(TfmParser.NameContext name) {
    return new Name(name.getText(), span(name));
  }

  List<Name> names(List<TfmParser.NameContext> names) {
    return names.stream().map(this::name).toList();
  }

  TensorSyntax tensor(TfmParser.TensorContext tensor) {
    return new TensorSyntax(name(tensor.name()), names(tensor.dims().name()));
  }

  List<TensorSyntax> tensors(TfmParser.TensorsContext tensors) {
    return tensors.tensor().stream().map(this::tensor).toList();
  }

  List<PlanItem.Setting> settings(List<TfmParser.SettingContext> settings) {
    return settings.stream()
        .map(
            setting -> new PlanItem.Setting(name(setting.name()), expression(setting.expression())))
        .toList();
  }

  /** The settings in parentheses; none without them. */
  List<PlanItem.Setting> settings(TfmParser.@Nullable SettingsContext settings) {
    return settings == null ? List.of() : settings(settings.setting());
  }

  Expression expression(TfmParser.ExpressionContext expression) {
    return new ExpressionBuilder(this).build(expression);
  }

  Quantity quantity(TfmParser.QuantityContext quantity) {
    return new Quantity(number(quantity.number()), quantity.unit().getText(), span(quantity));
  }

  /** A share, whose unit is `%` or empty. */
  Quantity share(TfmParser.ShareContext share) {
    String unit = share.DECIMAL() == null ? "%" : "";
    return new Quantity(new BigDecimal(digits(share.getStart())), unit, span(share));
  }

  BigDecimal number(TfmParser.NumberContext number) {
    return new BigDecimal(digits(number.getStart()));
  }

  /**
   * The value of a whole number.
   *
   * @throws Omitted if it does not fit
   */
  long integer(Token token) {
    String digits = digits(token);
    BigDecimal value = new BigDecimal(digits);
    if (value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      complaints.report(Code.NUMBER_TOO_LARGE, span(token), digits).add();
      throw new Omitted();
    }
    return value.longValueExact();
  }

  private String digits(Token token) {
    String digits = token.getText();
    if (digits.length() > MOST_DIGITS) {
      complaints
          .report(Code.NUMBER_TOO_LONG, span(token), Wording.shortened(digits), MOST_DIGITS)
          .add();
      throw new Omitted();
    }
    return digits;
  }

  /** Reports an expression that is nested too deep. */
  Omitted tooDeep(ParserRuleContext context) {
    complaints.report(Code.TOO_DEEP, span(context.getStart()), Lexing.DEEPEST).add();
    return new Omitted();
  }

  /** A text without its quotes. */
  static String text(Token string) {
    String quoted = string.getText();
    boolean isClosed = quoted.length() > 1 && quoted.endsWith("\"");
    return quoted.substring(1, quoted.length() - (isClosed ? 1 : 0));
  }

  /** A declaration as it is written, with the documentation before it. */
  String text(ParserRuleContext declaration) {
    Token first = declaration.getStart();
    List<Token> hidden = tokens.getHiddenTokensToLeft(first.getTokenIndex(), TfmLexer.HIDDEN);
    int from = hidden == null ? first.getStartIndex() : hidden.get(0).getStartIndex();
    int to = declaration.getStop() == null ? from : declaration.getStop().getStopIndex();
    return to < from ? "" : first.getInputStream().getText(Interval.of(from, to));
  }

  /** The documentation that stands before a declaration, one line of text for each comment. */
  String documentation(ParserRuleContext declaration) {
    List<Token> hidden =
        tokens.getHiddenTokensToLeft(declaration.getStart().getTokenIndex(), TfmLexer.HIDDEN);
    if (hidden == null) {
      return "";
    }
    return hidden.stream()
        .map(comment -> comment.getText().substring("///".length()).strip())
        .collect(Collectors.joining("\n"));
  }
}
