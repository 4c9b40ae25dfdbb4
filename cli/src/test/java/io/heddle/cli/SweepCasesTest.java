package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that are chosen together, names that a sweep makes, and conditions on texts. */
class SweepCasesTest {
  private static final String CASES =
      """

      sweep Ways of Desk8 {
        case tp = 4, schedule = gpipe, layout = (pp > dp > tp)
        seq in 64, 128
        case tp = 2, layout = (dp > pp > tp), schedule = one_f_one_b
        rest = 8 / tp
        pp in 1, 2, 4
        dp = rest / pp
        tokens = seq * batch
        keep when tokens >= 512 and rest >= 2
        case overlap = (), micro_batch = 1
        case overlap = (tp chunks 2), micro_batch = 2
      }
      """;

  @TempDir private Path folder;

  private Path file(String text) {
    return Execution.write(folder.resolve("swept.tfm"), Execution.tinyText() + text);
  }

  private static String value(JsonNode point, String name) {
    return point.path("values").path(name).asText();
  }

  @Test
  void takesTheLinesOfOneCaseTogether() {
    Path file = file(CASES);
    JsonNode sweep = Execution.of("sweep", file, "--mode", "analytical", "--json").json();
    // Two cases, two lengths, three sizes of pp, two cases more; tp = 4 and pp = 4 are too many.
    assertThat(sweep.path("size").asLong()).isEqualTo(24);
    assertThat(sweep.path("points").size()).isEqualTo(20);
    assertThat(sweep.path("excluded").get(0).path("reason").asText())
        .isEqualTo("`dp = rest / pp` has no value");
    List<String> ways = new ArrayList<>();
    for (JsonNode point : sweep.path("points")) {
      assertThat(point.path("values").has("rest")).isFalse();
      assertThat(point.path("values").has("tokens")).isFalse();
      ways.add(
          String.join(
              " ",
              value(point, "tp"),
              value(point, "schedule"),
              value(point, "layout"),
              value(point, "overlap"),
              value(point, "micro_batch")));
    }
    assertThat(ways.stream().distinct())
        .containsExactly(
            "4 gpipe pp > dp > tp  1",
            "4 gpipe pp > dp > tp tp chunks 2 2",
            "2 one_f_one_b dp > pp > tp  1",
            "2 one_f_one_b dp > pp > tp tp chunks 2 2");
  }

  @Test
  void dryRunsShardsAndSearchesKnowCases() {
    Path file =
        file(
            CASES
                + CASES
                    .replace("sweep Ways", "search Best")
                    .replace("  pp in", "  minimize time\n  pp in"));
    JsonNode dry = Execution.of("sweep", file, "--dry-run", "--json").json();
    assertThat(dry.path("left").asLong()).isEqualTo(20);
    int points = 0;
    for (int shard = 1; shard <= 3; shard++) {
      points +=
          Execution.of("sweep", file, "--shard", shard + "/3", "--mode", "analytical", "--json")
              .json()
              .path("points")
              .size();
    }
    assertThat(points).isEqualTo(20);
    JsonNode best = null;
    for (JsonNode point : Execution.of("sweep", file, "--json").json().path("points")) {
      if (point.path("status").asText().equals("ok")
          && (best == null
              || point.path("iteration_time_ns").asLong()
                  < best.path("iteration_time_ns").asLong())) {
        best = point;
      }
    }
    JsonNode search = Execution.of("search", file, "--json").json();
    JsonNode found = search.path("best").get(0);
    assertThat(best).isNotNull();
    assertThat(found.path("iteration_time_ns")).isEqualTo(best.path("iteration_time_ns"));
    assertThat(found.path("values")).isEqualTo(best.path("values"));
    assertThat(search.path("why"))
        .extracting(line -> line.path("line").asText())
        .contains("tp, schedule, layout", "overlap, micro_batch", "seq", "pp");
  }

  private String findings(String lines) {
    Execution check = Execution.of("check", file("sweep S of Desk8 { " + lines + " }\n"));
    assertThat(check.exit()).as(lines).isEqualTo(1);
    assertThat(check.out()).as(lines).contains("1 error", "   help: ");
    return check.out();
  }

  @Test
  void tellsWhatIsWrongWithCases() {
    assertThat(findings("case tp = 4, pp = 2  tp in 1, 2"))
        .contains("TFM1002", "swept value `tp` is declared twice", "the first `tp` is here");
    assertThat(findings("case tp = 2, batch = 8  case batch = 16, seq = 64"))
        .contains("TFM1002", "swept value `batch` is declared twice");
    assertThat(findings("case tp = 4, shedule = gpipe"))
        .contains("TFM1001", "unknown value to sweep `shedule`", "did you mean `schedule`?");
    assertThat(findings("case tp = 4, schedule = gpip"))
        .contains("TFM1001", "unknown schedule `gpip`");
    assertThat(findings("case tp = any, pp = 2")).contains("TFM1001", "`any`");
    assertThat(findings("tp in 1, 2  resst = 8 / tp"))
        .contains("TFM1001", "unknown value to sweep `resst`");
    assertThat(findings("dp = rest  rest = 4  keep when rest > 1"))
        .contains("TFM1001", "unknown axis or parameter `rest`");
    Execution nothing = Execution.of("check", file("sweep S of Desk8 { case tp }\n"));
    assertThat(nothing.out()).contains("TFM0001", "expected `=` or `.` after `tp`, found `}`");
  }

  @Test
  void conditionsKnowTexts() {
    Path results = folder.resolve("results");
    assertThat(
            Execution.of("sweep", file(CASES), "--mode", "analytical", "--output", results).exit())
        .isZero();
    assertThat(count(results, "schedule = gpipe")).isEqualTo(8);
    assertThat(count(results, "schedule == gpipe and seq = 64")).isEqualTo(4);
    assertThat(count(results, "schedule != gpipe")).isEqualTo(12);
    assertThat(count(results, "layout = 'pp > dp > tp' or tp = 2")).isEqualTo(20);
    assertThat(count(results, "overlap = \"tp chunks 2\"")).isEqualTo(10);
    assertThat(count(results, "overlap = ''")).isEqualTo(10);
    assertThat(count(results, "tp = pp")).isEqualTo(4);
    Execution unknown = Execution.of("results", results, "--where", "colour = red");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("no point has colour");
  }

  private static int count(Path results, String where) {
    return Execution.of("results", results, "--where", where, "--json")
        .json()
        .path("points")
        .size();
  }
}
