package io.heddle.runtime.astrasim.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.simulate.RankResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LogParserTest {
  private static LogParser parse(int ranks, InputStream in) {
    LogParser parser = new LogParser(ranks, new Utterances(), RankProgress.SILENT);
    try {
      new LineSplitter(parser::line).readAll(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return parser;
  }

  private static LogParser parse(int ranks, String text) {
    return parse(ranks, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Provide
  Arbitrary<List<Integer>> orders() {
    return Arbitraries.shuffle(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Property
  void anyOrderOfRanksGivesTheSameResults(
      @ForAll("orders") List<Integer> order,
      @ForAll @Size(8) List<@LongRange(min = Long.MIN_VALUE) Long> cycles) {
    StringBuilder log = new StringBuilder();
    for (int rank : order) {
      String unsigned = Long.toUnsignedString(cycles.get(rank));
      log.append(
          "[2026-01-01 00:00:00.000] [workload] [info] sys[%d] finished, %s cycles, exposed"
                  .formatted(rank, unsigned)
              + " communication %s cycles.\r\n".formatted(unsigned));
      log.append("[statistics] [info] sys[%d], Wall time: %s\n".formatted(rank, unsigned));
    }
    LogParser parser = parse(8, log.toString());
    assertThat(parser.complete()).isTrue();
    assertThat(parser.garbled()).isEmpty();
    assertThat(parser.results()).extracting(RankResult::cycles).containsExactlyElementsOf(cycles);
    assertThat(parser.results())
        .extracting(RankResult::wallTime)
        .containsExactlyElementsOf(cycles.stream().map(OptionalLong::of).toList());
  }

  /** What a line of the log may consist of. */
  @Provide
  Arbitrary<List<String>> lines() {
    return Arbitraries.oneOf(
            Arbitraries.of(
                "[workload] [info] sys[0] finished, 5 cycles, exposed communication 5 cycles.",
                "[workload] [info] sys[1] finished, 6 cycles, exposed communication 6 cycles.",
                "[statistics] [info] sys[0], Wall time: 5",
                "[statistics] [info] sys[0], Average operation intensity: -nan",
                "[statistics] [info] sys[999999999], GPU time: 1",
                "[system] [warning] Exiting"),
            Arbitraries.strings()
                .withChars("[]sy019 finished,cyclespoumint.\r\u001b\u00e4")
                .ofMaxLength(60))
        .list()
        .ofMaxSize(12);
  }

  @Property
  void whateverIsPrintedOnlyWholeLinesCount(@ForAll("lines") List<String> lines) {
    LogParser parser = parse(2, String.join("\n", lines));
    for (int rank = 0; rank < 2; rank++) {
      long cycles = 5L + rank;
      String line =
          "[workload] [info] sys[%d] finished, %d cycles, exposed communication %d cycles."
              .formatted(rank, cycles, cycles);
      int of = rank;
      assertThat(parser.results().stream().anyMatch(result -> result.rank() == of))
          .isEqualTo(lines.contains(line));
    }
    assertThat(parser.exiting())
        .isEqualTo(lines.stream().anyMatch(line -> line.startsWith("[system] [warning] Exiting")));
  }

  @Test
  void statisticsThatAreNoNumbersAreAbsent() {
    LogParser parser =
        parse(
            1,
            """
            [statistics] [info] sys[0], Comm time: 1
            [workload] [info] sys[0] finished, 5 cycles, exposed communication 4 cycles.
            [statistics] [info] sys[0], GPU time: 99999999999999999999
            [statistics] [info] sys[0], Compute bound percentage: 12.500%
            [statistics] [info] sys[0], Average memory utilization: nan%
            """);
    RankResult result = parser.results().get(0);
    assertThat(result.communicationTime()).isEmpty();
    assertThat(result.computeTime()).isEmpty();
    assertThat(result.roofline().orElseThrow().computeBound()).isEqualTo(12.5);
    assertThat(result.roofline().orElseThrow().memoryUtilization()).isNaN();
    assertThat(result.lanes()).isEmpty();
  }

  @Test
  void aLineKeepsItsBeginningOnly() throws IOException {
    List<String> lines = new ArrayList<>();
    List<Boolean> ends = new ArrayList<>();
    byte[] much = new byte[10_000_000];
    new LineSplitter(
            (line, ended) -> {
              lines.add(line);
              ends.add(ended);
            })
        .readAll(
            new SequenceInputStream(
                new ByteArrayInputStream(much),
                new ByteArrayInputStream("\n\nlast".getBytes(StandardCharsets.UTF_8))));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).hasSize(LineSplitter.LONGEST);
    assertThat(lines.get(1)).isEmpty();
    assertThat(lines.get(2)).isEqualTo("last");
    assertThat(ends).containsExactly(true, true, false);
  }

  @Test
  void theLimitOfOpenFilesIsTheSoftOne() {
    assertThat(
            FileDescriptors.limit(
                List.of(
                    "Limit                     Soft Limit           Hard Limit           Units",
                    "Max open files            1024                 524288               files")))
        .hasValue(1024);
    assertThat(FileDescriptors.limit(List.of("Max open files   unlimited unlimited files")))
        .isEmpty();
    assertThat(FileDescriptors.limit(List.of("nothing"))).isEmpty();
  }
}
