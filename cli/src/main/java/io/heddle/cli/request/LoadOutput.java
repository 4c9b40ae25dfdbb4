package io.heddle.cli.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.Table;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.diagnose.Plural;
import io.heddle.runtime.serving.Distribution;
import io.heddle.runtime.serving.LoadResult;
import io.heddle.runtime.serving.PoolUse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints how requests were served. */
public final class LoadOutput {
  private static final double NANOS = 1e9;

  private final LoadRun run;
  private final LoadResult result;

  /** Of a run. */
  public LoadOutput(LoadRun run) {
    this.run = run;
    this.result = run.result();
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of %s: %s requests, %s%s%n%n"
            .formatted(
                run.serving().name(),
                run.serving().model(),
                Quantities.count(result.answered()),
                run.serving().batching().policy().word(),
                result.rejected() == 0
                    ? ""
                    : "; %s refused, larger than the cache"
                        .formatted(Quantities.count(result.rejected()))));
    text.append(times()).append('\n').append(totals()).append('\n').append(pools());
    if (!run.serving().goals().isEmpty()) {
      text.append('\n').append(goals());
    }
    run.file()
        .flatMap(RequestFile::measured)
        .ifPresent(measured -> text.append('\n').append(measured(measured)));
    text.append('\n').append(basis());
    return text.toString();
  }

  private Map<String, Distribution> distributions() {
    Map<String, Distribution> all = new LinkedHashMap<>();
    for (Goal.Metric metric : Goal.Metric.values()) {
      all.put(metric.word(), result.distribution(metric));
    }
    all.put("queue", result.queueing());
    return all;
  }

  private static String name(String metric) {
    return switch (metric) {
      case "ttft" -> "time to first token";
      case "tpot" -> "time per output token";
      case "itl" -> "between tokens";
      case "e2e" -> "end to end";
      default -> "in the queue";
    };
  }

  private String times() {
    Table table = Table.firstToTheLeft();
    table.row(List.of("", "mean", "p50", "p90", "p95", "p99", "max"));
    distributions()
        .forEach(
            (metric, times) ->
                table.row(
                    List.of(
                        name(metric),
                        time(times.mean()),
                        time(times.p50()),
                        time(times.p90()),
                        time(times.p95()),
                        time(times.p99()),
                        time(times.most()))));
    return table.text();
  }

  private static String time(double seconds) {
    return Double.isNaN(seconds) ? "-" : Quantities.time(seconds * NANOS);
  }

  private String totals() {
    double seconds = result.seconds();
    double output = perSecond((double) result.outputTokens());
    Table table = Table.firstToTheLeft();
    table.row(List.of("duration", time(seconds)));
    table.row(
        List.of(
            "throughput",
            "%s requests/s, %s output tokens/s, %s tokens/s/GPU on %s"
                .formatted(
                    Quantities.rate(perSecond(result.answered())),
                    Quantities.rate(output),
                    Quantities.rate(output / run.fleet().setup().devices()),
                    Plural.of(run.fleet().setup().devices(), "GPU"))));
    table.row(
        List.of(
            "tokens",
            "%s in, %s out; %s of prompts computed, %s found in caches"
                .formatted(
                    Quantities.count(result.inputTokens()),
                    Quantities.count(result.outputTokens()),
                    Quantities.count(result.computedTokens()),
                    Quantities.count(result.cachedTokens()))));
    table.row(List.of("preemptions", Quantities.count(result.preemptions())));
    if (result.tokensOfVerified() > 0) {
      table.row(
          List.of(
              "speculation",
              "%.2f tokens a step of a sequence".formatted(result.tokensOfVerified())));
    }
    return table.textBehind();
  }

  private double perSecond(double amount) {
    return result.seconds() == 0 ? 0 : amount / result.seconds();
  }

  private String pools() {
    Table table = Table.firstToTheLeft();
    table.row(
        List.of(
            "pool",
            "instances",
            "GPUs",
            "busy",
            "running",
            "most",
            "waiting",
            "most",
            "pages",
            "most",
            "of",
            "steps"));
    for (PoolUse use : result.pools()) {
      int instances = use.setup().instances();
      table.row(
          List.of(
              use.setup().role().word(),
              Quantities.count(instances),
              Quantities.count((long) instances * use.setup().devices()),
              Quantities.percent(busy(use)),
              Quantities.rate(use.meanRunning()),
              Quantities.count(use.mostRunning()),
              Quantities.rate(use.meanWaiting()),
              Quantities.count(use.mostWaiting()),
              Quantities.rate(use.meanPages()),
              Quantities.count(use.mostPages()),
              Quantities.count(pages(use)),
              Quantities.count(use.steps())));
    }
    return table.text();
  }

  private static long pages(PoolUse use) {
    return (long) use.setup().replicas() * use.setup().batches() * use.setup().limits().pages();
  }

  private double busy(PoolUse use) {
    return result.seconds() == 0
        ? 0
        : use.busySeconds() / result.seconds() / use.setup().instances() / use.setup().batches();
  }

  private String goals() {
    Table table = Table.firstToTheLeft();
    for (Goal goal : run.serving().goals()) {
      double reached = reached(goal);
      table.row(
          List.of(
              goal.name() + " <= " + time(goal.seconds()),
              time(reached),
              reached <= goal.seconds() ? "reached" : "not reached"));
    }
    double goodput = result.goodput(run.serving().goals());
    table.row(
        List.of(
            "goodput",
            Quantities.rate(goodput) + " requests/s",
            result.answered() == 0
                ? "no request was answered"
                : Quantities.percent(goodput / perSecond(result.answered()))
                    + " of them keep to all goals"));
    return table.textBehind();
  }

  private double reached(Goal goal) {
    return result.distribution(goal.metric()).at(goal.share());
  }

  private String measured(MeasuredTimes measured) {
    Table table = Table.firstToTheLeft();
    table.row(List.of("against the file", "measured", "simulated", "error"));
    for (MeasuredErrors.Figure error : MeasuredErrors.of(result, measured)) {
      table.row(
          List.of(
              error.name(),
              time(error.measured()),
              time(error.simulated()),
              String.format(Locale.ROOT, "%+.1f %%", 100 * error.share())));
    }
    return table.text();
  }

  private String basis() {
    List<String> lines = new ArrayList<>();
    for (ServedFleet.Pool pool : run.fleet().pools()) {
      for (ServedFleet.Surface surface : pool.surfaces()) {
        lines.add(
            "step times of %s: %s simulated steps, linear between; random steps err by %.2f %% at most, %.2f %% in the mean%s"
                .formatted(
                    surface.kind(),
                    Quantities.count(surface.knots()),
                    100 * surface.worst(),
                    100 * surface.mean(),
                    surface.isCoarse()
                        ? " (more than the %.1f %% aimed at)".formatted(100 * surface.allowed())
                        : ""));
      }
      lines.add(
          "memory of a %s: %s for weights and the largest step, %s for the cache, a page of %s"
              .formatted(
                  pool.device().name(),
                  Quantities.bytes(pool.otherBytes()),
                  Quantities.bytes(pool.cacheBytes()),
                  Quantities.bytes(pool.pageBytes())));
    }
    run.file()
        .filter(file -> file.leftOut() > 0)
        .ifPresent(
            file ->
                lines.add(
                    Quantities.count(file.leftOut())
                        + " rows of the file have no tokens in or out, and were left out"));
    run.file()
        .filter(RequestFile::isCut)
        .ifPresent(
            file ->
                lines.add(
                    "the file has more rows than the first %s requests, which were served"
                        .formatted(Quantities.count(file.requests().size()))));
    return String.join("\n", lines) + "\n";
  }

  /** For programs. */
  public void print(PrintWriter out) {
    Json.print(out, this::write);
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("serve", run.serving().name());
    json.writeStringField("model", run.serving().model());
    json.writeStringField("batching", run.serving().batching().policy().word());
    json.writeArrayFieldStart("warnings");
    for (String warning : run.warnings()) {
      json.writeString(warning);
    }
    json.writeEndArray();
    json.writeNumberField("seed", run.seed());
    json.writeNumberField("answered", result.answered());
    json.writeNumberField("refused", result.rejected());
    json.writeNumberField("left_out", run.file().map(RequestFile::leftOut).orElse(0L));
    json.writeBooleanField("cut", run.file().map(RequestFile::isCut).orElse(false));
    Json.plain(json, "seconds", result.seconds());
    json.writeNumberField("input_tokens", result.inputTokens());
    json.writeNumberField("output_tokens", result.outputTokens());
    json.writeNumberField("computed_tokens", result.computedTokens());
    json.writeNumberField("cached_tokens", result.cachedTokens());
    json.writeNumberField("preemptions", result.preemptions());
    if (result.tokensOfVerified() > 0) {
      Json.plain(json, "tokens_per_verified_step", result.tokensOfVerified());
    }
    json.writeNumberField("devices", run.fleet().setup().devices());
    Json.plain(json, "requests_per_second", perSecond(result.answered()));
    double output = perSecond((double) result.outputTokens());
    Json.plain(json, "output_tokens_per_second", output);
    Json.plain(json, "output_tokens_per_second_per_device", output / run.fleet().setup().devices());
    json.writeObjectFieldStart("times");
    for (Map.Entry<String, Distribution> each : distributions().entrySet()) {
      distribution(json, each.getKey(), each.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("goals");
    for (Goal goal : run.serving().goals()) {
      json.writeStartObject();
      json.writeStringField("metric", goal.metric().word());
      json.writeStringField("share", goal.share().word());
      Json.plain(json, "limit_seconds", goal.seconds());
      Json.plain(json, "seconds", reached(goal));
      json.writeBooleanField("reached", reached(goal) <= goal.seconds());
      json.writeEndObject();
    }
    json.writeEndArray();
    Json.plain(json, "goodput", result.goodput(run.serving().goals()));
    json.writeArrayFieldStart("pools");
    for (int i = 0; i < result.pools().size(); i++) {
      pool(json, result.pools().get(i), run.fleet().pools().get(i));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("measured");
    if (run.file().flatMap(RequestFile::measured).isPresent()) {
      MeasuredTimes times = run.file().get().measured().get();
      for (MeasuredErrors.Figure error : MeasuredErrors.of(result, times)) {
        json.writeStartObject();
        json.writeStringField("name", error.name());
        Json.plain(json, "measured_seconds", error.measured());
        Json.plain(json, "simulated_seconds", error.simulated());
        Json.plain(json, "error", error.share());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void distribution(JsonGenerator json, String name, Distribution times)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("count", times.count());
    Json.plain(json, "mean", times.mean());
    Json.plain(json, "p50", times.p50());
    Json.plain(json, "p90", times.p90());
    Json.plain(json, "p95", times.p95());
    Json.plain(json, "p99", times.p99());
    Json.plain(json, "max", times.most());
    json.writeEndObject();
  }

  private void pool(JsonGenerator json, PoolUse use, ServedFleet.Pool pool) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", use.setup().role().word());
    json.writeArrayFieldStart("plans");
    for (String plan : pool.plans()) {
      json.writeString(plan);
    }
    json.writeEndArray();
    json.writeNumberField("instances", use.setup().instances());
    json.writeNumberField("replicas", use.setup().replicas());
    json.writeNumberField("stages", pool.stages());
    json.writeNumberField("batches", use.setup().batches());
    json.writeNumberField("devices", (long) use.setup().instances() * use.setup().devices());
    json.writeNumberField("steps", use.steps());
    Json.plain(json, "busy", busy(use));
    Json.plain(json, "mean_running", use.meanRunning());
    json.writeNumberField("most_running", use.mostRunning());
    Json.plain(json, "mean_waiting", use.meanWaiting());
    json.writeNumberField("most_waiting", use.mostWaiting());
    json.writeNumberField("pages", pages(use));
    Json.plain(json, "mean_pages", use.meanPages());
    json.writeNumberField("most_pages", use.mostPages());
    json.writeNumberField("page_tokens", use.setup().limits().pageTokens());
    json.writeNumberField("page_bytes", pool.pageBytes());
    json.writeNumberField("cache_bytes", pool.cacheBytes());
    json.writeNumberField("other_bytes", pool.otherBytes());
    json.writeArrayFieldStart("step_times");
    for (ServedFleet.Surface surface : pool.surfaces()) {
      json.writeStartObject();
      json.writeStringField("kind", surface.kind());
      json.writeNumberField("knots", surface.knots());
      Json.plain(json, "worst_error", surface.worst());
      Json.plain(json, "mean_error", surface.mean());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
