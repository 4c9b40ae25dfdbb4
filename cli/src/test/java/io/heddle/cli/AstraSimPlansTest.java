package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.option.AstraSimOptions;
import io.heddle.runtime.astrasim.process.AstraSimBinary;
import io.heddle.runtime.simulate.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where {@code HEDDLE_ASTRASIM} names the real AstraSim, the embedded simulator's cycles are its
 * cycles, for everything that is emitted for plans of up to 64 ranks.
 */
@DisabledOnOs(OS.WINDOWS)
class AstraSimPlansTest {
  private static final int MOST_RANKS = 64;
  private static final Pattern PLAN = Pattern.compile("(?m)^plan (\\w+x(\\d+)) of");
  private static final String LIBRARY = "/io/heddle/std/models/";

  @TempDir private Path folder;

  /** A plan and the file that it stands in. */
  record Case(String file, String plan, String text) {
    @Override
    public String toString() {
      return plan;
    }
  }

  static List<Case> plans() {
    List<Case> plans = new ArrayList<>();
    plans.add(new Case("tiny.tfm", "Desk8", Execution.tinyText()));
    plans.add(example("llama3_8b.tfm", "Node8"));
    plans.add(example("llama3_8b.tfm", "Pod64"));
    plans.add(example("gpt3_175b.tfm", "Pod64"));
    for (String model : List.of("llama2", "llama3", "gpt3", "mixtral", "deepseek_v3")) {
      String text = library(model + ".tfm");
      Matcher matcher = PLAN.matcher(text);
      while (matcher.find()) {
        if (Integer.parseInt(matcher.group(2)) <= MOST_RANKS) {
          plans.add(new Case(model + ".tfm", matcher.group(1), text));
        }
      }
    }
    return plans;
  }

  private static Case example(String file, String plan) {
    try {
      return new Case(file, plan, Files.readString(Execution.example(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String library(String file) {
    try (InputStream in = AstraSimPlansTest.class.getResourceAsStream(LIBRARY + file)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void thePlansAreFound() {
    assertThat(plans())
        .extracting(Case::plan)
        .contains(
            "Desk8",
            "Llama2_7B_A100x64",
            "Llama3_8B_H100x64",
            "Gpt3_22B_A100x8",
            "Gpt3_175B_A100x64",
            "Mixtral_8x7B_H100x64")
        .doesNotContain("Llama2_70B_A100x128");
  }

  @ParameterizedTest
  @MethodSource("plans")
  void theCyclesAreThoseOfAstraSim(Case plan) {
    Optional<Path> real =
        Optional.ofNullable(System.getenv(AstraSimOptions.VARIABLE)).map(Path::of);
    assumeThat(real).as("set %s to run AstraSim itself", AstraSimOptions.VARIABLE).isPresent();
    assumeThat(new AstraSimBinary(real.orElseThrow()).network())
        .as("the congestion-unaware AstraSim, which takes networks of more than one dimension")
        .isNotEqualTo(Optional.of(Backend.CONGESTION_AWARE));
    agree(plan, real.orElseThrow());
  }

  @Test
  void aStandInAgrees() {
    agree(plans().get(0), AstraSimStandIn.install(folder));
  }

  private void agree(Case plan, Path astraSim) {
    Path file = Execution.write(folder.resolve(plan.file()), plan.text());
    Execution there =
        Execution.of(
            "run",
            file,
            "--plan",
            plan.plan(),
            "--backend",
            "astrasim",
            "--astrasim",
            astraSim,
            "--timeout",
            "24h",
            "--json");
    assertThat(there.exit()).as(there.err()).isZero();
    JsonNode here = Execution.of("run", file, "--plan", plan.plan(), "--json").json();
    assertThat(here.path("ranks")).isNotEmpty();
    assertThat(there.json().path("ranks")).hasSameSizeAs(here.path("ranks"));
    for (Map.Entry<String, JsonNode> rank : here.path("ranks").properties()) {
      assertThat(there.json().path("ranks").path(rank.getKey()).path("cycles"))
          .as("cycles of rank %s", rank.getKey())
          .isEqualTo(rank.getValue().path("cycles"));
    }
  }
}
