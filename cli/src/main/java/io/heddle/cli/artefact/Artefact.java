package io.heddle.cli.artefact;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the folder of a run has only if it is asked for. */
public enum Artefact {
  REPORT("report", "report.html"),
  TIMELINE("timeline", "timeline.json"),
  TRACES("traces", "traces");

  private final String text;
  private final String entry;

  Artefact(String text, String entry) {
    this.text = text;
    this.entry = entry;
  }

  /** Its file or folder in the folder of the run. */
  public String entry() {
    return entry;
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Artefact::toString).toList();
  }

  /** The one that is called so. */
  public static Optional<Artefact> named(String name) {
    return Arrays.stream(values()).filter(part -> part.text.equals(name)).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
