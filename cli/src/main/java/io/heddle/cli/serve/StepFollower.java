package io.heddle.cli.serve;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.html.ReportContent;
import io.heddle.cli.language.Patience;
import io.heddle.cli.language.PlanFacts;
import io.heddle.cli.lsp.MessageConnection;
import io.heddle.cli.lsp.Workspace;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Follows a plan as it is edited: first what formulas say of a step, then what its simulation does.
 * An edit ends what is still at work for the text before it.
 */
final class StepFollower {
  /** What formulas may take. */
  private static final long MOST_FORMULA_NANOS = 10_000_000_000L;

  /** What the simulation may take; the page has the formulas' answer meanwhile. */
  private static final long MOST_SIMULATION_NANOS = 60_000_000_000L;

  private final Workspace workspace;
  private final MessageConnection.Client client;
  private final String version;
  private final AtomicLong wanted = new AtomicLong();

  StepFollower(Workspace workspace, MessageConnection.Client client, String version) {
    this.workspace = workspace;
    this.client = client;
    this.version = version;
  }

  /**
   * What a step comes to.
   *
   * @param version of the text
   * @param state {@code quick} by formulas, {@code exact} if simulated, {@code inexact} if that is
   *     not to be had, {@code failed} for neither
   * @param why it failed, or is not exact
   * @param summary as HTML
   * @param sections as HTML
   * @param data what is drawn, as JSON
   */
  public record Step(
      String uri,
      int version,
      String plan,
      String state,
      String why,
      String summary,
      List<HtmlReport.Section> sections,
      String data) {}

  /** Follows the text as it stands; for the thread of analyses. */
  void follow(Workspace.Known known, String plan) {
    long number = wanted.incrementAndGet();
    if (plan.isEmpty()) {
      failed(known, plan, "This file has no plan. Write `plan NAME of MODEL { … }`.");
      return;
    }
    Optional<PlanFacts> facts = known.analysis().plan(plan);
    if (facts.isEmpty()) {
      failed(known, plan, "The plan does not compile: see the findings in the text.");
      return;
    }
    long changes = workspace.changes();
    Work work = new Work(known, facts.get(), number, changes);
    CompletableFuture<Void> unused =
        workspace.<@Nullable Void, Work>simulate(
            known.uri(),
            null,
            same -> work,
            ready -> {
              run(ready);
              return null;
            });
  }

  private record Work(Workspace.Known known, PlanFacts facts, long number, long changes) {
    String plan() {
      return facts.plan().name();
    }
  }

  private boolean isOld(Work work) {
    return work.number() != wanted.get() || work.changes() != workspace.changes();
  }

  private StepProgress progress(Work work, long nanos) {
    Patience patience = new Patience(nanos);
    return (begun, actions) -> {
      if (isOld(work)) {
        throw new CancellationException("another version is there");
      }
      patience.begun(begun, actions);
    };
  }

  private void run(Work work) {
    if (isOld(work)) {
      return;
    }
    PlanStep step =
        PlanStep.of(work.facts(), work.known().analysis(), work.known().path(), version);
    boolean isByFormulas = false;
    try {
      Optional<ReportContent> quick = step.byFormulas(progress(work, MOST_FORMULA_NANOS));
      if (quick.isEmpty()) {
        failed(work.known(), work.plan(), "The plan does not run: see the findings in the text.");
        return;
      }
      tell(work, "quick", quick.get());
      isByFormulas = true;
      ReportContent exact =
          step.simulated(quick.get(), true, progress(work, MOST_SIMULATION_NANOS));
      if (!isOld(work)) {
        tell(work, "exact", exact);
      }
    } catch (CancellationException e) {
      if (!isOld(work)) {
        tellWhy(work, isByFormulas, "It would take longer than a page waits; use `heddle run`.");
      }
    } catch (OutOfMemoryError e) {
      tellWhy(work, isByFormulas, Explained.of(e, version).message());
    } catch (UnfinishedStepException | Failure | ArithmeticException e) {
      tellWhy(work, isByFormulas, String.valueOf(e.getMessage()));
    }
  }

  private void tell(Work work, String state, ReportContent content) {
    HtmlReport.Parts parts = HtmlReport.parts(content);
    client.tell(
        "heddle/step",
        new Step(
            work.known().uri(),
            work.known().version(),
            work.plan(),
            state,
            "",
            parts.summary(),
            parts.sections(),
            parts.data()));
  }

  /** Why it is not known, or no better than by formulas. */
  private void tellWhy(Work work, boolean isByFormulas, String why) {
    tell(work.known(), work.plan(), isByFormulas ? "inexact" : "failed", why);
  }

  private void failed(Workspace.Known known, String plan, String why) {
    tell(known, plan, "failed", why);
  }

  private void tell(Workspace.Known known, String plan, String state, String why) {
    client.tell(
        "heddle/step",
        new Step(known.uri(), known.version(), plan, state, why, "", List.of(), "{}"));
  }
}
