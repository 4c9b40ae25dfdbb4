package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.processor.diagnose.Plural;
import io.heddle.runtime.verify.Finding;
import io.heddle.runtime.verify.FindingSeverity;
import io.heddle.runtime.verify.NodeNames;
import io.heddle.runtime.verify.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What was found of sets of traces. */
public final class VerifyOutput {
  private static final int MOST_NAMES = 20;

  private VerifyOutput() {}

  /**
   * One set.
   *
   * @param prefix as it was given
   */
  public record Verified(String prefix, Verification verification, NodeNames names) {}

  /** The findings of a set, with the names of their nodes, and a last line that says how it is. */
  public static String text(Verified set) {
    StringBuilder text = new StringBuilder();
    Verification verification = set.verification();
    for (Finding finding : verification.findings()) {
      text.append(finding).append('\n');
      set.names().lines(finding).stream()
          .limit(MOST_NAMES)
          .forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%s: %s, %s: %s; %s, %s\n",
                set.prefix(),
                Quantities.count(verification.ranks(), "rank"),
                Quantities.count(verification.nodes(), "node"),
                verification.ends() ? "every rank ends" : "not every rank ends",
                count(verification, FindingSeverity.ERROR),
                count(verification, FindingSeverity.WARNING)))
        .toString();
  }

  private static String count(Verification verification, FindingSeverity severity) {
    return Plural.of(verification.count(severity), severity.word());
  }

  /** Prints one object. */
  public static void print(PrintWriter out, List<Verified> sets) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("errors", count(sets, FindingSeverity.ERROR));
          json.writeNumberField("warnings", count(sets, FindingSeverity.WARNING));
          json.writeArrayFieldStart("sets");
          for (Verified set : sets) {
            write(json, set);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static long count(List<Verified> sets, FindingSeverity severity) {
    return sets.stream().mapToLong(set -> set.verification().count(severity)).sum();
  }

  private static void write(JsonGenerator json, Verified set) throws IOException {
    Verification verification = set.verification();
    json.writeStartObject();
    json.writeStringField("prefix", set.prefix());
    json.writeNumberField("ranks", verification.ranks());
    json.writeNumberField("nodes", verification.nodes());
    json.writeBooleanField("ends", verification.ends());
    json.writeArrayFieldStart("findings");
    for (Finding finding : verification.findings()) {
      json.writeStartObject();
      json.writeStringField("severity", finding.severity().word());
      json.writeStringField("rule", finding.rule().word());
      json.writeStringField("message", finding.message());
      json.writeArrayFieldStart("nodes");
      for (Finding.Node node : finding.nodes()) {
        json.writeStartObject();
        json.writeNumberField("rank", node.rank());
        Json.unsigned(json, "id", node.id());
        if (!set.names().of(node).isEmpty()) {
          json.writeStringField("name", set.names().of(node));
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
