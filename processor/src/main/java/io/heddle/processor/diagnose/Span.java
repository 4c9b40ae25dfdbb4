package io.heddle.processor.diagnose;

/**
 * A stretch of one line of a file.
 *
 * @param line from 1
 * @param column from 1, in characters
 * @param length in characters, at least 1
 */
public record Span(Source source, int line, int column, int length) implements Comparable<Span> {
  /** From the start of this to the end of {@code last}; on another line, this alone. */
  public Span to(Span last) {
    boolean sameLine = last.source.equals(source) && last.line == line && last.column >= column;
    return sameLine ? new Span(source, line, column, last.column + last.length - column) : this;
  }

  @Override
  public int compareTo(Span other) {
    int byFile = source.path().compareTo(other.source.path());
    int byLine = byFile != 0 ? byFile : Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** Of the place: spans stand in almost everything that is hashed. */
  @Override
  public int hashCode() {
    return 31 * (31 * line + column) + length;
  }

  /** {@code file:line:column}. */
  @Override
  public String toString() {
    return source.path() + ":" + line + ":" + column;
  }
}
