package io.heddle.cli.lsp;

import com.google.gson.JsonElement;
import io.heddle.cli.language.Avoidance;
import io.heddle.cli.language.FactText;
import io.heddle.cli.language.Patience;
import io.heddle.cli.language.PlanFacts;
import io.heddle.cli.language.Why;
import io.heddle.cli.language.WrittenPlans;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.Explanation;
import io.heddle.runtime.report.StepProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.Command;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;

/** What can be done with a plan, above the line on which it is declared. */
final class PlanCommands {
  static final String RUN = "heddle.run";
  static final String EXPLAIN = "heddle.explain";
  static final String MEMORY = "heddle.memory";
  static final String CHOOSE = "heddle.choosePlan";
  static final String WHY = "heddle.why";
  static final List<String> ALL = List.of(RUN, EXPLAIN, WHY, MEMORY, CHOOSE);

  /** What a step may take to simulate for a line above a plan. */
  private static final long MOST_NANOS = 20_000_000_000L;

  /** What the answer to a why may take to simulate: findings wait behind it. */
  private static final long MOST_WHY_NANOS = 5_000_000_000L;

  private final Workspace workspace;

  PlanCommands(Workspace workspace) {
    this.workspace = workspace;
  }

  /** A line above each plan, whose first words are found out when it is seen. */
  List<CodeLens> lenses(Workspace.Known known) {
    List<CodeLens> lenses = new ArrayList<>();
    WrittenPlans.names(known.analysis())
        .forEach(name -> add(known, name.getLine(), name.getText(), lenses));
    return lenses;
  }

  private static void add(Workspace.Known known, int line, String plan, List<CodeLens> lenses) {
    Position position = known.map().position(known.map().offset(line, 1));
    Range range = new Range(position, position);
    List<Object> about = List.of(known.document().uri(), plan);
    CodeLens figures = new CodeLens(range);
    figures.setData(about);
    lenses.add(figures);
    lenses.add(new CodeLens(range, new Command("explain", EXPLAIN, about), null));
    lenses.add(new CodeLens(range, new Command("memory", MEMORY, about), null));
  }

  /** Finds out what a step of the plan comes to. */
  CompletableFuture<CodeLens> resolve(CodeLens lens) {
    Optional<Subject> subject = Subject.of(lens.getData());
    if (subject.isEmpty()) {
      return CompletableFuture.completedFuture(lens);
    }
    String plan = subject.get().plan();
    return figures(subject.get())
        .thenApply(
            text -> {
              lens.setCommand(new Command(text, RUN, List.of(subject.get().uri(), plan)));
              return lens;
            });
  }

  private CompletableFuture<String> figures(Subject subject) {
    long changes = workspace.changes();
    Patience patience = new Patience(MOST_NANOS);
    StepProgress progress =
        (begun, actions) -> {
          if (workspace.changes() != changes) {
            throw new CancellationException("another version is there");
          }
          patience.begun(begun, actions);
        };
    return workspace.simulate(
        subject.uri(),
        "",
        known -> known.analysis().facts(subject.plan(), PlanChanges.NONE),
        facts ->
            facts
                .flatMap(found -> found.figures(progress))
                .map(FactText::of)
                .orElse("does not run: see the findings"));
  }

  /** Runs a command; what it answers is a text to show, or null. */
  CompletableFuture<Object> execute(ExecuteCommandParams wanted) {
    Optional<Subject> subject = Subject.of(wanted.getArguments());
    if (subject.isEmpty()) {
      return CompletableFuture.completedFuture("a file and a plan are wanted");
    }
    Subject about = subject.get();
    return switch (wanted.getCommand()) {
      case RUN -> figures(about).thenApply(text -> about.plan() + ": " + text);
      case EXPLAIN -> workspace.ask(about.uri(), "", known -> explain(known, about.plan()));
      case WHY -> {
        List<Object> arguments = wanted.getArguments();
        String name = arguments.size() > 2 ? text(arguments.get(2)) : "";
        yield workspace.ask(about.uri(), "", known -> why(known, about.plan(), name));
      }
      case MEMORY -> workspace.ask(about.uri(), "", known -> memory(known, about.plan()));
      case CHOOSE -> {
        workspace.choose(about.uri(), about.plan());
        yield CompletableFuture.completedFuture("plan " + about.plan());
      }
      default -> CompletableFuture.completedFuture("there is no such command");
    };
  }

  private static String explain(Workspace.Known known, String plan) {
    try {
      return known
          .analysis()
          .plan(plan)
          .map(facts -> Explanation.of(facts.program(), facts.compiled().numbers()))
          .orElse("plan " + plan + " does not compile");
    } catch (ArithmeticException e) {
      return "plan " + plan + ": its sizes do not fit into 63 bits";
    }
  }

  private static String why(Workspace.Known known, String plan, String name) {
    return known
        .analysis()
        .plan(plan)
        .map(facts -> why(known, facts, name))
        .orElse("plan " + plan + " does not compile");
  }

  private static String why(Workspace.Known known, PlanFacts facts, String name) {
    String plan = facts.plan().name();
    Why why =
        new Why(
            facts,
            new Avoidance(
                changes -> known.analysis().facts(plan, changes), new Patience(MOST_WHY_NANOS)));
    List<String> answers = why.answers(name);
    return answers.isEmpty()
        ? "no collective and no message has the name `%s`; there are: %s"
            .formatted(name, String.join(", ", Why.names(facts)))
        : inFile(known, String.join("\n", answers));
  }

  /** The file that is open is before the reader's eyes: its name is enough. */
  private static String inFile(Workspace.Known known, String text) {
    Path path = known.document().path();
    return text.replace(path + ":", path.getFileName() + ":");
  }

  private static String text(Object value) {
    return value instanceof JsonElement json && json.isJsonPrimitive()
        ? json.getAsString()
        : String.valueOf(value);
  }

  private static String memory(Workspace.Known known, String plan) {
    return known.analysis().plan(plan).map(PlanCommands::memory).orElse("does not compile");
  }

  private static String memory(PlanFacts facts) {
    long capacity = facts.compiled().numbers().values().cluster().device().memoryBytes();
    String peak =
        facts.compiled().memory().peak().isPresent()
            ? String.format(Locale.ROOT, "%,d B", facts.compiled().memory().peak().getAsLong())
            : "not known";
    return String.format(
        Locale.ROOT,
        "plan %s: a rank holds at most %s of %,d B; `heddle memory` shows of what",
        facts.plan().name(),
        peak,
        capacity);
  }

  /** A plan of a file, as clients name it. */
  private record Subject(String uri, String plan) {
    static Optional<Subject> of(Object data) {
      if (data instanceof List<?> list && list.size() >= 2) {
        return Optional.of(new Subject(text(list.get(0)), text(list.get(1))));
      }
      if (data instanceof JsonElement json
          && json.isJsonArray()
          && json.getAsJsonArray().size() == 2) {
        return Optional.of(
            new Subject(text(json.getAsJsonArray().get(0)), text(json.getAsJsonArray().get(1))));
      }
      return Optional.empty();
    }
  }
}
