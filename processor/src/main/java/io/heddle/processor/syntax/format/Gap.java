package io.heddle.processor.syntax.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands between two tokens: comments and line breaks.
 *
 * @param trailing the comment on the line of the token before; null if there is none
 * @param comments those on lines of their own
 * @param breaks whether there is a line break
 * @param blankBefore whether an empty line stands just before the next token
 */
record Gap(@Nullable String trailing, List<Comment> comments, boolean breaks, boolean blankBefore) {
  /** White space of the language. */
  private static final Pattern MARGIN = Pattern.compile("^[ \\t\\f\uFEFF]+");

  /**
   * A comment on a line of its own.
   *
   * @param blankBefore whether an empty line stands just before it
   */
  record Comment(String text, boolean blankBefore) {}

  /** Reads white space and comments; there is nothing else between tokens of a valid file. */
  static Gap of(String text) {
    List<Comment> comments = new ArrayList<>();
    String trailing = null;
    boolean blank = false;
    String[] lines = text.split("\r\n|\r|\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = MARGIN.matcher(lines[i]).replaceFirst("").stripTrailing();
      if (!line.isEmpty() && i == 0) {
        trailing = line;
      } else if (!line.isEmpty()) {
        comments.add(new Comment(line, blank));
        blank = false;
      } else if (i > 0 && i < lines.length - 1) {
        blank = true;
      }
    }
    return new Gap(trailing, List.copyOf(comments), lines.length > 1, blank);
  }

  /** The same before the first token: there is no line that the first comment could be on. */
  Gap ofFile() {
    if (trailing == null) {
      return this;
    }
    List<Comment> all = new ArrayList<>(List.of(new Comment(trailing, false)));
    all.addAll(comments);
    return new Gap(null, List.copyOf(all), breaks, blankBefore);
  }

  boolean hasComments() {
    return trailing != null || !comments.isEmpty();
  }

  /** Whether there is an empty line anywhere. */
  boolean hasBlank() {
    return blankBefore || comments.stream().anyMatch(Comment::blankBefore);
  }

  /** All comments, in order. */
  List<String> texts() {
    List<String> texts = new ArrayList<>();
    if (trailing != null) {
      texts.add(trailing);
    }
    comments.forEach(comment -> texts.add(comment.text()));
    return texts;
  }
}
