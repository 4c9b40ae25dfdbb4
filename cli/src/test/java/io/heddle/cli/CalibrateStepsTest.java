package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that are fitted to published steps. */
class CalibrateStepsTest {
  private static final Path STEPS = Path.of("..", "measurements", "steps.csv");

  @TempDir private Path folder;

  /** The rows of the library's table whose identifiers begin so. */
  private Path rows(String... prefixes) throws IOException {
    List<String> lines = Files.readAllLines(STEPS);
    List<String> some = new ArrayList<>(List.of(lines.get(0)));
    for (String line : lines) {
      if (List.of(prefixes).stream().anyMatch(line::startsWith)) {
        some.add(line);
      }
    }
    return Execution.write(folder.resolve("some.csv"), String.join("\n", some) + "\n");
  }

  private static double figure(Path engine, String name) throws IOException {
    Matcher matcher =
        Pattern.compile("\\b" + name + " = ([0-9.]+)").matcher(Files.readString(engine));
    assertThat(matcher.find()).as(name).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  /** Steps as an engine predicts them give its constants back. */
  @Test
  void findsTheConstantsThatMadeTheSteps() throws IOException {
    Path engine =
        Execution.write(
            folder.resolve("true.tfm"),
            "tfm 1\nengine made of ideal { kernels (matmul = 1.42) step (fixed = 70 ms) }\n");
    Path table = rows("mpt-01", "mpt-02");
    List<String> lines = new ArrayList<>(Files.readAllLines(table));
    List<String> head = List.of(lines.get(0).split(",", -1));
    int id = head.indexOf("row_id");
    int time = head.indexOf("step_time_s");
    assertThat(lines).hasSizeGreaterThan(8);
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      Path plan = folder.resolve("row.tfm");
      String text = Execution.of("validate", table, "--show", cells[id]).out();
      Files.writeString(
          plan,
          text.replaceFirst("engine( +)\\w+", "engine$1made")
              .replaceFirst("tfm 1\n", "tfm 1\nimport \"true.tfm\"\n"));
      long nanos =
          Execution.of("run", plan, "--mode", "analytical", "--json")
              .json()
              .get("iteration_time_ns")
              .asLong();
      cells[time] = Double.toString(nanos / 1e9);
      lines.set(i, String.join(",", cells));
    }
    assertThat(engine).exists();
    Path made = Execution.write(folder.resolve("made.csv"), String.join("\n", lines) + "\n");
    Path found = folder.resolve("found.tfm");
    Execution fit =
        Execution.of(
            "calibrate", "--steps", made, "--fit", "kernels.matmul,step.fixed", "-o", found);
    assertThat(fit.exit()).as(fit.err()).isZero();
    assertThat(figure(found, "matmul")).isCloseTo(1.42, within(0.01));
    assertThat(figure(found, "fixed")).isCloseTo(70, within(1.0));
    assertThat(fit.out()).contains("error in the fit: mean 0.0 %");
    assertThat(Execution.of("check", found).exit()).isZero();
  }

  /** An engine of the library is what the command makes of the rows that have it. */
  @Test
  void makesAnEngineOfTheLibraryAgain() throws IOException {
    Path found = folder.resolve("mine.tfm");
    Execution fit =
        Execution.of(
            "calibrate",
            "--steps",
            rows("automodel", "torchtitan"),
            "--engine",
            "automodel",
            "--fit",
            "kernels.matmul",
            "-o",
            found);
    assertThat(fit.exit()).as(fit.err()).isZero();
    assertThat(Files.readString(found))
        .contains(
            "engine mine of ideal {\n  kernels (matmul = 1.05)\n}",
            "///   4 rows, 4 families",
            "///   fitted: kernels.matmul",
            "error on a half of the families that was held out: mean ");
  }

  @Test
  void refusesWhatCannotBeFitted() throws IOException {
    Path table = rows("automodel");
    Path out = folder.resolve("mine.tfm");
    Execution few =
        Execution.of(
            "calibrate", "--steps", table, "--fit", "kernels.matmul,host.layer", "-o", out);
    assertThat(few.exit()).isEqualTo(1);
    assertThat(few.err()).contains("4 rows with a time", "at least 8 are needed");
    assertThat(out).doesNotExist();
    Execution five = Execution.of("calibrate", "--steps", table, "--fit", "a,b,c,d,e", "-o", out);
    assertThat(five.exit()).isEqualTo(2);
    assertThat(five.err()).contains("5 figures; fit at most 4 at once");
    Execution memory =
        Execution.of("calibrate", "--steps", table, "--fit", "memory.logit", "-o", out);
    assertThat(memory.exit()).isEqualTo(2);
    assertThat(memory.err()).contains("no figure of an engine that changes times", "host.layer");
    Execution engine =
        Execution.of("calibrate", "--steps", table, "--engine", "composer", "-o", out);
    assertThat(engine.exit()).isEqualTo(2);
    assertThat(engine.err()).contains("--engine composer", "there are rows of automodel");
    Execution both = Execution.of("calibrate", "--steps", table, "--of", "h200", "-o", out);
    assertThat(both.exit()).isEqualTo(2);
    assertThat(both.err()).contains("--of says nothing beside --steps");
    Execution neither = Execution.of("calibrate", "--fit", "host.layer", "-o", out);
    assertThat(neither.exit()).isEqualTo(2);
    assertThat(neither.err()).contains("--fit says nothing without --steps CSV");
  }
}
