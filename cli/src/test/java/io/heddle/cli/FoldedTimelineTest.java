package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Timelines, critical paths and pages of steps of which one rank of each colour is simulated. */
class FoldedTimelineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private JsonNode run(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("run", Execution.tiny(folder), "--no-cache"));
    arguments.addAll(List.of(more));
    arguments.add("--json");
    return Execution.of(arguments.toArray()).json();
  }

  /** Events by rank, without the names of ranks. */
  private static SortedMap<Integer, List<JsonNode>> events(Path file) throws IOException {
    SortedMap<Integer, List<JsonNode>> events = new TreeMap<>();
    for (JsonNode event : JSON.readTree(file.toFile()).path("traceEvents")) {
      if (!event.path("name").asText().equals("process_name")) {
        events.computeIfAbsent(event.path("pid").asInt(), r -> new ArrayList<>()).add(event);
      }
    }
    return events;
  }

  private static List<String> processes(Path file) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode event : JSON.readTree(file.toFile()).path("traceEvents")) {
      if (event.path("name").asText().equals("process_name")) {
        names.add(event.path("args").path("name").asText());
      }
    }
    return names;
  }

  @Test
  void aTimelineShowsOneRankOfEachColourOrThoseThatAreChosen() throws IOException {
    Path all = folder.resolve("all.json");
    run("--symmetry", "off", "--timeline", all);
    Path few = folder.resolve("few.json");
    JsonNode folded = run("--timeline", few);
    int colours = folded.path("symmetry").path("colours").asInt();
    assertThat(colours).isLessThan(8);
    assertThat(events(few)).hasSize(colours);
    assertThat(events(all)).hasSize(8).containsAllEntriesOf(events(few));
    assertThat(processes(few)).first().asString().matches("rank 0 and \\d+ like it");
    Path chosen = folder.resolve("chosen.json");
    run("--timeline", chosen, "--timeline-ranks", "3,6-");
    assertThat(events(chosen).keySet()).containsExactly(3, 6, 7);
    assertThat(events(all)).containsAllEntriesOf(events(chosen));
    assertThat(processes(chosen)).containsExactly("rank 3", "rank 6", "rank 7");
  }

  @Test
  void theCriticalPathIsAsLongAsThatOfAllRanks() {
    JsonNode folded = run("--critical-path");
    JsonNode whole = run("--critical-path", "--symmetry", "off");
    assertThat(folded.path("symmetry").path("unfolded").isNull()).isTrue();
    assertThat(whole.path("symmetry").path("unfolded").isNull()).isFalse();
    assertThat(folded.path("iteration_time_ns")).isEqualTo(whole.path("iteration_time_ns"));
    assertThat(folded.path("critical_path").path("shares")).isNotEmpty();
    assertThat(nanos(folded)).isEqualTo(nanos(whole));
  }

  private static long nanos(JsonNode run) {
    long nanos = 0;
    for (JsonNode node : run.path("critical_path").path("nodes")) {
      nanos += node.path("completed").asLong() - node.path("issued").asLong();
    }
    assertThat(nanos).isPositive();
    return nanos;
  }

  @Test
  void aPageOfManyRanksIsNoLargerThanThatOfFew() throws IOException {
    assertThat(page("32")).isLessThan(page("2") + (16 << 10));
  }

  private long page(String replicas) throws IOException {
    Path page = folder.resolve(replicas + ".html");
    String nodes = "nodes=" + 2 * Integer.parseInt(replicas);
    String batch = "batch=" + 4 * Integer.parseInt(replicas);
    run("--report", page, "--set", "dp=" + replicas, "--set", nodes, "--set", batch);
    return Files.size(page);
  }

  @Test
  void ranksThatAreNotThereAreRefusedBeforeAnythingRuns() {
    Path tiny = Execution.tiny(folder);
    Path file = folder.resolve("t.json");
    Execution none = Execution.of("run", tiny, "--timeline", file, "--timeline-ranks", "8");
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("--timeline-ranks: there are ranks 0 to 7 only");
    assertThat(none.out()).isEmpty();
    Execution alone = Execution.of("run", tiny, "--timeline-ranks", "1");
    assertThat(alone.exit()).isEqualTo(2);
    assertThat(alone.err()).contains("--timeline-ranks: needs --timeline or --with timeline");
  }
}
