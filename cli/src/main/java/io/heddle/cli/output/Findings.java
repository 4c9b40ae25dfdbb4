package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Span;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Findings of the compiler as they are printed. */
public final class Findings {
  private Findings() {}

  /**
   * A finding about a whole file, which the compiler never saw.
   *
   * @param file as given
   */
  public record Unread(String file, String message) {}

  /** Prints an object with counts, all findings, and the plans of files without errors. */
  public static void print(
      PrintWriter out, List<Diagnostic> findings, List<Unread> unread, List<CheckedPlan> plans) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("errors", count(findings, Severity.ERROR) + unread.size());
          json.writeNumberField("warnings", count(findings, Severity.WARNING));
          json.writeArrayFieldStart("findings");
          for (Unread file : unread) {
            json.writeStartObject();
            json.writeStringField("severity", Severity.ERROR.word());
            json.writeStringField("file", file.file());
            json.writeStringField("message", file.message());
            json.writeEndObject();
          }
          for (Diagnostic finding : findings) {
            write(json, finding);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("plans");
          for (CheckedPlan plan : plans) {
            plan.write(json);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** The first line of the text of each finding: its place, severity, code and message. */
  public static List<String> lines(List<Diagnostic> findings) {
    return findings.stream()
        .map(finding -> Rendering.of(finding).lines().findFirst().orElseThrow())
        .toList();
  }

  /** The text of a finding, an error of which is called a warning. */
  public static String mild(Diagnostic finding) {
    String code = "[" + finding.code().id() + "]: ";
    String text = Rendering.of(finding);
    String error = Severity.ERROR.word() + code;
    int at = text.indexOf(error);
    return at < 0
        ? text
        : text.substring(0, at)
            + Severity.WARNING.word()
            + code
            + text.substring(at + error.length());
  }

  private static long count(List<Diagnostic> findings, Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  private static void write(JsonGenerator json, Diagnostic finding) throws IOException {
    json.writeStartObject();
    json.writeStringField("severity", finding.severity().word());
    json.writeStringField("code", finding.code().id());
    place(json, finding.span());
    json.writeStringField("message", finding.message());
    json.writeArrayFieldStart("notes");
    for (Diagnostic.Note note : finding.notes()) {
      json.writeStartObject();
      place(json, note.span());
      json.writeStringField("message", note.message());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (finding.help() != null) {
      json.writeStringField("help", finding.help());
    }
    json.writeEndObject();
  }

  private static void place(JsonGenerator json, @Nullable Span span) throws IOException {
    if (span != null) {
      json.writeStringField("file", span.source().path());
      json.writeNumberField("line", span.line());
      json.writeNumberField("column", span.column());
      json.writeNumberField("length", span.length());
    }
  }
}
