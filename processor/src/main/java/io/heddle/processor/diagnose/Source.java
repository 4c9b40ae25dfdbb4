package io.heddle.processor.diagnose;

/**
 * A file of the language.
 *
 * @param path as shown to the user
 * @param text its whole content
 */
public record Source(String path, String text) {
  @Override
  public String toString() {
    return path;
  }
}
