package io.heddle.cli.html;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.schedule.Action;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StageTimes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.timeline.ActionTimes;
import io.heddle.runtime.timeline.BusyTime;
import io.heddle.runtime.timeline.StageTimeline;
import io.heddle.runtime.trace.CountingSink;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final String HOSTILE = "</script><script>alert(1)</script>&\"'\u2028";
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);
  private static final long ITERATION = 1_000_000;

  private static PlanValues plan(String name, int stages) {
    return new PlanValues(
        name,
        name,
        Map.of(name, 1L),
        List.of(new Axis(name, stages)),
        1,
        1,
        Schedule.of("gpipe"),
        StageSplit.EQUAL,
        Recompute.NONE,
        new Optimizer(Optimizer.Algorithm.ADAM, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster(
            name,
            new Device(name, 1e12, 1, 1, 1e9, 1),
            List.of(new NetworkDimension(Topology.SWITCH, stages, 1e9, 1))));
  }

  /** Ranks of stages; every rank computes longer than the one before by {@code growth} ns. */
  private static StepReport report(String name, int stages, int ranksOfStage, long growth) {
    List<RankTimes> ranks = new ArrayList<>();
    List<StageTimes> means = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      for (int i = 0; i < ranksOfStage; i++) {
        long compute = 500_000 + growth * ranks.size();
        long exposed = 100_000;
        ranks.add(
            new RankTimes(
                ranks.size(),
                stage,
                ITERATION,
                compute,
                OptionalLong.of(exposed),
                OptionalLong.of(exposed),
                OptionalLong.of(ITERATION - compute - exposed),
                List.of(
                    new CommunicationTime(
                        Communication.of(Collective.ALL_GATHER, List.of(name)),
                        exposed,
                        exposed))));
      }
      means.add(
          new StageTimes(
              stage,
              ranksOfStage,
              500_000,
              OptionalDouble.of(1),
              OptionalDouble.of(1),
              OptionalDouble.of(1),
              OptionalDouble.of(0),
              List.of()));
    }
    return new StepReport(
        plan(name, stages),
        Stragglers.NONE,
        ITERATION,
        1,
        1,
        1,
        BigInteger.ONE,
        ranks,
        means,
        Symmetry.unfolded(ranks.size(), Unfolded.RECORDED),
        StepCounts.of(new CountingSink()),
        Optional.empty());
  }

  private static String page(StepReport report, String name, List<StageTimeline> timelines) {
    return HtmlReport.of(
        new ReportContent(
            report,
            name,
            List.of(name),
            timelines,
            Optional.of(
                new MemoryDemand(
                    List.of(new StageMemory(0, 1, 1, 2, 3, 0, 4, 5, 6, 7, 8, 9, 10)), name, 1000)),
            List.of("heddle", "run", name),
            name,
            name,
            name));
  }

  private static JsonNode figure(String page, String id) throws IOException {
    Matcher data = DATA.matcher(page);
    assertThat(data.find()).isTrue();
    for (JsonNode figure : new ObjectMapper().readTree(data.group(1)).path("figures")) {
      if (figure.path("id").asText().equals(id)) {
        return figure;
      }
    }
    throw new AssertionError("no figure " + id);
  }

  private static StageTimeline timeline(int stage, int actions, String name) {
    List<ActionTimes> times = new ArrayList<>();
    for (int i = 0; i < actions; i++) {
      times.add(
          new ActionTimes(
              Optional.of(new Action(Action.Kind.FORWARD, i)), 2L * i, 2L * i + 1, 1, 0, 0));
    }
    return new StageTimeline(stage, stage, times, Map.of(name, List.of(new BusyTime(1, 3, 1))));
  }

  @Test
  void writesNoNameAsMarkup() {
    String page = page(report(HOSTILE, 1, 2, 0), HOSTILE, List.of(timeline(0, 3, HOSTILE)));
    assertThat(page).doesNotContain("alert(1)</script>").doesNotContain("<script>alert");
    assertThat(Pattern.compile("<script").matcher(page).results().count())
        .isEqualTo(Pattern.compile("</script>").matcher(page).results().count());
  }

  @Test
  void allowsItsOwnScriptsAlone() {
    String page = page(report("tp", 1, 2, 0), "tp", List.of());
    Matcher policy =
        Pattern.compile("Content-Security-Policy\" content=\"([^\"]*)\"").matcher(page);
    assertThat(policy.find()).isTrue();
    assertThat(policy.group(1)).contains("default-src &#39;none&#39;", "script-src &#39;sha256-");
    assertThat(page.replaceAll("(?s)<script.*?</script>", ""))
        .doesNotContain("src=\"http", "href=\"http", "url(", "@import");
  }

  @Test
  void foldsRanksThatAreAlike() throws IOException {
    JsonNode rows = figure(page(report("tp", 2, 256, 0), "tp", List.of()), "ranks").path("rows");
    assertThat(rows)
        .extracting(JsonNode::asText)
        .containsExactly("stage 0, ranks 0-255", "stage 1, ranks 256-511");
  }

  @Test
  void foldsStagesWhereAllRanksDiffer() throws IOException {
    String page = page(report("tp", 100, 4, 900), "tp", List.of());
    JsonNode ranks = figure(page, "ranks");
    assertThat(ranks.path("rows")).hasSizeBetween(30, 50);
    assertThat(ranks.path("rows").get(0).asText()).isEqualTo("stages 0-2, 12 ranks");
    assertThat(ranks.path("rows"))
        .extracting(JsonNode::asText)
        .endsWith("rank 399, computes longest", "rank 0, computes shortest");
    for (int row = 0; row < ranks.path("rows").size(); row++) {
      double sum = 0;
      for (JsonNode part : ranks.path("parts")) {
        sum += part.path("values").get(row).asDouble();
      }
      assertThat(sum).isEqualTo(ITERATION, org.assertj.core.api.Assertions.within(1.0));
    }
  }

  @Test
  void windowsVeryManyActions() throws IOException {
    List<StageTimeline> timelines = List.of(timeline(0, 40_000, "tp"), timeline(1, 40_000, "tp"));
    String page = page(report("tp", 2, 1, 0), "tp", timelines);
    JsonNode actions = figure(page, "pipeline").path("kinds").get(0).path("actions");
    assertThat(actions).hasSize(24_000);
    assertThat(actions.get(5_999).get(1).asLong()).isEqualTo(2 * 5_999);
    assertThat(actions.get(6_000).get(1).asLong()).isEqualTo(2 * 34_000);
    assertThat(page).contains("Of each stage the first and last 6,000 passes are shown.");
    assertThat(page.length()).isLessThan(4_000_000);
  }

  @Test
  void comparesMemoryWithTheDeviceWhereItIsNear() throws IOException {
    String page = page(report("tp", 1, 2, 0), "tp", List.of());
    JsonNode memory = figure(page, "memory");
    assertThat(memory.has("mark")).isFalse();
    double sum = 0;
    for (JsonNode part : memory.path("parts")) {
      sum += part.path("values").get(0).asDouble();
    }
    assertThat(sum).isEqualTo(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9);
    assertThat(page).contains("tp has 1.000 kB");
  }
}
