package io.heddle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Heddle;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A master and two workers on loopback, of which one is killed while the sweep runs. */
class SparkClusterTest {
  private static final int POINTS = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    processes.forEach(SparkClusterTest::kill);
    // JUnit warns of links that lead out of its folder.
    try (Stream<Path> jars = Files.list(folder.resolve("spark/jars"))) {
      for (Path jar : jars.toList()) {
        Files.delete(jar);
      }
    }
  }

  private static void kill(Process process) {
    // An executor is the child of its worker.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Spark as it is installed: a folder with its jars. */
  private Path spark() throws IOException {
    Path home = folder.resolve("spark");
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry :
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator), -1)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && !jar.getFileName().toString().startsWith("heddle-")) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar.toAbsolutePath());
      }
    }
    return home;
  }

  private Process start(Path home, String log, Object... words) throws IOException {
    List<String> command = new ArrayList<>(java(home));
    Arrays.stream(words).map(Object::toString).forEach(command::add);
    return start(home, log, command, Map.of());
  }

  private static List<String> java(Path home) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-Xmx512m", "-cp", home.resolve("jars") + "/*"));
    return command;
  }

  private Process start(
      Path home, String log, List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(log).toFile()).directory(folder.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_WORKER_DIR", folder.resolve("work").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** The script of the examples, with {@code spark-submit} as Spark's own starts its program. */
  private Process sweep(Path home, String master, Path file, Path results) throws IOException {
    Path submit = Files.createDirectories(home.resolve("bin")).resolve("spark-submit");
    Files.writeString(
        submit,
        "#!/bin/bash\nexec %s org.apache.spark.deploy.SparkSubmit %s \"$@\"\n"
            .formatted(
                java(home).stream().map("'%s'"::formatted).collect(Collectors.joining(" ")),
                "--conf spark.executor.memory=512m --conf spark.ui.enabled=false"));
    Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
    return start(
        home,
        "sweep.log",
        List.of(
            "bash",
            Path.of("..", "examples", "clusters", "spark.sh").toAbsolutePath().toString(),
            master,
            file.toString(),
            "Many",
            results.toString()),
        Map.of(
            "HEDDLE_SPARK_JAR",
            System.getProperty("heddle.spark.jar"),
            "PATH",
            submit.getParent() + ":" + System.getenv("PATH")));
  }

  /**
   * Waits.
   *
   * @param log that tells why it is not so
   */
  private void await(String log, BooleanSupplier isSo) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isSo.getAsBoolean()) {
      assertThat(System.nanoTime()).as(() -> log(log)).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private String log(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return "";
    }
  }

  private Process worker(Path home, String name, String master) throws IOException {
    return start(
        home,
        name,
        "org.apache.spark.deploy.worker.Worker",
        "--host",
        "127.0.0.1",
        "--cores",
        1,
        "--memory",
        "1g",
        "--webui-port",
        0,
        master);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static int rows(Path results) {
    return Files.isDirectory(results) ? SmallSweep.lines(results).size() : 0;
  }

  @Test
  @Timeout(600)
  void survivesTheLossOfAWorker() throws IOException, InterruptedException {
    Path file = SmallSweep.write(folder, POINTS / 48 + 1);
    Path home = spark();
    int port = freePort();
    String master = "spark://127.0.0.1:" + port;
    start(
        home,
        "master.log",
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--webui-port",
        0);
    Process doomed = worker(home, "worker1.log", master);
    worker(home, "worker2.log", master);
    for (String log : List.of("worker1.log", "worker2.log")) {
      await(log, () -> log(log).contains("Successfully registered"));
    }

    Path results = folder.resolve("results");
    Process sweep = sweep(home, master, file, results);
    await("sweep.log", () -> rows(results) > POINTS / 10 || !sweep.isAlive());
    assertThat(sweep.isAlive()).as(log("sweep.log")).isTrue();
    assertThat(rows(results)).isLessThan(POINTS);
    kill(doomed);
    await("sweep.log", () -> !sweep.isAlive());
    assertThat(sweep.exitValue()).as(log("sweep.log")).isZero();
    assertThat(log("sweep.log")).contains("Lost executor");

    Path here = folder.resolve("here");
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new Heddle())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute("sweep", file.toString(), "--output", here.toString());
    assertThat(exit).as(err.toString()).isZero();
    assertThat(SmallSweep.lines(results))
        .hasSizeGreaterThanOrEqualTo(POINTS)
        .isEqualTo(SmallSweep.lines(here));
  }
}
