package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Tries inputs until a time is over, or one of them alone.
 *
 * <p>Each input follows from the seed and its number, which the log gives: {@code
 * -Dheddle.fuzz.seed=S -Dheddle.fuzz.input=N} makes it again. What a failed input wrote stays in
 * {@code target/fuzz}.
 */
final class Fuzz {
  private static final Duration HANGS = Duration.ofMinutes(3);

  private Fuzz() {}

  /** Makes one input in an empty folder and asserts what holds for every input. */
  @FunctionalInterface
  interface Target {
    void attempt(Path folder, RandomGenerator random) throws Exception;
  }

  static void run(String name, Target target) throws Exception {
    long seed = Long.getLong("heddle.fuzz.seed", 1);
    long only = Long.getLong("heddle.fuzz.input", -1);
    long budget = Duration.ofSeconds(Long.getLong("heddle.fuzz.seconds", 5)).toNanos();
    Path folder = Path.of("target/fuzz", name);
    long begin = System.nanoTime();
    long input = Math.max(only, 0);
    do {
      long number = input++;
      empty(folder);
      try {
        assertTimeoutPreemptively(
            HANGS, () -> target.attempt(folder, random(seed, number)), "does not end");
      } catch (Throwable failure) {
        throw new AssertionError(
            "fuzz %s: input %d of seed %d; its files are in %s"
                .formatted(name, number, seed, folder),
            failure);
      }
    } while (only < 0 && System.nanoTime() - begin < budget);
    empty(folder);
    System.out.printf(
        "fuzz %s: seed %d, %,d inputs in %.1f s%n",
        name, seed, only < 0 ? input : 1, (System.nanoTime() - begin) / 1e9);
  }

  private static RandomGenerator random(long seed, long input) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + input);
    random.nextLong();
    return random.split();
  }

  private static void empty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(folder);
  }

  /** Runs a command, which ends with a documented exit code, a word, and no trace of a stack. */
  static Execution execute(Object... arguments) {
    Execution execution = Execution.of(arguments);
    String told = Arrays.toString(arguments) + "\n" + execution.err();
    assertThat(execution.exit()).as(told).isBetween(0, 3);
    for (String text : List.of(execution.out(), execution.err())) {
      assertThat(text).as(told).doesNotContain("\tat io.heddle").doesNotContain("Exception:");
    }
    assertThat(execution.out() + execution.err()).as(told).isNotBlank();
    return execution;
  }

  static <T> T pick(List<T> choices, RandomGenerator random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
