package io.heddle.processor.diagnose;

/**
 * A file of the language.
 *
 * @param path as shown to the user
 * @param text its whole content
 */
public record Source(String path, String text) {
  /** Of its path: no two files of one compilation share it, and every span has a source. */
  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public String toString() {
    return path;
  }
}
