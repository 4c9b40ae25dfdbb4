package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.util.List;

/** A whole file. What could not be read is left out of it. */
public record SourceFile(Source source, List<Import> imports, List<Written> written) {
  /** {@code import "std/devices.tfm"}; the path as written, without quotes. */
  public record Import(String path, Span span) {}

  /**
   * A declaration as it stands in the file.
   *
   * @param text with its documentation
   */
  public record Written(Declaration declaration, String text) {}

  /** The declarations, in order. */
  public List<Declaration> declarations() {
    return written.stream().map(Written::declaration).toList();
  }
}
