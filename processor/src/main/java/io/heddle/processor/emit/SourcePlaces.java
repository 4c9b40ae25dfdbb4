package io.heddle.processor.emit;

import io.heddle.processor.diagnose.Span;

/** Places of the file in comments and messages of generated code. */
final class SourcePlaces {
  private SourcePlaces() {}

  /**
   * {@code llama3.tfm:12}. Paths are the user's: what is not plainly harmless in a Java comment is
   * replaced.
   */
  static String of(Span span) {
    return file(span) + ":" + span.line();
  }

  /** {@code llama3.tfm:12:5}. */
  static String exact(Span span) {
    return of(span) + ":" + span.column();
  }

  static String file(Span span) {
    String path = span.source().path();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
