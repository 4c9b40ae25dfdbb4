package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/** What is shown between the words of a file: dimensions that follow, collectives of lines. */
public final class Hints {
  private final Analysis analysis;
  private final Focus focus;

  /**
   * A hint.
   *
   * @param column before which it stands; 0: behind the line
   */
  public record Hint(int line, int column, String text, String tooltip) {}

  /** The hints of a version of a file. */
  public Hints(Analysis analysis, Focus focus) {
    this.analysis = analysis;
    this.focus = focus;
  }

  /** The hints of some lines, from 1. */
  public List<Hint> of(int first, int last) {
    List<Hint> hints = new ArrayList<>();
    analysis
        .names()
        .main()
        .parsed()
        .ifPresent(
            parsed -> {
              for (TfmParser.TopLevelContext line : parsed.file().topLevel()) {
                Token start = line.getStart();
                Token stop = line.getStop();
                if (start != null
                    && stop != null
                    && start.getLine() <= last
                    && stop.getLine() >= first) {
                  declaration(line, hints);
                }
              }
            });
    return hints.stream().filter(h -> first <= h.line() && h.line() <= last).toList();
  }

  private void declaration(TfmParser.TopLevelContext line, List<Hint> hints) {
    Optional<PlanFacts> facts = focus.factsAt(line.getStart().getLine());
    if (facts.isEmpty()) {
      return;
    }
    try {
      if (line.declaredModel() != null && line.declaredModel().model() != null) {
        line.declaredModel().model().member().stream()
            .filter(member -> member.block() != null)
            .forEach(member -> block(member.block(), facts.get(), hints));
      }
      collectives(facts.get(), hints, line.getStart().getLine(), line.getStop().getLine());
    } catch (ArithmeticException e) {
      // Sizes beyond 63 bits are not shown.
    }
  }

  private static void block(TfmParser.BlockContext block, PlanFacts facts, List<Hint> hints) {
    if (block.blockHead() == null || block.blockHead().name() == null) {
      return;
    }
    String name = block.blockHead().name().getText();
    facts.plan().model().allBlocks().stream()
        .filter(found -> found.name().equals(name))
        .findFirst()
        .ifPresent(found -> assignments(block, found, hints));
  }

  private static void assignments(ParserRuleContext rule, Block block, List<Hint> hints) {
    for (int i = 0; i < rule.getChildCount(); i++) {
      if (rule.getChild(i) instanceof TfmParser.AssignmentContext assignment
          && assignment.dims() == null
          && assignment.name() != null
          && assignment.name().getStop() != null) {
        String name = assignment.name().getText();
        Token stop = assignment.name().getStop();
        block
            .tensor(name)
            .map(Hints::dims)
            .ifPresent(
                dims ->
                    hints.add(
                        new Hint(
                            stop.getLine(),
                            stop.getCharPositionInLine() + name.length() + 1,
                            dims,
                            "dimensions that follow from the right side")));
      } else if (rule.getChild(i) instanceof ParserRuleContext part) {
        assignments(part, block, hints);
      }
    }
  }

  private static String dims(Tensor tensor) {
    return tensor.dims().stream().map(dim -> dim.name()).collect(Collectors.joining(" ", "[", "]"));
  }

  /** Behind each line, the collectives that belong to it, equal ones counted. */
  private void collectives(PlanFacts facts, List<Hint> hints, int first, int last) {
    Map<Integer, Map<String, Integer>> byLine = new LinkedHashMap<>();
    Map<Integer, List<String>> details = new LinkedHashMap<>();
    FactText text = new FactText(facts);
    String path = analysis.names().source().path();
    for (Placed placed : facts.nodes()) {
      Span statement = placed.node().origin().statement();
      String brief = text.brief(placed.node());
      if (!brief.isEmpty()
          && statement.source().path().equals(path)
          && first <= statement.line()
          && statement.line() <= last) {
        byLine
            .computeIfAbsent(statement.line(), unused -> new LinkedHashMap<>())
            .merge(brief, 1, Integer::sum);
        details
            .computeIfAbsent(statement.line(), unused -> new ArrayList<>())
            .add("- " + text.node(placed));
      }
    }
    byLine.forEach(
        (line, briefs) ->
            hints.add(
                new Hint(
                    line,
                    0,
                    briefs.entrySet().stream()
                        .map(e -> (e.getValue() > 1 ? e.getValue() + " × " : "") + e.getKey())
                        .collect(Collectors.joining(", ")),
                    String.join("\n", details.getOrDefault(line, List.of())))));
  }
}
