package io.heddle.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.PointResult.Memory;
import io.heddle.processor.model.PlanChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  private static final ResultIdentity IDENTITY =
      new ResultIdentity(Map.of("plan", "P", "mode", "flattened"));

  @TempDir private Path folder;

  private static PointResult point(int number) {
    PointKey key = PointKey.of(PlanChanges.numbers(Map.of("tp", (long) number)));
    Map<String, String> values =
        Map.of("tp", String.valueOf(number), "layout", "pp > dp \\ \"tp\"");
    if (number % 3 == 2) {
      return new PointResult(number, key, values, Optional.empty(), "8 / 3 leaves a remainder");
    }
    OptionalLong peak = number % 3 == 0 ? OptionalLong.of(12L * number) : OptionalLong.empty();
    Figures figures =
        new Figures(
            64,
            -1L - number,
            0.1 * number,
            7,
            8,
            0.5,
            1e-7,
            0,
            1e18,
            3,
            Map.of("dp.cp", 1.0 * number, "send", 2e-9),
            new Memory(peak, 100),
            number % 2 == 0 ? "data sheet: a \"lower\" bound" : "");
    return new PointResult(number, key, values, Optional.of(figures), "");
  }

  private static List<PointResult> points(ResultFolder results) {
    List<PointResult> points = new ArrayList<>();
    results.inOrder(points::add);
    return points;
  }

  @Test
  void whatIsAddedIsReadInOrder() {
    ResultFolder results = ResultFolder.open(folder.resolve("r"), IDENTITY);
    try (ResultFile file = results.append(Shard.ALL)) {
      List.of(4, 0, 2, 3).forEach(number -> file.add(point(number)));
    }
    try (ResultFile file = results.append(new Shard(2, 3))) {
      List.of(1, 4).forEach(number -> file.add(point(number)));
    }
    ResultFolder again = ResultFolder.read(folder.resolve("r"));
    again.checkSame(IDENTITY, "this");
    assertThat(points(again)).containsExactly(point(0), point(1), point(2), point(3), point(4));
  }

  /** Two processes at once: the second takes another file, and both are read. */
  @Test
  void writersDoNotMeet() throws IOException {
    ResultFolder results = ResultFolder.open(folder.resolve("r"), IDENTITY);
    try (ResultFile one = results.append(Shard.ALL);
        ResultFile two = results.append(Shard.ALL)) {
      one.add(point(0));
      two.add(point(1));
    }
    assertThat(points(results)).containsExactly(point(0), point(1));
    assertThat(folder.resolve("r/points.2.jsonl")).exists();
  }

  /** Whatever a crash leaves behind the last whole line, no point is lost or wrong. */
  @Test
  void aPartOfALineIsCutOff() throws IOException {
    Path path = folder.resolve("r");
    ResultFolder results = ResultFolder.open(path, IDENTITY);
    try (ResultFile file = results.append(Shard.ALL)) {
      file.add(point(0));
      file.add(point(1));
    }
    Path part = path.resolve("points.jsonl");
    byte[] whole = Files.readAllBytes(part);
    Random random = new Random(5);
    for (int cut = 0; cut < 40; cut++) {
      int length = random.nextInt(whole.length);
      Files.write(part, java.util.Arrays.copyOf(whole, length));
      List<PointResult> left = points(results);
      assertThat(left).isEqualTo(List.of(point(0), point(1)).subList(0, left.size()));
      try (ResultFile file = results.append(Shard.ALL)) {
        file.add(point(2));
      }
      List<PointResult> expected = new ArrayList<>(left);
      expected.add(point(2));
      assertThat(points(results)).isEqualTo(expected);
    }
    Files.writeString(part, "x".repeat(300_000), StandardOpenOption.TRUNCATE_EXISTING);
    try (ResultFile file = results.append(Shard.ALL)) {
      file.add(point(1));
    }
    assertThat(points(results)).containsExactly(point(1));
  }

  @Test
  void linesThatAreNoPointsArePassedOver() throws IOException {
    Path path = folder.resolve("r");
    ResultFolder results = ResultFolder.open(path, IDENTITY);
    String good = PointForm.line(point(0));
    Files.writeString(
        path.resolve("points.jsonl"),
        String.join(
            "\n",
            "",
            "null",
            "{",
            "{\"point\":1}",
            "[".repeat(5000),
            "y".repeat(200_000),
            good.replace("\"mfu\":0.5,", ""),
            good.replace("\"key\":\"", "\"key\":\"z"),
            good,
            ""));
    assertThat(points(results)).containsExactly(point(0));
  }

  /** What a process that begins the folder leaves for the moment, or one that was killed. */
  @Test
  void partsOfABeginningAreNobodysFiles() throws IOException {
    Path path = Files.createDirectories(folder.resolve("r"));
    Files.writeString(path.resolve(".results.json.17.part"), "{");
    Files.writeString(path.resolve("points-2-of-3.jsonl"), PointForm.line(point(1)) + "\n");
    assertThat(points(ResultFolder.open(path, IDENTITY))).containsExactly(point(1));
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> ResultFolder.open(other, IDENTITY))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("is not empty and holds no results");
  }

  /** Two sweeps of a plan number its points otherwise. */
  @Test
  void theOrderIsThatOfNumbersWhoeverWroteThem() {
    ResultFolder results = ResultFolder.open(folder.resolve("r"), IDENTITY);
    try (ResultFile first = results.append(Shard.ALL);
        ResultFile second = results.append(Shard.ALL)) {
      first.add(point(3));
      first.add(point(1).numbered(4));
      second.add(point(1));
      second.add(point(0).numbered(3));
    }
    assertThat(points(results))
        .hasSize(3)
        .startsWith(point(1))
        .extracting(PointResult::number)
        .containsExactly(1L, 3L, 3L);
    PointKeys numbers = new PointKeys();
    numbers.add(point(3).key(), 0);
    numbers.add(point(1).key(), 7);
    List<PointResult> own = new ArrayList<>();
    results.inOrder(numbers, own::add);
    assertThat(own).containsExactly(point(3).numbered(0), point(1).numbered(7));
  }

  @Test
  void linesThatWouldNotBeReadAreNotWritten() {
    ResultFolder results = ResultFolder.open(folder.resolve("r"), IDENTITY);
    PointResult wide =
        new PointResult(
            0, point(0).key(), Map.of("x", "y".repeat(70_000)), Optional.empty(), "reason");
    try (ResultFile file = results.append(Shard.ALL)) {
      assertThatThrownBy(() -> file.add(wide))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("more than 65,536 bytes");
    }
    assertThat(points(results)).isEmpty();
  }

  @Test
  void saysWhatDiffers() {
    ResultFolder.open(folder.resolve("r"), IDENTITY);
    assertThatThrownBy(
            () ->
                ResultFolder.open(
                    folder.resolve("r"),
                    new ResultIdentity(Map.of("plan", "P", "mode", "analytical"))))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("holds results of another mode than what you run now");
  }

  @Test
  void keysAreASet() {
    Random random = new Random(3);
    PointKeys keys = new PointKeys();
    Set<PointKey> expected = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      PointKey key = new PointKey(random.nextInt(100), random.nextInt(100));
      assertThat(keys.contains(key)).isEqualTo(expected.contains(key));
      assertThat(keys.add(key)).isEqualTo(expected.add(key));
      assertThat(PointKey.parse(key.toString())).contains(key);
    }
  }
}
