package io.heddle.runtime.astrasim.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.ResultJson;
import io.heddle.runtime.simulate.SimulationResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What AstraSim answered once is played back by a script. Where {@code HEDDLE_ASTRASIM} names the
 * real program, that answers as well.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class RecordedRunTest {
  private static final String VARIABLE = "HEDDLE_ASTRASIM";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Set<String> WITHOUT_NODES = Set.of("edge_empty_trace", "meta_none_single");

  /** Of a run that never ends. */
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir private Path folder;

  static List<Arguments> runs() {
    List<Arguments> runs = new ArrayList<>();
    for (RecordedRun run : RecordedRun.all()) {
      // Without a network that can be read nothing is started.
      for (Backend backend : run.hasNetwork() ? Backend.values() : new Backend[0]) {
        runs.add(Arguments.of(run, backend));
      }
    }
    return runs;
  }

  static List<RecordedRun> ofOurs() {
    return RecordedRun.all().stream()
        .filter(RecordedRun::isOfOurs)
        .filter(RecordedRun::hasNetwork)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void theVerdictIsRight(RecordedRun run, Backend backend) throws IOException {
    JsonNode answer = run.answer(backend);
    StandIn standIn = new StandIn(folder).prints(run.log(backend));
    answer.path("stderr").forEach(line -> standIn.complains(line.asText() + "\n"));
    boolean endless = answer.path("rc").asText().equals("timeout");
    if (endless) {
      standIn.shell("exec sleep 1000");
    } else {
      standIn.ends(answer.path("rc").asInt());
    }
    AstraSimBinary binary = standIn.binary("astrasim_" + backend.optionName().substring(11));
    check(run, backend, run(run, binary, endless ? SHORT : PATIENCE));
  }

  @ParameterizedTest
  @MethodSource("ofOurs")
  void theRealProgramAnswersSo(RecordedRun run) throws IOException {
    Optional<Path> real = Optional.ofNullable(System.getenv(VARIABLE)).map(Path::of);
    assumeThat(real).as("set %s to run AstraSim itself", VARIABLE).isPresent();
    AstraSimBinary binary = new AstraSimBinary(real.orElseThrow());
    Backend backend = binary.network().orElse(Backend.CONGESTION_UNAWARE);
    boolean endless = run.answer(backend).path("rc").asText().equals("timeout");
    check(run, backend, run(run, binary, endless ? SHORT : PATIENCE));
  }

  private Verdict run(RecordedRun run, AstraSimBinary binary, Duration timeout) throws IOException {
    RunFiles files = run.copyTo(folder.resolve("files"));
    return new AstraSim(binary, timeout)
        .run(files, run.network(), run.options(), RankProgress.SILENT, () -> false);
  }

  private static void check(RecordedRun run, Backend backend, Verdict verdict) throws IOException {
    JsonNode answer = run.answer(backend);
    int code = answer.path("rc").asInt();
    String status = answer.path("status").asText();
    if (backend == Backend.CONGESTION_AWARE && isRefused(run)) {
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.NotStarted.class,
              it -> assertThat(it.obstacle()).isEqualTo(Obstacle.KNOWN_LIMIT));
    } else if (WITHOUT_NODES.contains(run.toString())) {
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.NotStarted.class,
              it -> assertThat(it.obstacle()).isEqualTo(Obstacle.EMPTY_TRACE));
    } else if (status.startsWith("ok")) {
      assertThat(verdict).as(verdict.explanation().toString()).isInstanceOf(Verdict.Complete.class);
      Map<String, String> numbers = numbers(verdict.result());
      if (!answer.toString().contains("avg_")) {
        // The averages of the roofline were not recorded.
        numbers.keySet().removeIf(key -> key.contains("avg_") || key.contains("_pct"));
      }
      assertThat(numbers).isEqualTo(numbers(answer));
    } else if (status.equals("incomplete")) {
      assertThat(verdict).isInstanceOf(Verdict.Stalled.class);
      assertThat(verdict.result().status()).isEqualTo(SimulationResult.Status.STALLED);
      if (answer.has("ranks")) {
        assertThat(numbers(verdict.result())).isEqualTo(numbers(answer));
      }
    } else if (status.equals("timeout")) {
      assertThat(verdict).isInstanceOf(Verdict.TimedOut.class);
    } else if (code < 0) {
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.Crashed.class, it -> assertThat(it.signal()).isEqualTo(-code));
    } else {
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.Failed.class, it -> assertThat(it.exitCode()).isEqualTo(code));
    }
    if (!status.startsWith("ok")) {
      assertThat(verdict.explanation())
          .isNotEmpty()
          .allSatisfy(line -> assertThat(line).isNotBlank());
    }
  }

  /** More than one dimension, or a ring of two. */
  private static boolean isRefused(RecordedRun run) throws IOException {
    return run.answer(Backend.CONGESTION_AWARE).path("rc").asInt() == 255
        || (run.network().dimensions().size() == 1
            && run.answer(Backend.CONGESTION_AWARE)
                .path("stderr")
                .toString()
                .contains("connected"));
  }

  private static Map<String, String> numbers(SimulationResult result) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    ResultJson.write(result, json);
    return numbers(new ObjectMapper().readTree(json.toByteArray()));
  }

  private static Map<String, String> numbers(JsonNode answer) {
    Map<String, String> numbers = new TreeMap<>();
    answer
        .path("ranks")
        .properties()
        .forEach(
            rank ->
                rank.getValue()
                    .properties()
                    .forEach(
                        it ->
                            numbers.put(
                                rank.getKey() + " " + key(it.getKey()),
                                value(it.getValue().asText()))));
    return numbers;
  }

  private static String key(String recorded) {
    return recorded.equals("overlap") ? "comp_comm_overlap" : recorded;
  }

  /** A number, or a memory with its unit. */
  private static String value(String text) {
    return text.matches("[0-9.]+") ? new BigDecimal(text).stripTrailingZeros().toString() : text;
  }

  @Test
  void theLogsAreThere() throws IOException {
    int logs = 0;
    for (RecordedRun run : RecordedRun.all()) {
      logs += Files.exists(run.folder().resolve("stdout_unaware.txt")) ? 1 : 0;
    }
    assertThat(logs).isEqualTo(216);
  }
}
