package io.heddle.cli.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.html.Html;
import io.heddle.cli.html.Picture;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.serving.Goal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What share of the requests takes no longer than so long, with the goals for it. */
final class ShareCurve implements Picture {
  /** Steps from share to share. */
  static final int POINTS = 200;

  private static final double NANOS = 1e9;
  private static final int[] PERCENT = {0, 10, 25, 50, 75, 90, 95, 99, 100};

  private final String id;
  private final String title;
  private final String of;
  private final double[] seconds;
  private final List<Goal> goals;

  /**
   * A curve.
   *
   * @param of what has the time
   * @param seconds that shares do not exceed, {@link #POINTS} + 1 of them
   * @param goals for this time
   */
  ShareCurve(String id, String title, String of, double[] seconds, List<Goal> goals) {
    this.id = id;
    this.title = title;
    this.of = of;
    this.seconds = seconds.clone();
    this.goals = List.copyOf(goals);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String caption() {
    String caption = "How many of the %s take at most so long.".formatted(of);
    return goals.isEmpty()
        ? caption
        : caption
            + " A goal for a percentile is a dashed cross, which the curve has to pass on its left; a goal for the mean is a dashed line.";
  }

  @Override
  public void table(Html html) {
    List<List<String>> rows = new ArrayList<>();
    for (int percent : PERCENT) {
      int place = percent * POINTS / 100;
      rows.add(List.of(percent + " %", Quantities.time(seconds[place] * NANOS)));
    }
    for (Goal goal : goals) {
      rows.add(
          List.of(
              "goal for the %s".formatted(goal.share().word()),
              Quantities.time(goal.seconds() * NANOS)));
    }
    html.table("numbers", List.of("share", "no longer than"), rows);
  }

  @Override
  public void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("kind", "shares");
    json.writeArrayFieldStart("nanos");
    for (double value : seconds) {
      json.writeNumber(Math.round(value * NANOS));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("goals");
    for (Goal goal : goals) {
      json.writeStartObject();
      json.writeStringField("name", goal.name());
      json.writeNumberField("nanos", Math.round(goal.seconds() * NANOS));
      json.writeNumberField("share", share(goal.share()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Percent; -1 of the mean. */
  private static int share(Goal.Share share) {
    return switch (share) {
      case MEAN -> -1;
      case P50 -> 50;
      case P90 -> 90;
      case P95 -> 95;
      case P99 -> 99;
    };
  }
}
