package io.heddle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.heddle.cli.Heddle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The scripts of {@code examples/clusters} in the environment that a scheduler gives them: all
 * their shares together are what one process makes. {@link SparkClusterTest} runs Spark's.
 */
class ClusterScriptsTest {
  private static final Path SCRIPTS = Path.of("..", "examples", "clusters").toAbsolutePath();
  private static final int SHARES = 3;

  @TempDir private Path folder;

  private Path specification;
  private Path results;

  @BeforeEach
  void write() throws IOException {
    specification = SmallSweep.write(folder, 1);
    results = folder.resolve("results");
    program(
        "heddle",
        "exec '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\""
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                Heddle.class.getName()));
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/bash\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    // By env, which looks for the program on the path that it is given.
    List<String> words = new ArrayList<>(List.of("env"));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder
        .environment()
        .merge("PATH", folder.resolve("bin").toString(), (path, ours) -> ours + ":" + path);
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }

  private void assertWhole() throws IOException, InterruptedException {
    Path here = folder.resolve("here");
    run(
        Map.of(),
        List.of(
            "heddle", "sweep", specification.toString(), "--sweep", "Many", "-o", here.toString()));
    assertThat(SmallSweep.lines(results)).isNotEmpty().isEqualTo(SmallSweep.lines(here));
  }

  /** As {@code sbatch --array=1-3} runs it: a copy, in the folder where it was submitted. */
  @Test
  void slurmArray() throws IOException, InterruptedException {
    Path spooled = Files.copy(SCRIPTS.resolve("slurm_array.sh"), folder.resolve("slurm_script"));
    for (int task = 1; task <= SHARES; task++) {
      run(
          Map.of(
              "SLURM_ARRAY_TASK_ID",
              String.valueOf(task),
              "SLURM_ARRAY_TASK_MIN",
              "1",
              "SLURM_ARRAY_TASK_MAX",
              String.valueOf(SHARES),
              "SLURM_ARRAY_TASK_STEP",
              "1",
              "SLURM_ARRAY_TASK_COUNT",
              String.valueOf(SHARES),
              "SLURM_CPUS_PER_TASK",
              "1"),
          List.of("bash", spooled.toString(), specification.toString(), "Many", "results"));
    }
    assertWhole();
  }

  /** All keys are those of Kubernetes' own types; each pod runs what its index says. */
  @Test
  void kubernetesJob() throws IOException, InterruptedException {
    Object yaml =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(SCRIPTS.resolve("kubernetes_job.yaml")));
    ObjectMapper strict = new ObjectMapper();
    strict.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          private static final long serialVersionUID = 1;

          @Override
          public Boolean hasAnySetter(Annotated annotated) {
            return false;
          }
        });
    Job job = strict.convertValue(yaml, Job.class);
    assertThat(job.getApiVersion() + " " + job.getKind()).isEqualTo("batch/v1 Job");
    JobSpec spec = job.getSpec();
    assertThat(spec.getCompletionMode()).isEqualTo("Indexed");
    // Needs the mode Indexed, and no other policy of restarts.
    assertThat(spec.getBackoffLimitPerIndex()).isPositive();
    assertThat(spec.getTemplate().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(spec.getParallelism()).isEqualTo(spec.getCompletions());
    Container container = spec.getTemplate().getSpec().getContainers().get(0);
    String mounted = container.getVolumeMounts().get(0).getMountPath() + "/";
    String shard = "auto/" + spec.getCompletions();
    assertThat(container.getArgs()).contains(shard);
    assertThat(container.getArgs()).filteredOn(word -> word.startsWith(mounted)).hasSize(2);

    Files.copy(specification, folder.resolve("specification.tfm"));
    List<String> command = new ArrayList<>(container.getCommand());
    for (String word : container.getArgs()) {
      command.add(
          word.equals(shard)
              ? "auto/" + SHARES
              : word.equals("Shapes") ? "Many" : word.replace(mounted, folder + "/"));
    }
    for (int index = 0; index < SHARES; index++) {
      run(Map.of("JOB_COMPLETION_INDEX", String.valueOf(index)), command);
    }
    assertWhole();
  }

  /** By GNU parallel where it is installed; else a loop takes its place. */
  @Test
  void gnuParallel() throws IOException, InterruptedException {
    if (!isInstalled()) {
      program(
          "parallel",
          """
          [ "$1 $2" = "--halt soon,fail=1" ] || exit 9
          shift 2
          while read -r line; do "${@//\\{\\}/$line}" < /dev/null || exit; done
          """);
    }
    run(
        Map.of(),
        List.of(
            "bash",
            SCRIPTS.resolve("parallel.sh").toString(),
            String.valueOf(SHARES),
            specification.toString(),
            "Many",
            "results"));
    assertWhole();
  }

  private static boolean isInstalled() throws IOException, InterruptedException {
    Process version =
        new ProcessBuilder("bash", "-c", "parallel --version | grep -q 'GNU parallel'").start();
    return version.waitFor() == 0;
  }
}
