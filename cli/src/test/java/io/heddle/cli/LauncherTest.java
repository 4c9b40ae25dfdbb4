package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a copy of the project, where scripts stand in for Maven and Java. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final List<String> MODULES =
      List.of("grammar", "plan", "processor", "runtime", "cli", "examples");

  @TempDir private Path folder;
  private Path root = Path.of("");
  private Path bin = Path.of("");

  private record Ended(int exit, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    root = folder.resolve("a project");
    bin = folder.resolve("bin");
    Files.createDirectories(bin);
    old(Execution.write(root.resolve("pom.xml"), ""));
    old(Execution.write(root.resolve(".mvn/jvm.config"), ""));
    for (String module : MODULES) {
      old(Execution.write(root.resolve(module + "/pom.xml"), ""));
      old(Execution.write(root.resolve(module + "/src/main/java/A.java"), ""));
    }
    Files.copy(Path.of("../heddle"), root.resolve("heddle"));
    script(
        "mvn",
        "echo \"$* | ${JAVA_TOOL_OPTIONS:-none} ${JDK_JAVA_OPTIONS:-none}\" >>\"$BUILDS\"",
        "sleep \"${BUILD_SECONDS:-0}\"",
        "if [ -n \"${BROKEN:-}\" ]; then echo went wrong; exit 1; fi",
        "mkdir -p cli/target && echo built >cli/target/heddle.jar");
    script(
        "java",
        "for argument; do printf '[%s]' \"$argument\"; done",
        "printf ' %s' \"${JAVA_TOOL_OPTIONS:-none}\"",
        "exit \"${EXIT:-0}\"");
  }

  private static Path old(Path file) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private void script(String name, String... lines) throws IOException {
    Path script = bin.resolve(name);
    Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Process start(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("PATH", bin + ":/usr/local/bin:/usr/bin:/bin");
    builder.environment().put("BUILDS", folder.resolve("builds").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Ended end(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out, err);
  }

  private Ended run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return end(start(root.resolve("heddle"), environment, arguments));
  }

  private List<String> builds() throws IOException {
    Path builds = folder.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
  }

  @Test
  void buildsOnceAndSaysSoOnStandardError() throws IOException, InterruptedException {
    Ended first = run(Map.of(), "run");
    assertThat(first.err()).startsWith("heddle: building").hasLineCount(1);
    assertThat(first.out()).startsWith("[-D").contains("[-jar]").endsWith("[run] none");
    assertThat(run(Map.of(), "run").err()).isEmpty();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void buildsAgainAfterAChange() throws IOException, InterruptedException {
    run(Map.of());
    Files.writeString(root.resolve("runtime/src/main/java/A.java"), "class A {}");
    run(Map.of());
    assertThat(builds()).hasSize(2);
    Files.delete(root.resolve("grammar/src/main/java/A.java"));
    run(Map.of());
    assertThat(builds()).hasSize(3);
    old(Execution.write(root.resolve("cli/src/main/java/B.java"), ""));
    run(Map.of());
    assertThat(builds()).hasSize(4);
    run(Map.of());
    assertThat(builds()).hasSize(4);
  }

  @Test
  void buildsForNothingElse() throws IOException, InterruptedException {
    run(Map.of());
    Execution.write(root.resolve("README.md"), "");
    Execution.write(root.resolve("runtime/src/test/java/ATest.java"), "");
    Execution.write(root.resolve("examples/src/main/java/B.java"), "");
    Execution.write(root.resolve("runtime/src/main/java/.A.java.swp"), "");
    // Built by Maven alone.
    Files.writeString(root.resolve("cli/target/heddle.jar"), "built anew");
    run(Map.of());
    assertThat(builds()).hasSize(1);
  }

  @Test
  void whatChangesDuringABuildIsBuiltNextTime() throws IOException, InterruptedException {
    Process building = start(root.resolve("heddle"), Map.of("BUILD_SECONDS", "2"));
    while (builds().isEmpty()) {
      Thread.sleep(20);
    }
    Files.writeString(root.resolve("cli/src/main/java/A.java"), "class A {}");
    end(building);
    run(Map.of());
    assertThat(builds()).hasSize(2);
  }

  @Test
  void launchersThatStartTogetherBuildOnce() throws IOException, InterruptedException {
    List<Process> launchers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      launchers.add(start(root.resolve("heddle"), Map.of("BUILD_SECONDS", "1"), "x"));
    }
    for (Process launcher : launchers) {
      assertThat(end(launcher).out()).endsWith("[x] none");
    }
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aBuildThatFailsNamesItsLogAndLeavesNothingToRun() throws IOException, InterruptedException {
    Ended failed = run(Map.of("BROKEN", "1"));
    assertThat(failed.exit()).isEqualTo(3);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).hasLineCount(2);
    String log = failed.err().substring(failed.err().lastIndexOf("see ") + 4).strip();
    assertThat(Path.of(log)).content().contains("went wrong");
    assertThat(root.resolve("cli/target/heddle.jar")).doesNotExist();
    assertThat(run(Map.of()).exit()).isZero();
  }

  @Test
  void argumentsAndExitCodePassUnchanged() throws IOException, InterruptedException {
    Ended ended = run(Map.of("EXIT", "42"), "", "a  b", "*", "$HOME", "\\n", "-Xmx1m", "ü");
    assertThat(ended.exit()).isEqualTo(42);
    assertThat(ended.out()).endsWith("[][a  b][*][$HOME][\\n][-Xmx1m][ü] none");
  }

  @Test
  void optionsOfTheCallersJavaAreForTheRunAlone() throws IOException, InterruptedException {
    Ended ended = run(Map.of("JAVA_TOOL_OPTIONS", "-Xmx20m", "JDK_JAVA_OPTIONS", "-Xmx20m"));
    assertThat(ended.out()).endsWith(" -Xmx20m").doesNotContain("[-Xm");
    assertThat(builds()).hasSize(1).first().asString().endsWith("| none none");
  }

  @Test
  void isFoundThroughLinks() throws IOException, InterruptedException {
    Path first = Files.createSymbolicLink(root.resolve("link"), Path.of("heddle"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), first);
    Ended ended = end(start(second, Map.of(), "x"));
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).contains("[" + root.toRealPath().resolve("cli/target/heddle.jar"));
  }

  @Test
  void javaHomeComesFirst() throws IOException, InterruptedException {
    Path home = folder.resolve("jdk");
    Files.createDirectories(home.resolve("bin"));
    Path java = Files.copy(bin.resolve("java"), home.resolve("bin/java"));
    Files.writeString(java, "#!/bin/sh\necho mine\n");
    assertThat(run(Map.of("JAVA_HOME", home.toString())).out()).isEqualTo("mine\n");
  }

  @Test
  void shortCommandsDoWithoutTheOptimisingCompiler() throws IOException, InterruptedException {
    for (String command : List.of("check", "search")) {
      assertThat(run(Map.of(), command).out())
          .contains("[-XX:+UseSerialGC][-XX:TieredStopAtLevel=1]");
    }
    assertThat(run(Map.of(), "sweep").out())
        .contains("[-XX:+UseSerialGC]", "[-XX:Tier4InvocationThreshold=60000]")
        .doesNotContain("TieredStopAtLevel");
    assertThat(run(Map.of(), "sweep", "f.tfm", "--mode", "analytical").out())
        .contains("[-XX:TieredStopAtLevel=1]");
    assertThat(run(Map.of(), "sweep", "--mode=analytical", "f.tfm").out())
        .contains("[-XX:TieredStopAtLevel=1]");
    for (String command : List.of("run", "compare")) {
      assertThat(run(Map.of(), command).out())
          .contains("[-XX:+UseSerialGC][-XX:Tier4InvocationThreshold=")
          .doesNotContain("TieredStopAtLevel");
    }
    assertThat(run(Map.of(), "verify").out()).doesNotContain("[-XX:");
  }

  /** Java refuses two collectors. */
  @Test
  void whoTunesJavaTunesAlone() throws IOException, InterruptedException {
    Map<String, String> own = Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseParallelGC");
    assertThat(run(own, "check").out()).doesNotContain("[-XX:");
    Map<String, String> heap = Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m");
    assertThat(run(heap, "check").out()).contains("[-XX:+UseSerialGC]");
  }
}
