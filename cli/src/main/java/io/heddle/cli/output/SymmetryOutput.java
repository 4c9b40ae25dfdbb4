package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.report.RanksByColour.Alike;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which ranks of a plan are alike, for people and for programs. */
public final class SymmetryOutput {
  /** More classes are counted, not listed. */
  private static final int MOST_SHOWN = 100;

  private SymmetryOutput() {}

  /** The text, ending with a line break. */
  public static String of(StepReport report) {
    Symmetry symmetry = report.symmetry();
    StringBuilder text = new StringBuilder();
    text.append("plan %s of %s: ".formatted(report.plan().plan(), report.plan().model()));
    Optional<Unfolded> unfolded = symmetry.unfolded();
    if (unfolded.isPresent()) {
      return text.append(
              "every one of the %s ranks is simulated\nreason: %s\n"
                  .formatted(Quantities.count(symmetry.ranks()), unfolded.get().reason()))
          .toString();
    }
    text.append(
        "%s of %s ranks are simulated\n"
            .formatted(Quantities.count(symmetry.colours()), Quantities.count(symmetry.ranks())));
    if (!symmetry.splitBy().isEmpty()) {
      text.append("ranks differ by ").append(String.join("; ", symmetry.splitBy())).append('\n');
    }
    text.append('\n');
    Table table = new Table();
    table.row(List.of("stage", "first rank", "ranks", "ends at"));
    List<Alike> alike = report.alike();
    for (Alike colour : alike.subList(0, Math.min(MOST_SHOWN, alike.size()))) {
      List<String> row = new ArrayList<>();
      row.add(String.valueOf(colour.times().stage()));
      row.add(Quantities.count(colour.times().rank()));
      row.add(Quantities.count(colour.ranks()));
      row.add(Long.toUnsignedString(colour.times().cycles()) + " ns");
      table.row(row);
    }
    text.append(table.text());
    if (alike.size() > MOST_SHOWN) {
      text.append("… and %s more\n".formatted(Quantities.count(alike.size() - MOST_SHOWN)));
    }
    return text.toString();
  }

  /** Prints one object. */
  public static void print(PrintWriter out, StepReport report) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("schema", StepJson.SCHEMA);
          json.writeStringField("model", report.plan().model());
          json.writeStringField("plan", report.plan().plan());
          write(json, report.symmetry());
          json.writeArrayFieldStart("classes");
          for (Alike alike : report.alike()) {
            json.writeStartObject();
            json.writeNumberField("stage", alike.times().stage());
            json.writeNumberField("first_rank", alike.times().rank());
            json.writeNumberField("ranks", alike.ranks());
            Json.unsigned(json, "cycles", alike.times().cycles());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** Writes how many ranks were simulated, and why, as a field. */
  static void write(JsonGenerator json, Symmetry symmetry) throws IOException {
    json.writeObjectFieldStart("symmetry");
    json.writeNumberField("ranks", symmetry.ranks());
    json.writeNumberField("colours", symmetry.colours());
    StepJson.texts(json, "split_by", symmetry.splitBy());
    if (symmetry.unfolded().isPresent()) {
      json.writeStringField("unfolded", symmetry.unfolded().get().reason());
    } else {
      json.writeNullField("unfolded");
    }
    json.writeEndObject();
  }
}
