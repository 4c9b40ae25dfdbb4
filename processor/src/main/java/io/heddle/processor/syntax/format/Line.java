package io.heddle.processor.syntax.format;

import org.jspecify.annotations.Nullable;

/** A line of formatted text, whose parts are moved into columns before it is written. */
final class Line {
  /** Where comments behind a line begin. */
  private static final int COMMENTS = 52;

  /** A line that goes on below a word further right than this is indented instead. */
  private static final int RIGHTMOST = 72;

  /**
   * A place in a line above.
   *
   * @param offset in its text
   */
  record Anchor(Line line, int offset) {
    private int column() {
      return line.column(offset);
    }
  }

  private final int indent;
  private final @Nullable Anchor anchor;
  private final int list;
  private final boolean blankBefore;
  private final StringBuilder text = new StringBuilder();
  private Roles.@Nullable Column column;
  private int cell = -1;
  private int number;
  private int pad;
  private @Nullable String comment;

  /**
   * @param indent used where there is no anchor, or it is too far right
   * @param anchor below which the line begins
   * @param list in which the line stands; -1 for one that goes on, and for a comment
   */
  Line(int indent, @Nullable Anchor anchor, int list, boolean blankBefore) {
    this.indent = indent;
    this.anchor = anchor;
    this.list = list;
    this.blankBefore = blankBefore;
  }

  void append(String part) {
    text.append(part);
  }

  void space(int width) {
    text.append(" ".repeat(width));
  }

  int length() {
    return text.length();
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  boolean blankBefore() {
    return blankBefore;
  }

  int list() {
    return list;
  }

  void comment(String behind) {
    comment = behind;
  }

  /**
   * What is appended next is in a column with its neighbours.
   *
   * @param length of what stands there
   */
  void begin(Roles.Column kind, int length) {
    if (column == null) {
      column = kind;
      cell = text.length();
      number = length;
    }
  }

  Roles.@Nullable Column column() {
    return column;
  }

  /** Where the column begins, before anything is moved. */
  int cell() {
    return cell;
  }

  /** The length of what stands in the column. */
  int number() {
    return number;
  }

  void pad(int width) {
    pad = width;
  }

  private int begin() {
    int wanted = anchor == null ? indent : anchor.column();
    return wanted > RIGHTMOST ? indent : wanted;
  }

  private int column(int offset) {
    return begin() + offset + (cell >= 0 && offset >= cell ? pad : 0);
  }

  void write(StringBuilder out) {
    if (blankBefore) {
      out.append('\n');
    }
    int from = out.length();
    out.append(" ".repeat(begin())).append(text);
    if (pad > 0) {
      out.insert(from + begin() + cell, " ".repeat(pad));
    }
    // A keyword that a comment parts from what follows it has nothing in its column.
    while (out.length() > from && out.charAt(out.length() - 1) == ' ') {
      out.setLength(out.length() - 1);
    }
    if (comment != null) {
      int length = out.length() - from;
      out.append(" ".repeat(length <= COMMENTS - 2 ? COMMENTS - length : 2)).append(comment);
    }
    out.append('\n');
  }
}
