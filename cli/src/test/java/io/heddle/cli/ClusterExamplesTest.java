package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.sweep.Shard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Runs the examples for clusters as far as that goes without one: a script in place of {@code
 * heddle} writes down what it is called with, one in place of {@code parallel} calls it for each
 * line, and the calls are then run here.
 */
@DisabledOnOs(OS.WINDOWS)
class ClusterExamplesTest {
  private static final int SHARDS = 3;
  private static final String SWEEP =
      "\nsweep Shapes of Desk8 {\n  tp in 1, 2\n  pp in 1, 2\n  dp = 8 / (tp * pp)\n}\n";

  @TempDir private Path folder;
  private Path file = Path.of("");
  private Path results = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    file = Execution.write(folder.resolve("specification.tfm"), Execution.tinyText() + SWEEP);
    results = folder.resolve("results");
    script("heddle", "for argument; do echo \"$argument\"; done >>\"$CALLS\"", "echo >>\"$CALLS\"");
    script(
        "parallel",
        "while [ \"${1#--}\" != \"$1\" ]; do shift $(( ${#1} > 6 ? 1 : 2 )); done",
        "while read -r line; do",
        "  for argument; do echo \"${argument//'{}'/$line}\"; done >>\"$CALLS\"; echo >>\"$CALLS\"",
        "done");
  }

  private void script(String name, String... lines) throws IOException {
    Path script = Execution.write(folder.resolve("bin").resolve(name), "");
    Files.writeString(script, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<List<String>> calls(String script, Map<String, String> environment, Object... with)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "../examples/clusters/" + script));
    for (Object argument : with) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("CALLS", folder.resolve("calls").toString());
    builder.environment().putAll(environment);
    Files.deleteIfExists(folder.resolve("calls"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return Pattern.compile("\n\n")
        .splitAsStream(Files.readString(folder.resolve("calls")))
        .map(call -> call.strip().lines().toList())
        .toList();
  }

  /** Runs a call; {@code auto} is what the environment makes of it. */
  private static void run(List<String> call, Map<String, String> environment) {
    List<Object> arguments = new ArrayList<>(call);
    int at = arguments.indexOf("--shard") + 1;
    arguments.set(at, Shard.parse(call.get(at), environment).toString());
    Execution execution = Execution.of(arguments.toArray());
    assertThat(execution.exit()).as(execution.err()).isZero();
  }

  private void areComplete() {
    assertThat(Execution.of("results", results).out()).contains(": 4 points, 4 kept");
  }

  @Test
  void slurm() throws IOException, InterruptedException {
    for (int task = 1; task <= SHARDS; task++) {
      Map<String, String> environment =
          Map.of(
              "SLURM_ARRAY_TASK_ID",
              String.valueOf(task),
              "SLURM_ARRAY_TASK_MIN",
              "1",
              "SLURM_ARRAY_TASK_COUNT",
              String.valueOf(SHARDS),
              "SLURM_CPUS_PER_TASK",
              "2");
      List<List<String>> calls = calls("slurm_array.sh", environment, file, "Shapes", results);
      assertThat(calls).hasSize(1);
      assertThat(calls.get(0)).endsWith("--threads", "2");
      run(calls.get(0), environment);
    }
    areComplete();
  }

  @Test
  void parallel() throws IOException, InterruptedException {
    List<List<String>> calls = calls("parallel.sh", Map.of(), SHARDS, file, "Shapes", results);
    assertThat(calls).hasSize(SHARDS);
    for (List<String> call : calls) {
      assertThat(call.get(0)).isEqualTo("heddle");
      run(call.subList(1, call.size()), Map.of());
    }
    areComplete();
  }

  @Test
  void spark() throws IOException, InterruptedException {
    script("spark-submit", "for argument; do echo \"$argument\"; done >>\"$CALLS\"");
    Map<String, String> jar = Map.of("HEDDLE_SPARK_JAR", "heddle-spark.jar");
    List<List<String>> calls = calls("spark.sh", jar, "local[2]", file, "Shapes", results);
    assertThat(calls).hasSize(1);
    List<String> call = calls.get(0);
    assertThat(call).startsWith("--master", "local[2]").contains("heddle-spark.jar");
    // The jar takes what the command takes.
    Execution execution =
        Execution.of(call.subList(call.indexOf("heddle-spark.jar") + 1, call.size()).toArray());
    assertThat(execution.exit()).as(execution.err()).isZero();
    areComplete();
  }

  @Test
  void kubernetes() throws IOException {
    String text = Files.readString(Path.of("../examples/clusters/kubernetes_job.yaml"));
    Map<?, ?> job = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
    Map<?, ?> spec = (Map<?, ?>) job.get("spec");
    int completions = (Integer) spec.get("completions");
    Map<?, ?> pod = (Map<?, ?>) ((Map<?, ?>) spec.get("template")).get("spec");
    Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).get(0);
    assertThat(container.get("command")).isEqualTo(List.of("heddle"));
    List<String> call = new ArrayList<>();
    for (Object argument : (List<?>) container.get("args")) {
      call.add(
          argument
              .toString()
              .replace("/sweep/specification.tfm", file.toString())
              .replace("/sweep/results", results.toString()));
    }
    for (int index = 0; index < completions; index++) {
      Map<String, String> environment = new HashMap<>();
      environment.put("JOB_COMPLETION_INDEX", String.valueOf(index));
      // Most of so many shards have no point.
      if (index < 4 || index == completions - 1) {
        run(call, environment);
      }
    }
    areComplete();
  }
}
