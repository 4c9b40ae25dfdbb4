package io.heddle.cli.language;

/**
 * What could stand at a place.
 *
 * @param detail what it is
 * @param documentation in Markdown; empty where there is none
 */
public record Completion(String text, Kind kind, String detail, String documentation) {
  /** What it is for an editor. */
  public enum Kind {
    KEYWORD,
    NAME,
    TYPE,
    FUNCTION,
    VALUE,
    FILE
  }
}
