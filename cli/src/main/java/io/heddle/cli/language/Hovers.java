package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.Lowering;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.Token;

/** What is said of names, words and statements. */
public final class Hovers {
  /** What a hover may take to simulate: findings wait behind it. */
  private static final long MOST_NANOS = 2_000_000_000L;

  /** Lines of nodes of one statement that are shown. */
  private static final int MOST_NODES = 24;

  private final Analysis analysis;
  private final Focus focus;

  /** Hovers over a version of a file. */
  public Hovers(Analysis analysis, Focus focus) {
    this.analysis = analysis;
    this.focus = focus;
  }

  /** What is said of a place; lines and columns count from 1. */
  public Optional<Hover> at(int line, int column) {
    Optional<Occurrence> name = analysis.names().at(line, column);
    Optional<Symbol> symbol = name.flatMap(analysis.names()::meaning);
    if (name.isPresent() && symbol.isPresent()) {
      return Optional.of(new Hover(name.get().span(), symbol(symbol.get(), line)));
    }
    return word(line, column);
  }

  private Optional<Hover> word(int line, int column) {
    return tokenAt(line, column)
        .filter(token -> token.getType() >= TfmParser.TFM && token.getType() <= TfmParser.NAME)
        .flatMap(
            token -> {
              String text = token.getText();
              Optional<Words.Word> word =
                  token.getType() == TfmParser.NAME
                      ? Words.operations().of(text)
                      : Words.keywords().of(text);
              Span span =
                  new Span(
                      analysis.names().source(),
                      token.getLine(),
                      token.getCharPositionInLine() + 1,
                      text.codePointCount(0, text.length()));
              return word.map(
                  found ->
                      new Hover(span, "```tfm\n%s\n```\n%s".formatted(found.form(), found.text())));
            });
  }

  private Optional<Token> tokenAt(int line, int column) {
    return analysis.names().main().parsed().stream()
        .flatMap(parsed -> parsed.tokens().getTokens().stream())
        .filter(token -> token.getLine() == line && token.getType() != Token.EOF)
        .filter(
            token ->
                token.getCharPositionInLine() < column
                    && column <= token.getCharPositionInLine() + token.getText().length() + 1)
        .findFirst();
  }

  private String symbol(Symbol symbol, int line) {
    List<String> parts = new ArrayList<>();
    parts.add("**%s** `%s`".formatted(symbol.kind().title(), symbol.name()));
    Optional<PlanFacts> facts = focus.factsAt(line);
    try {
      facts.ifPresent(known -> parts.addAll(facts(symbol, known)));
    } catch (ArithmeticException e) {
      parts.add("Its size does not fit into 63 bits.");
    }
    parts.addAll(documentation(symbol));
    facts
        .filter(known -> parts.size() > 1)
        .ifPresent(known -> parts.add("*in plan `%s`*".formatted(known.plan().name())));
    return String.join("\n\n", parts);
  }

  private List<String> facts(Symbol symbol, PlanFacts facts) {
    PlanNumbers numbers = facts.compiled().numbers();
    return switch (symbol.kind()) {
      case AXIS ->
          numbers.axes().containsKey(symbol.name())
              ? List.of(new FactText(facts).axis(symbol.name()))
              : List.of();
      case PARAMETER ->
          Optional.ofNullable(numbers.parameters().get(symbol.name())).stream()
              .map(value -> "= %,d".formatted(value))
              .toList();
      case DIMENSION -> dimension(symbol, facts);
      case TENSOR, KERNEL -> tensor(symbol, facts);
      case PLAN -> plan(symbol);
      default -> List.of();
    };
  }

  private List<String> plan(Symbol symbol) {
    try {
      return analysis
          .plan(symbol.name())
          .flatMap(facts -> facts.figures(new Patience(MOST_NANOS)))
          .map(figures -> List.of(FactText.of(figures)))
          .orElse(List.of());
    } catch (CancellationException e) {
      return List.of();
    }
  }

  private static List<String> dimension(Symbol symbol, PlanFacts facts) {
    return facts.plan().model().dims().stream()
        .filter(dim -> dim.name().equals(symbol.name()))
        .findFirst()
        .map(
            dim -> {
              List<String> axes = facts.plan().shardOf(dim);
              long local = facts.sizes().of(new Size.Extent(dim, axes));
              String whole = "%,d".formatted(facts.compiled().numbers().dims().get(dim));
              return List.of(
                  axes.isEmpty()
                      ? whole + ", whole on every rank"
                      : "%s, split over %s: %,d on a rank"
                          .formatted(whole, String.join(", ", axes), local));
            })
        .orElse(List.of());
  }

  private List<String> tensor(Symbol symbol, PlanFacts facts) {
    List<String> parts = new ArrayList<>();
    String owner = symbol.owner().substring(symbol.owner().indexOf('.') + 1);
    for (Block block : facts.plan().model().allBlocks()) {
      if (block.name().equals(owner)) {
        block.weight(symbol.name()).ifPresent(weight -> parts.add(weight(weight, facts)));
        block.tensor(symbol.name()).ifPresent(tensor -> parts.add(lies(tensor, block, facts)));
      }
    }
    statements(symbol, owner, facts).forEach(span -> parts.addAll(statement(span, facts)));
    return parts.stream().filter(part -> !part.isEmpty()).toList();
  }

  /** Where what makes a tensor stands: of one that is made in a fused kernel, the kernel. */
  private Set<Span> statements(Symbol symbol, String owner, PlanFacts facts) {
    Set<Span> found = new LinkedHashSet<>();
    for (Block block : facts.plan().model().allBlocks()) {
      if (block.name().equals(owner)) {
        block.operations().stream()
            .filter(op -> op.results().stream().anyMatch(r -> r.name().equals(symbol.name())))
            .forEach(op -> found.add(op.span()));
      }
    }
    if (found.isEmpty()) {
      analysis.names().declaration(symbol).map(Occurrence::span).ifPresent(found::add);
    }
    return found;
  }

  private static String weight(Weight weight, PlanFacts facts) {
    return facts.program().allBlocks().stream()
        .flatMap(section -> section.weights().stream())
        .filter(local -> local.weight().equals(weight))
        .findFirst()
        .map(LocalWeight::sharding)
        .map(sharding -> type(weight.dims(), sharding, Size.Format.TENSOR, facts))
        .orElse("");
  }

  private static String type(
      List<Dim> dims, Sharding sharding, Size.Format format, PlanFacts facts) {
    return "`%s`: %s"
        .formatted(sharding.describe(dims), new FactText(facts).local(dims, sharding, format));
  }

  /** How a tensor lies where it is made, and where it is brought to be stored. */
  private static String lies(Tensor tensor, Block block, PlanFacts facts) {
    String name = tensor.name();
    List<Dim> dims = tensor.dims();
    Sharding stored = null;
    for (Placed placed : facts.nodes()) {
      boolean isHere = placed.isForward() && placed.section().block().equals(block);
      if (isHere && placed.node() instanceof Communicate moved && moved.tensor().equals(name)) {
        // What is brought to its users is still stored where it was made.
        stored = stored == null && moved.from().partial().isEmpty() ? moved.from() : stored;
        stored = moved.from().partial().isEmpty() ? stored : moved.to();
      } else if (isHere
          && stored == null
          && placed.node() instanceof Compute compute
          && (compute.operation().equals(name)
              || block.statement(compute.operation()).stream()
                  .anyMatch(
                      made -> made.results().stream().anyMatch(r -> r.name().equals(name))))) {
        stored = compute.assignment().restrictedTo(dims);
      }
    }
    if (stored == null && block.argument() != null && block.argument().name().equals(name)) {
      stored = facts.program().stream();
    }
    Size.Format format = Lowering.format(facts.plan(), block, tensor);
    return stored == null ? "" : type(dims, stored, format, facts);
  }

  /** The nodes of a statement. */
  List<String> statement(Span span, PlanFacts facts) {
    List<Placed> nodes = facts.nodesAt(span.source().path(), span.line());
    FactText text = new FactText(facts);
    List<String> parts = new ArrayList<>();
    for (boolean forward : List.of(true, false)) {
      String lines =
          nodes.stream()
              .filter(placed -> placed.isForward() == forward)
              .limit(MOST_NODES)
              .map(placed -> "- " + text.node(placed))
              .collect(Collectors.joining("\n"));
      if (!lines.isEmpty()) {
        parts.add((forward ? "Forward:\n" : "Backward:\n") + lines);
      }
    }
    return parts;
  }

  private List<String> documentation(Symbol symbol) {
    return analysis
        .names()
        .declaration(symbol)
        .flatMap(name -> Documentation.of(name.span()))
        .map(List::of)
        .orElse(List.of());
  }
}
