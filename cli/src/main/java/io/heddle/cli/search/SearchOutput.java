package io.heddle.cli.search;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.Table;
import io.heddle.cli.search.SearchCounts.Reason;
import io.heddle.cli.search.SearchResult.Change;
import io.heddle.cli.search.SearchResult.Plan;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.processor.model.Search;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what a search found. */
public final class SearchOutput {
  private static final int MOST_REASONS = 8;
  private static final double NANOS = 1e9;

  private final Search search;
  private final SearchResult result;

  /** Of a search. */
  public SearchOutput(Search search, SearchResult result) {
    this.search = search;
    this.result = result;
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "search %s of %s: %s%n%n"
            .formatted(search.space().name(), search.space().base().name(), search.aim()));
    if (result.best().isEmpty()) {
      text.append("no plan\n");
    } else {
      text.append(table(result.best()));
      text.append("\nbest in time, memory and GPUs:\n").append(table(result.front()));
      text.append("\none line of the best plan changed:\n").append(why());
    }
    return text.append('\n').append(counts()).toString();
  }

  private String table(List<Plan> plans) {
    Table table = new Table();
    List<String> head = new ArrayList<>(plans.get(0).values().keySet());
    head.addAll(List.of(timeHead(), "tokens/s/GPU", "MFU", "bubble", "memory", "GPUs"));
    table.row(head);
    for (Plan plan : plans) {
      List<String> row = new ArrayList<>(plan.values().values());
      row.add(time(plan));
      row.add(Quantities.rate(tokensPerSecondPerGpu(plan)));
      row.add(plan.figures().map(Figures::mfu).map(Quantities::percent).orElse(""));
      row.add(plan.figures().map(Figures::bubble).map(Quantities::percent).orElse(""));
      row.add(memory(plan));
      row.add(Quantities.count(plan.measures().gpus()));
      table.row(row);
    }
    return table.text();
  }

  private String timeHead() {
    return result.perToken() ? "a token" : "iteration";
  }

  /** A time that is only a bound says so. */
  private static String time(Plan plan) {
    return (plan.figures().isPresent() ? "" : ">= ")
        + Quantities.time((double) plan.measures().nanos());
  }

  private static String memory(Plan plan) {
    long memory = plan.measures().memory();
    return memory == Long.MAX_VALUE ? "?" : String.format(Locale.ROOT, "%,.1f GB", memory / NANOS);
  }

  private static double tokensPerSecondPerGpu(Plan plan) {
    Measures of = plan.measures();
    return of.tokens() / (of.nanos() / NANOS) / of.gpus();
  }

  private String why() {
    Plan best = result.best().get(0);
    Table table = Table.firstToTheLeft();
    table.row(List.of("line", timeHead(), "", "memory", "GPUs", ""));
    for (Change change : result.why()) {
      String line = change.name() + " = " + change.instead();
      if (change.plan().isEmpty()) {
        table.row(List.of(line, "", "", "", "", change.reason()));
        continue;
      }
      Plan plan = change.plan().get();
      double cost = (double) plan.measures().nanos() / best.measures().nanos() - 1;
      table.row(
          List.of(
              line,
              time(plan),
              String.format(Locale.ROOT, "%+.1f %%", 100 * cost),
              memory(plan),
              Quantities.count(plan.measures().gpus()),
              ""));
    }
    return table.textBehind();
  }

  private String counts() {
    SearchCounts counts = result.counts();
    StringBuilder text = new StringBuilder();
    text.append(
        ("%s: %,d are no plans, %,d do not fit into memory, %,d do not keep to the limit, %,d are"
                + " excluded by their bound, %,d simulated%n")
            .formatted(
                points(result.points()),
                counts.byStructure(),
                counts.byMemory(),
                counts.byLimit(),
                counts.byBound(),
                counts.ofSimulated()));
    for (Reason reason : counts.reasons(MOST_REASONS)) {
      text.append("  %s: %s%n".formatted(points(reason.points()), reason.text()));
    }
    return text.toString();
  }

  private static String points(long count) {
    return Quantities.count(count) + (count == 1 ? " point" : " points");
  }

  /** For programs. */
  public void print(PrintWriter out) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("search", search.space().name());
          json.writeStringField("plan", search.space().base().name());
          json.writeStringField("aim", search.aim().toString());
          counts(json);
          plans(json, "best", result.best());
          plans(json, "front", result.front());
          json.writeArrayFieldStart("why");
          for (Change change : result.why()) {
            json.writeStartObject();
            json.writeStringField("line", change.name());
            json.writeStringField("instead", change.instead());
            if (change.plan().isPresent()) {
              figures(json, change.plan().get());
            } else {
              json.writeStringField("reason", change.reason());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private void counts(JsonGenerator json) throws IOException {
    SearchCounts counts = result.counts();
    json.writeNumberField("points", result.points());
    json.writeObjectFieldStart("excluded");
    json.writeNumberField("structure", counts.byStructure());
    json.writeNumberField("memory", counts.byMemory());
    json.writeNumberField("limit", counts.byLimit());
    json.writeNumberField("bound", counts.byBound());
    json.writeEndObject();
    json.writeNumberField("simulated", counts.ofSimulated());
    json.writeArrayFieldStart("reasons");
    for (Reason reason : counts.reasons(Integer.MAX_VALUE)) {
      json.writeStartObject();
      json.writeStringField("reason", reason.text());
      json.writeNumberField("points", reason.points());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void plans(JsonGenerator json, String field, List<Plan> plans) throws IOException {
    json.writeArrayFieldStart(field);
    for (Plan plan : plans) {
      json.writeStartObject();
      json.writeNumberField("point", plan.measures().number());
      json.writeObjectFieldStart("values");
      for (Map.Entry<String, String> value : plan.values().entrySet()) {
        json.writeStringField(value.getKey(), value.getValue());
      }
      json.writeEndObject();
      figures(json, plan);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void figures(JsonGenerator json, Plan plan) throws IOException {
    json.writeBooleanField("simulated", plan.figures().isPresent());
    String time = result.perToken() ? "time_of_token" : "iteration_time";
    String bound = plan.figures().isPresent() ? "" : "_at_least";
    json.writeNumberField(time + bound + "_ns", plan.measures().nanos());
    Json.plain(json, "tokens_per_second_per_device", tokensPerSecondPerGpu(plan));
    if (plan.measures().memory() != Long.MAX_VALUE) {
      json.writeNumberField("memory_peak_bytes", plan.measures().memory());
    }
    json.writeNumberField("ranks", plan.measures().gpus());
    if (plan.figures().isPresent()) {
      Json.plain(json, "mfu", plan.figures().get().mfu());
      Json.plain(json, "bubble", plan.figures().get().bubble());
    }
  }
}
