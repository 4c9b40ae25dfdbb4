package io.heddle.cli.serve;

import io.heddle.cli.convert.Exported;
import io.heddle.cli.convert.MegatronExport;
import io.heddle.cli.convert.TorchtitanExport;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.html.ComparedSteps;
import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.html.ReportContent;
import io.heddle.cli.language.Analysis;
import io.heddle.cli.language.Patience;
import io.heddle.cli.language.PlanFacts;
import io.heddle.cli.language.ProgramRows;
import io.heddle.cli.language.WrittenPlans;
import io.heddle.cli.lsp.Workspace;
import io.heddle.processor.diagnose.Span;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** What a page asks of a plan when somebody looks: its program, another plan beside it, exports. */
public final class PlanQuestions {
  private static final long MOST_NANOS = 20_000_000_000L;

  private final Workspace workspace;
  private final ServedFolder folder;
  private final String version;

  PlanQuestions(Workspace workspace, ServedFolder folder, String version) {
    this.workspace = workspace;
    this.folder = folder;
    this.version = version;
  }

  /**
   * A question.
   *
   * @param other for comparisons, a plan of the same file; empty for the same plan as it is saved
   * @param form for exports: {@code megatron}, {@code torchtitan}, {@code page} or {@code traces}
   */
  public record Question(
      @Nullable String uri, @Nullable String plan, @Nullable String other, @Nullable String form) {
    String file() {
      return Objects.requireNonNullElse(uri, "");
    }

    String ofPlan() {
      return Objects.requireNonNullElse(plan, "");
    }
  }

  /** Rows of the program of a rank, and why there are none. */
  public record Program(int version, List<PassRows> passes, String why) {
    static Program none(String why) {
      return new Program(0, List.of(), why);
    }
  }

  /** A pass of a block. */
  public record PassRows(String title, List<NodeRow> rows) {}

  /**
   * A node.
   *
   * @param range of its statement; null if that is in another file
   * @param place of its statement, as file and line
   */
  public record NodeRow(
      String name,
      String what,
      String size,
      String time,
      boolean isMessage,
      @Nullable Range range,
      String place) {}

  /**
   * An answer to be shown.
   *
   * @param html as HTML; empty if it is a text
   * @param text as text
   * @param notes on it
   */
  public record Answer(String html, String text, List<String> notes) {
    static Answer text(String text) {
      return new Answer("", text, List.of());
    }
  }

  /** What a rank runs. */
  @JsonRequest("heddle/program")
  public CompletableFuture<Program> program(Question question) {
    return workspace.ask(
        question.file(),
        Program.none("the file is not open"),
        known ->
            known
                .analysis()
                .plan(question.ofPlan())
                .map(facts -> program(known, facts))
                .orElseGet(() -> Program.none("The plan does not compile.")));
  }

  private static Program program(Workspace.Known known, PlanFacts facts) {
    try {
      List<PassRows> passes = new ArrayList<>();
      ProgramRows.of(facts)
          .forEach(
              (title, rows) ->
                  passes.add(
                      new PassRows(title, rows.stream().map(row -> node(known, row)).toList())));
      return new Program(known.version(), passes, "");
    } catch (ArithmeticException e) {
      return Program.none("Its sizes do not fit into 63 bits.");
    }
  }

  private static NodeRow node(Workspace.Known known, ProgramRows.Row row) {
    Span span = row.statement();
    boolean isHere = span.source().path().equals(known.analysis().names().source().path());
    Path name = Path.of(span.source().path()).getFileName();
    return new NodeRow(
        row.name(),
        row.what(),
        row.size(),
        row.time(),
        row.isMessage(),
        isHere ? known.range(span) : null,
        isHere ? "line " + span.line() : name + ":" + span.line());
  }

  private StepProgress progress() {
    long changes = workspace.changes();
    Patience patience = new Patience(MOST_NANOS);
    return (begun, actions) -> {
      if (workspace.changes() != changes) {
        throw new CancellationException("another version is there");
      }
      patience.begun(begun, actions);
    };
  }

  /** Two plans beside each other, or a plan beside itself as it is saved. */
  @JsonRequest("heddle/compare")
  public CompletableFuture<Answer> compare(Question question) {
    String other = Objects.requireNonNullElse(question.other(), "");
    StepProgress progress = progress();
    return workspace.simulate(
        question.file(),
        Answer.text("The file is not open."),
        known -> sides(known, question.ofPlan(), other),
        sides -> compared(sides, progress));
  }

  /** A side of a comparison before it runs. */
  private record Prepared(String name, Optional<PlanStep> step, List<String> lines) {
    ComparedSteps.Side with(ReportContent content) {
      return new ComparedSteps.Side(name, content, lines);
    }
  }

  private List<Prepared> sides(Workspace.Known known, String plan, String other) {
    Prepared now = prepared(known.analysis(), known.path(), plan, plan);
    if (!other.isEmpty()) {
      return List.of(now, prepared(known.analysis(), known.path(), other, other));
    }
    if (!folder.holds(known.path())) {
      return List.of(now);
    }
    try {
      Analysis saved =
          Analysis.of(
              known.path(), ServedFolder.read(known.path()).text(), path -> Optional.empty());
      return List.of(prepared(saved, known.path(), plan, plan + ", saved"), now);
    } catch (Failure e) {
      return List.of(now);
    }
  }

  private Prepared prepared(Analysis analysis, Path file, String plan, String name) {
    return new Prepared(
        name,
        analysis.plan(plan).map(facts -> PlanStep.of(facts, analysis, file, version)),
        WrittenPlans.lines(analysis, plan));
  }

  private static Answer compared(List<Prepared> prepared, StepProgress progress) {
    if (prepared.size() < 2) {
      return Answer.text("The file is not saved: there is nothing to compare with.");
    }
    try {
      List<ComparedSteps.Side> formulas = new ArrayList<>();
      for (Prepared side : prepared) {
        Optional<ReportContent> content = side.step().flatMap(step -> step.byFormulas(progress));
        if (content.isEmpty()) {
          return Answer.text(side.name() + " does not run.");
        }
        formulas.add(side.with(content.get()));
      }
      return simulated(prepared, formulas, progress);
    } catch (CancellationException e) {
      return Answer.text("It takes too long, or another text is there.");
    }
  }

  /** Both simulated, or neither: only then are they to be compared. */
  private static Answer simulated(
      List<Prepared> prepared, List<ComparedSteps.Side> formulas, StepProgress progress) {
    try {
      List<ComparedSteps.Side> sides = new ArrayList<>();
      for (int i = 0; i < prepared.size(); i++) {
        PlanStep step = prepared.get(i).step().orElseThrow();
        sides.add(prepared.get(i).with(step.simulated(formulas.get(i).content(), false, progress)));
      }
      return new Answer(
          ComparedSteps.of(sides.get(0), sides.get(1)), "", List.of("Both simulated."));
    } catch (CancellationException | UnfinishedStepException | Failure | ArithmeticException e) {
      return new Answer(
          ComparedSteps.of(formulas.get(0), formulas.get(1)), "", List.of("Both by formulas."));
    }
  }

  /** A plan in another form. */
  @JsonRequest("heddle/export")
  public CompletableFuture<Answer> export(Question question) {
    String form = Objects.requireNonNullElse(question.form(), "");
    StepProgress progress = new Patience(MOST_NANOS);
    return workspace.simulate(
        question.file(),
        Answer.text("The file is not open."),
        known ->
            known
                .analysis()
                .plan(question.ofPlan())
                .map(facts -> PlanStep.of(facts, known.analysis(), known.path(), version)),
        step ->
            step.map(of -> exported(of, form, progress))
                .orElseGet(() -> Answer.text("The plan does not compile.")));
  }

  private Answer exported(PlanStep step, String form, StepProgress progress) {
    try {
      return switch (form) {
        case "megatron" -> text(MegatronExport.of(step.facts().compiled()));
        case "torchtitan" -> text(TorchtitanExport.of(step.facts().compiled()));
        case "page" -> page(step, progress);
        case "traces" -> new TraceExport(folder).write(step, progress);
        default -> Answer.text("There is no such form.");
      };
    } catch (CancellationException e) {
      return Answer.text("It takes too long; use the command.");
    } catch (OutOfMemoryError e) {
      return Answer.text(Explained.of(e, version).message());
    } catch (UnfinishedStepException | Failure | ArithmeticException e) {
      return Answer.text(String.valueOf(e.getMessage()));
    }
  }

  private static Answer text(Exported exported) {
    List<String> notes = new ArrayList<>(exported.notes());
    exported.lost().forEach(lost -> notes.add("not supported: " + lost));
    return new Answer("", exported.text(), notes);
  }

  private static Answer page(PlanStep step, StepProgress progress) throws UnfinishedStepException {
    Optional<ReportContent> quick = step.byFormulas(progress);
    return quick.isEmpty()
        ? Answer.text("The plan does not run.")
        : new Answer(HtmlReport.of(step.simulated(quick.get(), true, progress)), "", List.of());
  }
}
