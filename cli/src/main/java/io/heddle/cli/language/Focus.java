package io.heddle.cli.language;

import io.heddle.grammar.TfmParser;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;

/** Of which plan is spoken at a line: the one that stands there, or one of the model there. */
public final class Focus {
  private final Analysis analysis;
  private final Optional<String> chosen;

  /**
   * @param chosen by the user, for lines outside of plans
   */
  public Focus(Analysis analysis, Optional<String> chosen) {
    this.analysis = analysis;
    this.chosen = chosen;
  }

  /** The name of the plan; empty where none is declared that could be meant. */
  public Optional<String> planAt(int line) {
    Optional<TfmParser.TopLevelContext> around = declarationAt(line);
    Optional<String> plan =
        around
            .map(TfmParser.TopLevelContext::plan)
            .flatMap(found -> name(found.planHead() == null ? List.of() : found.planHead().name()));
    if (plan.isPresent()) {
      return plan;
    }
    Optional<String> model =
        around
            .map(TfmParser.TopLevelContext::declaredModel)
            .map(TfmParser.DeclaredModelContext::modelHead)
            .flatMap(head -> name(head.name() == null ? List.of() : List.of(head.name())));
    List<String> own = analysis.ownPlans();
    return chosen
        .filter(own::contains)
        .filter(one -> model.isEmpty() || isOf(one, model.get()))
        .or(
            () ->
                own.stream().filter(one -> model.isEmpty() || isOf(one, model.get())).findFirst());
  }

  /** Facts of the plan; empty where it does not compile. */
  public Optional<PlanFacts> factsAt(int line) {
    return planAt(line).flatMap(analysis::plan);
  }

  private Optional<TfmParser.TopLevelContext> declarationAt(int line) {
    return analysis.names().main().parsed().stream()
        .flatMap(parsed -> parsed.file().topLevel().stream())
        .filter(declaration -> isAround(declaration, line))
        .findFirst();
  }

  private static boolean isAround(ParserRuleContext rule, int line) {
    return rule.getStart() != null
        && rule.getStop() != null
        && rule.getStart().getLine() <= line
        && line <= rule.getStop().getLine();
  }

  private static Optional<String> name(List<TfmParser.NameContext> names) {
    return names.stream().findFirst().map(ParserRuleContext::getText);
  }

  /** Whether a plan is of a model, or of one that is made of it. */
  private boolean isOf(String plan, String model) {
    Optional<String> of = analysis.names().modelOf("@" + plan);
    for (int i = 0; i < 100 && of.isPresent(); i++) {
      if (of.get().equals(model)) {
        return true;
      }
      of = analysis.names().modelOf(of.get());
    }
    return false;
  }
}
