package io.heddle.cli.html;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.timeline.ActionTimes;
import io.heddle.runtime.timeline.BusyTime;
import io.heddle.runtime.timeline.StageTimeline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The actions of the stages over time, and below them when their communication lanes were held. Of
 * very many actions the first and the last ones of each stage are drawn.
 *
 * @param stages of the whole plan; some of them may have no timeline
 * @param end of the iteration, ns
 */
record PipelineFigure(List<StageTimeline> timelines, int stages, int chunks, double end)
    implements Picture {
  private static final int MOST_ACTIONS = 24_000;

  /** What an action does, as the legend calls it. */
  private enum Kind {
    FORWARD("forward"),
    BACKWARD("backward"),
    BACKWARD_INPUT("gradients of inputs"),
    BACKWARD_WEIGHT("gradients of weights"),
    STEP("step");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    static Kind of(ActionTimes times) {
      return times.action().map(action -> of(action.kind())).orElse(STEP);
    }

    private static Kind of(Action.Kind kind) {
      return switch (kind) {
        case FORWARD -> FORWARD;
        case BACKWARD -> BACKWARD;
        case BACKWARD_INPUT -> BACKWARD_INPUT;
        case BACKWARD_WEIGHT -> BACKWARD_WEIGHT;
      };
    }
  }

  @Override
  public String id() {
    return "pipeline";
  }

  @Override
  public String title() {
    return "Pipeline";
  }

  @Override
  public String caption() {
    String text =
        "One rank of each stage: its passes with the number of the micro-batch"
            + (chunks > 1 ? " and of the chunk of layers" : "")
            + ", and below them when its communication lane was held, by the axes that communicate;"
            + " the height says how much of the time."
            + (recomputes()
                ? " At the begin of a pass stands what part of it computes a forward pass again."
                : "")
            + " Drag the ends of the bar below, or turn the wheel with Ctrl, to zoom.";
    if (timelines.size() < stages) {
      text += " Of %,d stages %d are shown.".formatted(stages, timelines.size());
    }
    if (isWindowed()) {
      text +=
          " Of each stage the first and last %,d passes are shown.".formatted(mostOfStage() / 2);
    }
    return text;
  }

  private int mostOfStage() {
    return MOST_ACTIONS / timelines.size();
  }

  private boolean isWindowed() {
    return timelines.stream().anyMatch(stage -> stage.actions().size() > mostOfStage());
  }

  private boolean recomputes() {
    return timelines.stream()
        .flatMap(stage -> stage.actions().stream())
        .anyMatch(action -> action.recompute() != 0);
  }

  private static String row(StageTimeline stage) {
    return "stage %d, rank %d".formatted(stage.stage(), stage.rank());
  }

  @Override
  public void table(Html html) {
    List<List<String>> rows = new ArrayList<>();
    for (StageTimeline stage : timelines) {
      for (Kind kind : Kind.values()) {
        List<ActionTimes> actions =
            stage.actions().stream().filter(action -> Kind.of(action) == kind).toList();
        if (!actions.isEmpty()) {
          rows.add(
              List.of(
                  row(stage),
                  kind.title,
                  Quantities.count(actions.size()),
                  Quantities.time(Ticks.of(actions.get(0).start())),
                  Quantities.time(Ticks.of(actions.get(actions.size() - 1).end())),
                  mean(
                      actions.stream().mapToDouble(a -> Ticks.of(a.end() - a.start())).sum(),
                      actions),
                  mean(actions.stream().mapToDouble(a -> Ticks.of(a.compute())).sum(), actions),
                  mean(actions.stream().mapToDouble(a -> Ticks.of(a.recompute())).sum(), actions),
                  mean(actions.stream().mapToDouble(a -> Ticks.of(a.exposed())).sum(), actions)));
        }
      }
    }
    html.table(
        "numbers",
        List.of(
            "stage",
            "passes",
            "number",
            "first begins",
            "last ends",
            "mean length",
            "compute",
            "of it recomputed",
            "exposed comm."),
        rows);
  }

  private static String mean(double sum, List<ActionTimes> actions) {
    return Quantities.time(sum / actions.size());
  }

  @Override
  public void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id());
    json.writeStringField("kind", "pipeline");
    json.writeNumberField("end", end);
    json.writeNumberField("chunks", chunks);
    json.writeBooleanField("recomputes", recomputes());
    json.writeArrayFieldStart("rows");
    for (StageTimeline stage : timelines) {
      json.writeString(row(stage));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("kinds");
    for (Kind kind : Kind.values()) {
      kind(json, kind);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("lanes");
    Set<String> names = new LinkedHashSet<>();
    timelines.forEach(stage -> names.addAll(stage.communication().keySet()));
    for (String name : names) {
      lane(json, name);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void kind(JsonGenerator json, Kind kind) throws IOException {
    if (timelines.stream()
        .flatMap(stage -> stage.actions().stream())
        .noneMatch(action -> Kind.of(action) == kind)) {
      return;
    }
    json.writeStartObject();
    json.writeStringField("name", kind.title);
    json.writeArrayFieldStart("actions");
    for (int row = 0; row < timelines.size(); row++) {
      List<ActionTimes> actions = timelines.get(row).actions();
      int left = mostOfStage() / 2;
      for (int i = 0; i < actions.size(); i++) {
        if (Kind.of(actions.get(i)) == kind && (i < left || i >= actions.size() - left)) {
          action(json, row, actions.get(i));
        }
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void action(JsonGenerator json, int row, ActionTimes times) throws IOException {
    json.writeStartArray();
    json.writeNumber(row);
    json.writeNumber(Long.toUnsignedString(times.start()));
    json.writeNumber(Long.toUnsignedString(times.end()));
    json.writeNumber(times.action().map(Action::microBatch).orElse(-1));
    json.writeNumber(times.action().map(Action::chunk).orElse(0));
    json.writeNumber(Long.toUnsignedString(times.compute()));
    json.writeNumber(Long.toUnsignedString(times.recompute()));
    json.writeNumber(Long.toUnsignedString(times.exposed()));
    json.writeEndArray();
  }

  private void lane(JsonGenerator json, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeArrayFieldStart("stages");
    for (int row = 0; row < timelines.size(); row++) {
      List<BusyTime> times = timelines.get(row).communication().getOrDefault(name, List.of());
      if (!times.isEmpty()) {
        json.writeStartObject();
        json.writeNumberField("row", row);
        json.writeNumberField(
            "busy", times.stream().mapToDouble(time -> Ticks.of(time.busy())).sum());
        json.writeArrayFieldStart("times");
        for (BusyTime time : times) {
          json.writeNumber(Long.toUnsignedString(time.start()));
          json.writeNumber(Long.toUnsignedString(time.end()));
          json.writeNumber(Long.toUnsignedString(time.busy()));
        }
        json.writeEndArray();
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
