package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a specification says, the compiler answers with findings that have a place. */
class SpecificationFuzzTest {
  private static final Pattern FINDING =
      Pattern.compile("(?m)^(\\S+\\.tfm):(\\d+):(\\d+): (?:error|warning|advice)\\[TFM\\d{4}]");

  private static final Pattern PLAN = Pattern.compile("(?m)^plan (\\w+) of \\w+ \\{");

  private static final Map<String, List<String>> SAMPLES =
      Map.of(
          "NAME",
              List.of("a", "b", "x", "h", "s", "tp", "dp", "pp", "ep", "layers", "_", "GB", "s"),
          "INTEGER", List.of("0", "1", "2", "3", "8", "64", "4096", "9223372036854775807"),
          "DECIMAL", List.of("0.5", "1.5", "0.0", "99999999.9"),
          "STRING", List.of("\"std/clusters.tfm\"", "\"\"", "\"a\""));

  private static final GrammarWalk WALK =
      new GrammarWalk(TfmParser._ATN, TfmLexer.VOCABULARY, SAMPLES);

  /** Changes of all files that are here. */
  static TextChanges changes() {
    return new TextChanges(
        texts(
            "../examples",
            "src/test/resources",
            "../processor/src/main/resources",
            "../processor/src/test/resources"));
  }

  /** A file that the grammar can say. */
  static String sentence(RandomGenerator random) {
    return WALK.sentence(TfmParser.RULE_file, 20 + random.nextInt(2000), random);
  }

  private static List<String> texts(String... folders) {
    List<String> texts = new ArrayList<>();
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".tfm")).sorted().toList()) {
          texts.add(Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return texts;
  }

  private static void check(Path file, String text) {
    Execution.write(file, text);
    Execution check = Fuzz.execute("check", file);
    assertThat(check.exit() == 0).isEqualTo(check.out().contains(" 0 errors"));
    long lines = text.lines().count() + 1;
    Matcher finding = FINDING.matcher(check.out() + check.err());
    while (finding.find()) {
      if (finding.group(1).endsWith("fuzz.tfm")) {
        assertThat(Long.parseLong(finding.group(2))).as(finding.group()).isBetween(1L, lines);
      }
    }
    if (check.exit() == 0) {
      Matcher plan = PLAN.matcher(text);
      while (plan.find()) {
        isPrintedAsItIs(file, plan.group(1));
      }
    }
  }

  /** The plan that {@code explain} prints is a file that checks, and prints the same. */
  private static void isPrintedAsItIs(Path file, String plan) {
    Execution memory = Fuzz.execute("memory", file, "--plan", plan);
    Execution printed = Fuzz.execute("explain", file, "--plan", plan, "--plan-text");
    if (printed.exit() == 0) {
      Path copy = Execution.write(file.resolveSibling("copy.tfm"), printed.out());
      Execution again = Fuzz.execute("explain", copy, "--plan", plan, "--plan-text");
      assertThat(again.out()).isEqualTo(printed.out());
      Execution same = Fuzz.execute("memory", copy, "--plan", plan);
      assertThat(same.exit()).isEqualTo(memory.exit());
      assertThat(same.out()).isEqualTo(memory.out());
    }
  }

  @Test
  void changedSpecificationsEndWithFindings() throws Exception {
    TextChanges changes = changes();
    Fuzz.run(
        "specification",
        (folder, random) -> check(folder.resolve("fuzz.tfm"), changes.next(random)));
  }

  @Test
  void whatTheGrammarCanSayEndsWithFindings() throws Exception {
    Fuzz.run("grammar", (folder, random) -> check(folder.resolve("fuzz.tfm"), sentence(random)));
  }
}
