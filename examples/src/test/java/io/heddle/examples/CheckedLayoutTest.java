package io.heddle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layout that cannot be does not compile. */
class CheckedLayoutTest {
  private static final Path SOURCE =
      Path.of("src", "main", "java", "io", "heddle", "examples", "layout", "CheckedLayout.java");

  @TempDir private Path folder;

  @Test
  void sixteenTensorRanksAreAnErrorOfTheCompilation() throws IOException {
    String source = Files.readString(SOURCE).replace("pp = 8, dp = 1", "tp = 16, dp = 1");
    JavaCompiler javac = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    StringWriter errors = new StringWriter();
    boolean compiles =
        javac
            .getTask(
                errors,
                javac.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8),
                null,
                List.of(
                    "-d",
                    folder.toString(),
                    "-processorpath",
                    System.getProperty("java.class.path"),
                    "-Atfm.sourcePath=" + Path.of("models").toAbsolutePath()),
                null,
                List.of(new Text(source)))
            .call();
    assertThat(compiles).isFalse();
    assertThat(errors.toString())
        .contains("error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .contains("@Layout(plan = Llama3_8BPlans.Pod64");
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String text) {
      super(URI.create("string:///CheckedLayout.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
