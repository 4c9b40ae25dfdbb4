package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The tables of wrong texts, and for each all that is said about it: habits of others apart. */
final class SyntaxErrorsTest {
  @TestFactory
  Stream<DynamicTest> errors() throws IOException {
    return table("errors.txt");
  }

  @TestFactory
  Stream<DynamicTest> habits() throws IOException {
    return table("habits.txt");
  }

  private static Stream<DynamicTest> table(String name) throws IOException {
    try (InputStream table = SyntaxErrorsTest.class.getResourceAsStream(name)) {
      String text =
          new String(Objects.requireNonNull(table).readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("(?m)^=== "))
          .filter(entry -> !entry.isEmpty())
          .map(SyntaxErrorsTest::test);
    }
  }

  private static DynamicTest test(String entry) {
    int title = entry.indexOf('\n');
    int end = entry.indexOf("---\n");
    String source = entry.substring(title + 1, end);
    String expected = entry.substring(end + "---\n".length());
    return DynamicTest.dynamicTest(
        entry.substring(0, title),
        () -> {
          Diagnostics diagnostics = new Diagnostics();
          SyntaxReader.read(new Source("a.tfm", source), diagnostics);
          assertThat(Rendering.of(diagnostics.all())).isEqualTo(expected);
        });
  }
}
