package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heddle.cli.load.PlanLoader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan of a file, for programs that compile no Java. */
class PlanLoaderTest {
  private static final Path EXAMPLE = Execution.example("llama3_8b.tfm");

  @TempDir private Path folder;

  @Test
  void aPlanWithSettings() {
    assertThat(PlanLoader.load(EXAMPLE, "Pod64", "tp = 4", "dp = 4").plan().axis("tp"))
        .isEqualTo(4);
  }

  @Test
  void whatCannotBeIsSaidWithItsPlace() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlanLoader.load(EXAMPLE, "Pod64", "tp = 16"))
        .withMessageContaining("llama3_8b.tfm:63:5: error[TFM3002]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlanLoader.load(EXAMPLE, "Pod64", "tp ="))
        .withMessageContaining("error[");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlanLoader.load(EXAMPLE, "Pod65"))
        .withMessage("unknown plan `Pod65`: %s has Node8, Pod64; did you mean `Pod64`?", EXAMPLE);
  }

  @Tag("slow")
  @Test
  void theScriptForJshellRuns() throws IOException, InterruptedException {
    Process jshell =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jshell").toString(),
                "-J-Djava.util.prefs.userRoot=" + folder,
                "--class-path",
                absolute(System.getProperty("java.class.path")),
                "examples/jshell/explore.jsh")
            .directory(Path.of("..").toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    jshell.getOutputStream().close();
    String printed = new String(jshell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jshell.waitFor()).as(printed).isZero();
    assertThat(printed)
        .isEqualTo(
            """
            tp 1: 0.935 s, MFU 22.8 %
            tp 2: 0.710 s, MFU 30.0 %
            tp 4: 0.619 s, MFU 34.4 %
            tp 8: 0.648 s, MFU 32.9 %
            """);
  }

  /** The same from another folder. */
  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
