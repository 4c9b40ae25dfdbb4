package io.heddle.cli.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.html.Html;
import io.heddle.cli.html.PageFrame;
import io.heddle.cli.html.Picture;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.diagnose.Plural;
import io.heddle.runtime.serving.LoadResult;
import io.heddle.runtime.serving.PoolHistory;
import io.heddle.runtime.serving.PoolUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How requests were served, as a page: distributions of their times, and each pool over time. */
public final class LoadPage {
  private static final double NANOS = 1e9;

  private final LoadRun run;
  private final LoadResult result;
  private final String version;
  private final List<Picture> figures = new ArrayList<>();

  /**
   * A page.
   *
   * @param version of Heddle
   */
  public LoadPage(LoadRun run, String version) {
    this.run = run;
    this.result = run.result();
    this.version = version;
    if (result.answered() > 0) {
      curves();
    }
    result.pools().stream().filter(pool -> pool.steps() > 0).forEach(this::pool);
  }

  private void curves() {
    curve(Goal.Metric.TTFT, "Time to first token", "requests");
    curve(Goal.Metric.TPOT, "Time per output token", "requests, by their mean,");
    curve(Goal.Metric.ITL, "Between tokens", "pairs of tokens that follow each other");
    curve(Goal.Metric.END_TO_END, "End to end", "requests");
    figures.add(
        new ShareCurve(
            "queue",
            "In the queue",
            "requests",
            result.queueingCurve(ShareCurve.POINTS),
            List.of()));
  }

  private void curve(Goal.Metric metric, String title, String of) {
    double[] seconds = result.curve(metric, ShareCurve.POINTS);
    if (seconds.length > 0) {
      List<Goal> goals =
          run.serving().goals().stream().filter(goal -> goal.metric() == metric).toList();
      figures.add(new ShareCurve(metric.word(), title, of, seconds, goals));
    }
  }

  private void pool(PoolUse use) {
    String role = use.setup().role().word();
    PoolHistory history = use.history();
    long replicas = (long) use.setup().instances() * use.setup().replicas() * use.setup().batches();
    figures.add(
        new PoolLines(
            role + "-sequences",
            "Sequences of pool " + role,
            "Sequences that run and requests that wait, of %s together, as means over spans of %s. An instance counts while it computes."
                .formatted(
                    Plural.of(use.setup().instances(), "instance"),
                    Quantities.time((double) history.spanNanos())),
            history,
            List.of(
                new PoolLines.Line("running", history::running),
                new PoolLines.Line("waiting", history::waiting)),
            0));
    figures.add(
        new PoolLines(
            role + "-pages",
            "Pages of pool " + role,
            "Pages of the cache in use, of all instances together. The line is all pages that there"
                + " are.",
            history,
            List.of(new PoolLines.Line("pages in use", history::pages)),
            (double) replicas * use.setup().limits().pages()));
  }

  /** The page, in HTML. */
  public String html() {
    return new PageFrame(title(), version, PageFrame.resource(LoadPage.class, "load.js"))
        .page(this::body, this::data);
  }

  private String title() {
    return run.serving().model() + ", serve " + run.serving().name();
  }

  private void body(Html html) {
    html.open("header").element("h1", title());
    html.element(
        "p",
        "%s requests, scheduled as by %s, on %s."
            .formatted(
                Quantities.count(result.requests().size()),
                run.serving().batching().policy().word(),
                Plural.of(run.fleet().setup().devices(), "GPU")),
        "class",
        "quiet");
    if (result.rejected() > 0) {
      html.element(
          "p",
          Quantities.count(result.rejected()) + " requests were refused: larger than the cache",
          "class",
          "warning");
    }
    run.warnings().forEach(warning -> html.element("p", warning, "class", "warning"));
    html.open("dl", "class", "figures");
    summary(html);
    html.close("dl").close("header");
    figures.forEach(figure -> figure.section(html));
    html.open("section").element("h2", "All figures");
    html.element("pre", new LoadOutput(run).text()).close("section");
  }

  private void summary(Html html) {
    double seconds = result.seconds();
    double rate = seconds == 0 ? 0 : 1 / seconds;
    html.figure("duration", time(seconds), "from the first arrival to the last token");
    html.figure(
        "requests/s",
        Quantities.rate(result.answered() * rate),
        Quantities.count(result.answered()) + " were answered");
    html.figure(
        "tokens/s/GPU",
        Quantities.rate(result.outputTokens() * rate / run.fleet().setup().devices()),
        "of answers");
    html.figure(
        "preemptions", Quantities.count(result.preemptions()), "requests that were set back");
    List<Goal> goals = run.serving().goals();
    for (Goal goal : goals) {
      double reached = result.distribution(goal.metric()).at(goal.share());
      html.figure(
          goal.name(),
          Double.isNaN(reached) ? "-" : time(reached),
          "%s: at most %s"
              .formatted(
                  reached <= goal.seconds() ? "reached" : "not reached", time(goal.seconds())));
    }
    if (!goals.isEmpty()) {
      html.figure(
          "goodput", Quantities.rate(result.goodput(goals)), "requests/s that keep to all goals");
    }
  }

  private static String time(double seconds) {
    return Quantities.time(seconds * NANOS);
  }

  private void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("figures");
    for (Picture figure : figures) {
      figure.data(json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
