package io.heddle.cli.html;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.StepTable;
import io.heddle.plan.PlanValues;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A step as one page: figures that can be zoomed, each with a table of the same numbers. */
public final class HtmlReport {
  private static final double TERA = 1e12;
  private static final double NANOS_PER_SECOND = 1e9;

  private final ReportContent content;
  private final StepReport report;
  private final List<Picture> figures = new ArrayList<>();

  private HtmlReport(ReportContent content) {
    this.content = content;
    this.report = content.report();
  }

  /** The page, in ASCII but for the texts of the content. */
  public static String of(ReportContent content) {
    return new HtmlReport(content).page();
  }

  /**
   * A page in parts.
   *
   * @param summary the figures that stand out, as HTML
   * @param sections in their order, each with a place to draw in
   * @param data what `report.js` draws there, as JSON
   */
  public record Parts(String summary, List<Section> sections, String data) {
    public Parts {
      sections = List.copyOf(sections);
    }
  }

  /**
   * A section of a page.
   *
   * @param id of what is drawn in it
   * @param html all of it
   */
  public record Section(String id, String html) {}

  /** The same in parts, for a page that changes. */
  public static Parts parts(ReportContent content) {
    HtmlReport report = new HtmlReport(content);
    report.gather();
    Html summary = new Html();
    report.summary(summary);
    List<Section> sections = new ArrayList<>();
    for (Picture figure : report.figures) {
      Html html = new Html();
      figure.section(html);
      sections.add(new Section(figure.id(), html.toString()));
    }
    return new Parts(summary.toString(), sections, ScriptJson.of(report::data));
  }

  private String page() {
    gather();
    return new PageFrame(
            title(), content.version(), PageFrame.resource(HtmlReport.class, "report.js"))
        .page(this::body, this::data);
  }

  private void gather() {
    if (!content.timelines().isEmpty()) {
      int stages = report.stages().size();
      figures.add(
          new PipelineFigure(
              content.timelines(),
              stages,
              report.plan().schedule().chunksOn(stages),
              Ticks.of(report.iterationNanos())));
    }
    figures.add(RankBars.of(report));
    figures.addAll(CommunicationBars.times(report));
    figures.addAll(CommunicationBars.bytes(report));
    report.criticalPath().ifPresent(path -> figures.addAll(PathBars.of(path)));
    content.memory().ifPresent(demand -> figures.add(MemoryBars.of(demand)));
  }

  private void body(Html html) {
    summary(html);
    figures.forEach(figure -> figure.section(html));
    report
        .criticalPath()
        .flatMap(CriticalPath::notKept)
        .ifPresent(why -> html.element("h2", "Critical path").element("p", why, "class", "quiet"));
    settings(html);
  }

  private String title() {
    return report.plan().model() + ", plan " + report.plan().plan();
  }

  private void summary(Html html) {
    PlanValues plan = report.plan();
    html.open("header")
        .element("h1", title())
        .element(
            "p",
            "%s parameters on %s ranks of %s (%s); %s; %s"
                .formatted(
                    Quantities.approximately((double) report.parameters()),
                    Quantities.count(report.ranks().size()),
                    plan.cluster().name(),
                    plan.cluster().device().name(),
                    plan.axes().stream()
                        .map(axis -> axis.name() + " " + axis.size())
                        .collect(Collectors.joining(", ")),
                    StepTable.work(plan)),
            "class",
            "quiet");
    if (!report.stragglers().isNone()) {
      html.element("p", "slow: " + report.stragglers(), "class", "quiet");
    }
    html.element(
        "p",
        "Simulated: %s.%s"
            .formatted(
                content.simulated(),
                content.timelines().isEmpty()
                    ? " It does not tell when passes ran, so that the pipeline is not drawn."
                    : ""),
        "class",
        "quiet");
    content.warnings().forEach(text -> html.element("p", text, "class", "warning"));
    double peak = plan.cluster().device().peakFlops() / TERA;
    html.open("dl", "class", "figures");
    times(html);
    html.figure(
        "tokens/s",
        "%,.0f".formatted(report.tokensPerSecond()),
        Quantities.count(Math.round(report.yieldedTokens())) + " a step");
    html.figure("tokens/s/GPU", Quantities.rate(report.tokensPerSecondPerDevice()), "mean");
    html.figure(
        "MFU", Quantities.percent(report.mfu()), "of %,.0f TFLOPS a device".formatted(peak));
    html.figure("HFU", Quantities.percent(report.hfu()), "all operations that ran");
    report
        .bubble()
        .ifPresent(
            bubble ->
                html.figure("pipeline bubble", Quantities.percent(bubble), "mean over all ranks"));
    content.memory().ifPresent(demand -> memory(html, demand));
    html.figure("nodes", Quantities.count(report.counts().nodes()), "in the traces of all ranks");
    html.close("dl").close("header");
  }

  private void times(Html html) {
    String iteration = Quantities.time(report.iterationSeconds() * NANOS_PER_SECOND);
    if (!report.plan().schedule().samples()) {
      html.figure("iteration time", iteration, "of one training step");
      return;
    }
    html.figure("step", iteration, "of inference, one batch through all stages");
    if (report.batchesInWork() > 1) {
      html.figure(
          "step to step",
          Quantities.time(report.periodSeconds() * NANOS_PER_SECOND),
          "of a batch, with one in work on each of %d stages".formatted(report.batchesInWork()));
    }
  }

  private static void memory(Html html, MemoryDemand demand) {
    html.figure(
        "peak memory",
        Quantities.bytes(BigInteger.valueOf(demand.most().peak())),
        "%s %s of a %s"
            .formatted(
                demand.fits() ? "fits in" : "does not fit in",
                Quantities.bytes(BigInteger.valueOf(demand.capacity())),
                demand.device()));
  }

  private void settings(Html html) {
    html.open("section").element("h2", "Plan and settings");
    html.table("text", List.of(), PlanRows.of(content));
    html.element("h2", "To run it again")
        .element(
            "pre", content.command().stream().map(Shell::quoted).collect(Collectors.joining(" ")))
        .close("section");
  }

  private void data(JsonGenerator json) throws IOException {
    Set<String> axes = new LinkedHashSet<>();
    content.timelines().forEach(stage -> axes.addAll(stage.communication().keySet()));
    axes.addAll(report.exposedByAxes().keySet());
    json.writeStartObject();
    json.writeArrayFieldStart("axes");
    for (String name : axes) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("figures");
    for (Picture figure : figures) {
      figure.data(json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
