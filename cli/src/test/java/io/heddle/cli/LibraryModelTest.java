package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the built-in library, by their names. */
class LibraryModelTest {
  private static final String LLAMA = "std/models/llama3.tfm";
  private static final String PLAN = "Llama3_8B_H100x64";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"run", "explain", "memory", "compare"})
  void plansOfTheLibraryRun(String command) {
    Execution run =
        Execution.of(command, command.equals("run") ? "./" + LLAMA : LLAMA, "--plan", PLAN);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isNotEmpty();
  }

  @Test
  void theyAreWhatTheFileIs() {
    Path file = Path.of("../processor/src/main/resources/io/heddle").resolve(LLAMA);
    assertThat(Execution.of("run", LLAMA, "--plan", PLAN, "--no-cache").out())
        .isEqualTo(Execution.of("run", file, "--plan", PLAN, "--no-cache").out());
  }

  @Test
  void tracesAndGraphsAreWritten() {
    Path traces = folder.resolve("traces");
    Execution emit =
        Execution.of(
            "emit", LLAMA, "--plan", PLAN, "--set", "layers=1, batch=8", "--output", traces);
    assertThat(emit.exit()).as(emit.err()).isZero();
    assertThat(traces).isNotEmptyDirectory();
    Path graph = folder.resolve("g.dot");
    Execution drawn = Execution.of("graph", LLAMA, "--plan", PLAN, "--output", graph);
    assertThat(drawn.exit()).as(drawn.err()).isZero();
    assertThat(graph).isRegularFile();
  }

  @Test
  void checkTakesThem() {
    Execution check = Execution.of("check", LLAMA, "std/models/families.tfm");
    assertThat(check.exit()).as(check.out()).isZero();
    assertThat(check.out())
        .contains("plan Llama3_405B_H100x8192 of Llama3_405B", "405.853 billion parameters")
        .endsWith("2 files checked: 0 errors, 0 warnings\n");
  }

  /** A file that is there goes first. */
  @Test
  void aFileOfThatNameGoesFirst() throws IOException {
    Path own = Path.of("std/models/own_of_a_test.tfm");
    try {
      Execution.write(own.toAbsolutePath(), Execution.tinyText());
      assertThat(Execution.of("check", own).exit()).isZero();
    } finally {
      Files.delete(own);
      Files.delete(own.getParent());
      Files.delete(own.getParent().getParent());
    }
  }

  @Test
  void aFileWithoutPlansSaysWhatToWrite() {
    Execution run = Execution.of("run", "std/models/families.tfm");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err())
        .contains("std/models/families.tfm has no plan of its own")
        .contains("import \"std/models/families.tfm\"")
        .contains("`plan P of Gpt { … }`; it has Gpt, Mpt, Llama");
    assertThat(Execution.of("run", "std/devices.tfm").err()).contains("has no models");
  }

  @Test
  void unknownNamesAreErrors() {
    for (String name : new String[] {"std/models/llama9.tfm", "std/../secret.tfm", "std/x"}) {
      Execution run = Execution.of("run", name);
      assertThat(run.exit()).as(name).isEqualTo(3);
      assertThat(run.err()).contains("no such file");
    }
  }
}
