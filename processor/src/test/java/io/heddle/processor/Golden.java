package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Texts that are compared to the letter with files among the test resources. {@code mvn test
 * -Dheddle.golden=write} writes the files anew; what changed is then to be read in the diff.
 */
public final class Golden {
  private static final Path RESOURCES =
      Path.of("src", "test", "resources", "io", "heddle", "processor");

  private Golden() {}

  /**
   * Compares a text with its file.
   *
   * @param file below the resources of the tests of the compiler
   */
  public static void check(String file, String text) {
    Path path = RESOURCES.resolve(file);
    try {
      if ("write".equals(System.getProperty("heddle.golden"))) {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
      }
      assertThat(text).as(file).isEqualTo(Files.exists(path) ? Files.readString(path) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
