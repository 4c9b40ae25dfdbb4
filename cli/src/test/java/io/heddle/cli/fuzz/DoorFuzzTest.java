package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that come from elsewhere: configurations of models, and results that somebody edited. */
class DoorFuzzTest {
  private static final Path CONFIGURATIONS = Path.of("src/test/resources/io/heddle/cli/convert/hf");
  private static final Path ARGUMENTS =
      Path.of("src/test/resources/io/heddle/cli/convert/megatron");

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** What is imported checks, whatever the configuration says. */
  @Test
  void changedConfigurationsOfModels() throws Exception {
    List<String> corpus = new ArrayList<>();
    for (Path file : files(CONFIGURATIONS)) {
      corpus.add(Files.readString(file));
    }
    TextChanges changes = new TextChanges(corpus);
    Fuzz.run(
        "imports",
        (folder, random) -> {
          Path file = Execution.write(folder.resolve("config.json"), changes.next(random));
          Path model = folder.resolve("model.tfm");
          Execution imported = Fuzz.execute("import", "hf", file, "-o", model);
          assertThat(Files.exists(model)).isEqualTo(imported.exit() == 0);
          if (imported.exit() == 0) {
            Execution check = Fuzz.execute("check", model);
            assertThat(check.exit()).as(check.out()).isZero();
          }
        });
  }

  /** Arguments and recipes of Megatron-LM, too. */
  @Test
  void changedArguments() throws Exception {
    List<String> lines = new ArrayList<>();
    List<String> recipes = new ArrayList<>();
    for (Path file : files(ARGUMENTS)) {
      (file.toString().endsWith(".yaml") ? recipes : lines).add(Files.readString(file));
    }
    TextChanges ofLines = new TextChanges(lines);
    TextChanges ofRecipes = new TextChanges(recipes);
    Fuzz.run(
        "arguments",
        (folder, random) -> {
          Path model = folder.resolve("model.tfm");
          Object arguments =
              random.nextBoolean()
                  ? "train.py " + ofLines.next(random)
                  : Execution.write(folder.resolve("recipe.yaml"), ofRecipes.next(random));
          Execution imported = Fuzz.execute("import", "megatron", arguments, "-o", model);
          assertThat(Files.exists(model)).isEqualTo(imported.exit() == 0);
          if (imported.exit() == 0) {
            Execution check = Fuzz.execute("check", model);
            assertThat(check.exit()).as(check.out()).isZero();
            Object program = random.nextBoolean() ? "megatron" : "torchtitan";
            assertThat(Fuzz.execute("export", program, model).exit()).isLessThan(2);
          }
        });
  }

  @Test
  void changedResults(@TempDir Path given) throws Exception {
    Path results = given.resolve("results");
    Path sweep =
        Execution.write(
            given.resolve("sweep.tfm"),
            Execution.tinyText()
                + "sweep S of Desk8 { micro_batch in 1, 2  recompute in none, full }");
    Execution made = Execution.of("sweep", sweep, "--output", results);
    assertThat(made.exit()).as(made.err()).isZero();
    Fuzz.run("results", (folder, random) -> changeResults(results, folder, random));
  }

  private static void changeResults(Path results, Path folder, RandomGenerator random)
      throws IOException {
    List<Path> files = files(results);
    List<String> corpus = new ArrayList<>();
    for (Path file : files) {
      Files.copy(file, folder.resolve(file.getFileName().toString()));
      corpus.add(Files.readString(file));
    }
    Path chosen = folder.resolve(Fuzz.pick(files, random).getFileName().toString());
    Files.writeString(chosen, new TextChanges(corpus).change(Files.readString(chosen), random));
    Fuzz.execute("results", folder, "--where", "fits and micro_batch <= 1");
    Fuzz.execute("results", "export", folder, "-o", folder.resolve("table.csv"));
    Fuzz.execute("results", "report", folder, "-o", folder.resolve("page.html"));
  }
}
