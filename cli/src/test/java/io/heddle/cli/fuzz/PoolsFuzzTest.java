package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Changed pools: those that can be traced end, all others end with a word. */
class PoolsFuzzTest {
  private static final String POOLS =
      """
      plan Prefill of Tiny(layers = 2) {
        mesh pp = 1, dp = 2, tp = 2
        layout pp > dp > tp
        shard { layers over pp  b over dp  n f voc over tp }
        prefill 640 (context = 4, sequences = 2)
        cache (page = 2, dtype = fp8)
        on desk(nodes = 2)
      }
      plan Decode of Tiny(layers = 2) {
        mesh pp = 2, dp = 2, tp = 1
        shard { layers over pp  b over dp  n f voc over tp }
        decode 4 (context = 400)
        cache attention.k, attention.v (page = 4, dtype = fp8)
        on desk(nodes = 2)
      }
      serve Apart of Tiny {
        pool     prefill 2 of Prefill, decode 1 of Decode
        transfer (at = 10 GB/s, latency = 2 us, overlap = layer)
        requests closed 4 (input = 32, output = 8)
        batching vllm
      }
      """;

  /** What is large takes long: numbers of more digits stand in other tests. */
  private static final Pattern LARGE = Pattern.compile("\\d{4,}");

  private static final Pattern NUMBER =
      Pattern.compile("= (\\d+)|(?<=pre)fill (\\d+)|decode (\\d+)");

  @Test
  void changedPoolsEndOrAreRefused() throws Exception {
    String model = Execution.tinyText();
    TextChanges changes = new TextChanges(List.of(POOLS));
    int[] traced = new int[1];
    Fuzz.run(
        "pools",
        (folder, random) -> {
          String text =
              random.nextInt(3) == 0
                  ? changes.next(random)
                  : otherNumbers(random.nextInt(3) + 1, random);
          Path file = folder.resolve("pools.tfm");
          if (LARGE.matcher(text).find()) {
            return;
          }
          Execution.write(file, model + text);
          Execution run = Fuzz.execute("run", file, "--serve", "Apart", "--steps", "2");
          if (run.exit() == 0) {
            traced[0]++;
            Path traces = folder.resolve("traces");
            assertThat(Fuzz.execute("emit", file, "--serve", "Apart", "-o", traces).exit())
                .isZero();
            // Kernels of few tokens may take no time, which AstraSim refuses as the first of all.
            assertThat(Fuzz.execute("verify", traces).out().lines())
                .filteredOn(line -> line.startsWith("error["))
                .allMatch(line -> line.startsWith("error[duration]"));
          }
        });
    assertThat(traced[0]).isPositive();
  }

  private static String otherNumbers(int count, RandomGenerator random) {
    String text = POOLS;
    for (int i = 0; i < count; i++) {
      List<int[]> places = NUMBER.matcher(text).results().map(PoolsFuzzTest::place).toList();
      int[] place = Fuzz.pick(places, random);
      String number = Fuzz.pick(List.of("0", "1", "2", "3", "4", "5", "8", "16", "320"), random);
      text = text.substring(0, place[0]) + number + text.substring(place[1]);
    }
    return text;
  }

  private static int[] place(MatchResult found) {
    for (int group = 1; group <= 3; group++) {
      if (found.start(group) >= 0) {
        return new int[] {found.start(group), found.end(group)};
      }
    }
    throw new IllegalStateException(found.group());
  }
}
