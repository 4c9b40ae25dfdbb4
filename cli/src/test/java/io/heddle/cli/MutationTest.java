package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Whatever a file says, it is never Heddle that is at fault. */
class MutationTest {
  private Path folder = Path.of("");

  @BeforeProperty
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("mutation");
  }

  @AfterProperty
  void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("mutated.tfm"));
    Files.delete(folder);
  }

  /** What is changed: where, as a share of the text, and with which choice. */
  record Change(double place, int kind, int choice) {}

  @Provide
  Arbitrary<List<Change>> changes() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 999_999).map(millionths -> millionths / 1e6),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 1 << 20))
        .as(Change::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  private Execution execute(String command, String text) {
    Execution execution =
        Execution.of(command, Execution.write(folder.resolve("mutated.tfm"), text));
    assertThat(execution.exit()).as(() -> execution.err() + "\n" + text).isBetween(0, 2);
    assertThat(execution.err()).doesNotContain("Exception", "\tat ");
    return execution;
  }

  @Property(tries = 300)
  void checkEndsWithFindings(@ForAll("changes") List<Change> changes, @ForAll boolean large)
      throws IOException {
    Path example = Execution.example(large ? "gpt3_175b.tfm" : "llama3_8b.tfm");
    String text = Files.readString(example);
    for (Change change : changes) {
      text = changeCharacters(text, change);
    }
    Execution check = execute("check", text);
    assertThat(check.exit() == 0).isEqualTo(check.out().contains(" 0 errors"));
  }

  @Property(tries = 150)
  void runEndsWithATableOrFindings(@ForAll("changes") List<Change> changes) {
    List<String> words = words(Execution.tinyText());
    for (Change change : changes) {
      changeWords(words, change);
    }
    Execution run = execute("run", String.join("", words));
    if (run.exit() == 0) {
      assertThat(run.out()).contains("iteration time").doesNotContain("NaN", "Infinity");
    } else {
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).isNotEmpty();
    }
  }

  private static String changeCharacters(String text, Change change) {
    if (text.isEmpty()) {
      return "tfm 1\n";
    }
    int at = (int) (change.place() * text.length());
    RandomGenerator random = new java.util.SplittableRandom(change.choice());
    int end = Math.min(text.length(), at + 1 + random.nextInt(20));
    String head = text.substring(0, at);
    String tail = text.substring(end);
    return switch (change.kind()) {
      case 0 -> head + tail;
      case 1 -> head + (char) random.nextInt(0xd800) + text.substring(at);
      case 2 -> head + text.substring(at, end) + text.substring(at);
      case 3 -> head + "0123456789{}[]()=*/+-.,:>\"".charAt(random.nextInt(26)) + tail;
      case 4 -> head + random.nextLong(Long.MAX_VALUE) + tail;
      default -> head;
    };
  }

  /** Words, numbers, signs and the space between them; joined they are the text. */
  private static List<String> words(String text) {
    return new ArrayList<>(List.of(text.split("(?<=\\W)|(?=\\W)", -1)));
  }

  /** Numbers stay small, so that what runs runs quickly. */
  private static void changeWords(List<String> words, Change change) {
    int at = (int) (change.place() * words.size());
    int other = change.choice() % words.size();
    switch (change.kind()) {
      case 0 -> words.set(at, "");
      case 1 -> words.set(at, words.get(other));
      case 2 -> words.add(at, " " + words.get(other) + " ");
      case 3 -> words.set(at, String.valueOf(change.choice() % 9));
      case 4 -> {
        String word = words.get(at);
        words.set(at, words.get(other));
        words.set(other, word);
      }
      default -> words.subList(at, Math.min(words.size(), at + 30)).replaceAll(word -> "");
    }
  }
}
