package io.heddle.runtime.astrasim.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.chakra.proto.GlobalMetadata;
import io.heddle.runtime.chakra.proto.Node;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Everything that a process in AstraSim's place may do. */
@DisabledOnOs(OS.WINDOWS)
class AstraSimTest {
  private static final Supplier<OptionalLong> PLENTY = OptionalLong::empty;

  private static final int RANKS = 4;
  private static final NetworkConfig RING = network(Topology.RING, RANKS);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String EXITING = "[2026-03-01 10:00:00.000] [system] [warning] Exiting\n";

  @TempDir private Path folder;
  private StandIn standIn = new StandIn(Path.of(""));

  @BeforeEach
  void makeStandIn() {
    standIn = new StandIn(folder);
  }

  private static NetworkConfig network(Topology topology, int... sizes) {
    List<Dimension> dimensions = new ArrayList<>();
    for (int size : sizes) {
      dimensions.add(new Dimension(topology, size, 50, 500));
    }
    return new NetworkConfig(dimensions);
  }

  private static String finished(int rank) {
    return "[2026-03-01 10:00:00.000] [workload] [info] sys[%d] finished, %d cycles,"
            .formatted(rank, cycles(rank))
        + " exposed communication 7 cycles.\n";
  }

  private static long cycles(int rank) {
    return 1000L + rank;
  }

  private static String finished(int... ranks) {
    StringBuilder text = new StringBuilder();
    for (int rank : ranks) {
      text.append(finished(rank));
    }
    return text.toString();
  }

  private RunFiles files() throws IOException {
    return files(Files.createTempDirectory(folder, "files"));
  }

  private static RunFiles files(Path of) throws IOException {
    for (int rank = 0; rank < RANKS; rank++) {
      try (OutputStream out = Files.newOutputStream(of.resolve("w." + rank + ".et"))) {
        GlobalMetadata.getDefaultInstance().writeDelimitedTo(out);
        Node.newBuilder().setId(1).build().writeDelimitedTo(out);
      }
    }
    return new RunFiles(
        of, "w", "system.json", "network.yml", "memory.json", Optional.empty(), RANKS);
  }

  private static AstraSim astraSim(AstraSimBinary binary, Duration timeout) {
    return new AstraSim(binary, timeout, PATIENCE, FileDescriptors::limit, PLENTY);
  }

  private Verdict run(AstraSim astraSim) throws IOException {
    return astraSim.run(files(), RING, SimulationOptions.DEFAULT, RankProgress.SILENT, () -> false);
  }

  private Verdict run() throws IOException {
    return run(astraSim(standIn.unaware(), PATIENCE));
  }

  private int attempts() throws IOException {
    return Files.readAllLines(folder.resolve("attempts")).size();
  }

  private StandIn counting() {
    return standIn.shell("echo x >>'" + folder + "/attempts'");
  }

  private static void isComplete(Verdict verdict) {
    assertThat(verdict).as(verdict.explanation().toString()).isInstanceOf(Verdict.Complete.class);
    assertThat(verdict.result().status()).isEqualTo(Status.OK);
    assertThat(verdict.ranks()).extracting(RankResult::rank).containsExactly(0, 1, 2, 3);
    assertThat(verdict.ranks())
        .allSatisfy(rank -> assertThat(rank.cycles()).isEqualTo(cycles(rank.rank())));
  }

  @Test
  void ranksAreToldApartByTheirIdsAndProgressIsCounted() throws IOException {
    counting().prints(finished(2, 0)).shell("sleep 0.2").prints(finished(3, 1) + EXITING);
    List<Integer> told = new ArrayList<>();
    Verdict verdict =
        astraSim(standIn.unaware(), PATIENCE)
            .run(
                files(),
                RING,
                SimulationOptions.DEFAULT,
                (finished, ranks) -> {
                  assertThat(ranks).isEqualTo(RANKS);
                  told.add(finished);
                },
                () -> false);
    isComplete(verdict);
    assertThat(verdict.explanation()).isEmpty();
    assertThat(told).containsExactly(1, 2, 3, 4);
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void itIsStartedInTheFolderOfTheFilesWithRelativeNamesAndNothingToRead() throws IOException {
    RunFiles files = files();
    standIn
        .shell("pwd -P >seen; for word; do echo \"$word\"; done >>seen; cat >>seen")
        .prints(finished(0, 1, 2, 3));
    RunFiles withGroups =
        new RunFiles(
            files.folder(),
            "w",
            "system.json",
            "network.yml",
            "memory.json",
            Optional.of("comm_group.json"),
            RANKS);
    SimulationOptions options =
        SimulationOptions.DEFAULT
            .withQueuesPerDimension(3)
            .withInjectionScale(2.5)
            .withRendezvous(true);
    isComplete(
        astraSim(standIn.unaware(), PATIENCE)
            .run(withGroups, RING, options, RankProgress.SILENT, () -> false));
    assertThat(Files.readAllLines(files.folder().resolve("seen")))
        .containsExactly(
            files.folder().toRealPath().toString(),
            "--workload-configuration=w",
            "--system-configuration=system.json",
            "--network-configuration=network.yml",
            "--remote-memory-configuration=memory.json",
            "--comm-group-configuration=comm_group.json",
            "--logging-folder=log1",
            "--num-queues-per-dim=3",
            "--injection-scale=2.5",
            "--rendezvous-protocol=true");
  }

  @Test
  void hugeOutputIsReadInBoundedMemory() throws IOException {
    standIn
        .prints(finished(0))
        .shell("head -c 300000000 /dev/zero")
        .prints("\n" + finished(1))
        .shell("yes '[workload] [debug] issue,sys->id=0, tick=1' | head -n 1000000")
        .shell("yes complaint | head -n 1000000 >&2")
        .prints(finished(2, 3) + EXITING)
        .ends(1);
    isComplete(run());
  }

  @Test
  void aCrashAfterTheLastResultSpoilsNothing() throws IOException {
    counting().prints(finished(0, 1, 2, 3)).ends(-6);
    Verdict verdict = run();
    isComplete(verdict);
    assertThat(verdict.explanation()).singleElement().asString().contains("SIGABRT", "whole");
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void itIsEndedWhenItLingersAfterTheLastResult() throws IOException {
    standIn.prints(finished(0, 1, 2, 3)).shell("exec sleep 1000");
    Verdict verdict =
        run(new AstraSim(standIn.unaware(), PATIENCE, SHORT, FileDescriptors::limit, PLENTY));
    isComplete(verdict);
    assertThat(verdict.explanation()).singleElement().asString().contains("did not end");
  }

  @Test
  void aStallIsSaidWithItsRanks() throws IOException {
    counting()
        .prints(
            finished(1)
                + "[HardwareResource] [critical] !!!Hardware Resource sys.id=0 has unreleased"
                + " nodes!!!\n"
                + EXITING);
    Verdict verdict = run();
    assertThat(verdict).isInstanceOf(Verdict.Stalled.class);
    assertThat(verdict.result().status()).isEqualTo(Status.STALLED);
    assertThat(verdict.explanation().get(0)).contains("3 of 4 ranks", "(0, 2-3)");
    assertThat(verdict.explanation()).anyMatch(line -> line.contains("unreleased nodes"));
    assertThat(verdict.isOfEnvironment()).isFalse();
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void outputThatIsCutIsAskedForOnceMore() throws IOException {
    counting()
        .prints(finished(3, 2))
        .shell("[ $(wc -l <'" + folder + "/attempts') = 1 ] && kill -ABRT $$")
        .prints(finished(1, 0) + EXITING);
    isComplete(run());
    assertThat(attempts()).isEqualTo(2);
  }

  @Test
  void eachAttemptHasItsOwnLog() throws IOException {
    standIn.shell("echo \"$*\" >>'" + folder + "/commands'").prints(finished(3).substring(0, 60));
    Verdict verdict = run();
    assertThat(verdict).isInstanceOf(Verdict.Truncated.class);
    assertThat(verdict.explanation().get(0))
        .contains("each of several runs", "4 of 4 ranks", "(0-3)");
    List<String> commands = Files.readAllLines(folder.resolve("commands"));
    assertThat(commands).hasSize(5);
    assertThat(commands.get(0)).contains("--logging-folder=log1");
    assertThat(commands.get(1)).contains("--logging-folder=log2");
  }

  @Test
  void anAbortThatAstraSimExplainsIsNotAskedForAgain() throws IOException {
    counting()
        .prints(finished(0))
        .complains(
            "astrasim: Device.cpp:51: void Device::connect(): Assertion `!connected(id)' failed.\n")
        .ends(-6);
    Verdict verdict = run();
    assertThat(verdict)
        .isInstanceOfSatisfying(Verdict.Crashed.class, it -> assertThat(it.signal()).isEqualTo(6));
    assertThat(verdict.explanation())
        .anyMatch(line -> line.contains("a ring of 2"))
        .anyMatch(line -> line.startsWith("AstraSim says: astrasim: Device.cpp"));
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void aCrashThatComesEachTimeIsACrash() throws IOException {
    counting().ends(-11);
    Verdict verdict = run();
    assertThat(verdict).isInstanceOf(Verdict.Crashed.class);
    assertThat(verdict.explanation().toString()).contains("SIGSEGV", "doubleBinaryTree");
    assertThat(attempts()).isEqualTo(5);
  }

  @Test
  void aLogThatACrashCutsIsAskedForUpToFiveTimes() throws IOException {
    counting()
        .prints(finished(3, 2))
        .shell(
            "[ $(wc -l <'"
                + folder
                + "/attempts') -lt 5 ] && echo 'double free or corruption (out)' >&2 && kill -ABRT"
                + " $$")
        .prints(finished(1, 0) + EXITING);
    isComplete(run());
    assertThat(attempts()).isEqualTo(5);
  }

  @Test
  void aDoubleFreeIsExplained() throws IOException {
    counting().complains("double free or corruption (out)\n").ends(-6);
    Verdict verdict = run();
    assertThat(verdict).isInstanceOf(Verdict.Crashed.class);
    assertThat(verdict.explanation().toString()).contains("frees an algorithm twice");
    assertThat(attempts()).isEqualTo(5);
  }

  @Test
  void memoryThatIsNotThereIsSaidBeforeTheStart() throws IOException {
    counting().prints(finished(0, 1, 2, 3) + EXITING);
    AstraSimBinary binary = standIn.unaware();
    long needed = RANKS * 1400;
    isComplete(
        run(new AstraSim(binary, PATIENCE, PATIENCE, PLENTY, () -> OptionalLong.of(needed))));
    assertThat(run(new AstraSim(binary, PATIENCE, PATIENCE, PLENTY, () -> OptionalLong.of(5599))))
        .isInstanceOfSatisfying(
            Verdict.NotStarted.class,
            it -> {
              assertThat(it.obstacle()).isEqualTo(Obstacle.LITTLE_MEMORY);
              assertThat(it.reason()).contains("for 4 nodes");
              assertThat(it.isOfEnvironment()).isTrue();
            });
    assertThat(attempts()).isEqualTo(1);
    assertThat(Memory.available(List.of("MemTotal: 9 kB", "MemAvailable:    1024 kB")))
        .hasValue(1 << 20);
    assertThat(Memory.available(List.of("MemAvailable: much"))).isEmpty();
  }

  @Test
  void anExitCodeIsExplained() throws IOException {
    counting().complains("Failed to open file\n").ends(1);
    Verdict verdict = run();
    assertThat(verdict)
        .isInstanceOfSatisfying(Verdict.Failed.class, it -> assertThat(it.exitCode()).isEqualTo(1));
    assertThat(verdict.explanation()).anyMatch(line -> line.contains("ulimit -n"));
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void whoKillsItHalfWayIsNotAstraSim() throws IOException {
    counting().prints(finished(0, 1)).ends(-9);
    Verdict verdict = run();
    assertThat(verdict)
        .isInstanceOfSatisfying(Verdict.Killed.class, it -> assertThat(it.signal()).isEqualTo(9));
    assertThat(verdict.explanation().get(0)).contains("SIGKILL", "2 of 4", "memory");
    assertThat(verdict.isOfEnvironment()).isTrue();
    assertThat(attempts()).isEqualTo(1);
  }

  @Test
  void garbledOutputIsNotReliedOn() throws IOException {
    String beyond =
        "[workload] [info] sys[4] finished, 9 cycles, exposed communication 9 cycles.\n";
    String wide =
        "[workload] [info] sys[1] finished, 18446744073709551616 cycles, exposed communication 9"
            + " cycles.\n";
    String other = "[workload] [info] sys[1] finished, 9 cycles, exposed communication 9 cycles.\n";
    String mixed = "[workload] [info] sys[1] finished, 9 cyc[workload] [info] sys[2]\n";
    for (String line : List.of(beyond, wide, other, mixed)) {
      standIn = new StandIn(folder);
      standIn.prints(finished(0, 1, 2, 3) + line + EXITING);
      Verdict verdict = run();
      assertThat(verdict)
          .isInstanceOfSatisfying(
              Verdict.Garbled.class, it -> assertThat(it.line()).isEqualTo(line.strip()));
      assertThat(verdict.ranks()).isEmpty();
      assertThat(verdict.result().status()).isEqualTo(Status.ERROR);
    }
  }

  @Test
  void whatTheLogHoldsDoesNotReachATerminalAsItIs() throws IOException {
    standIn.complains("\u001b[2Jcleared \u202ereversed\n" + "x".repeat(5000) + "\n").ends(3);
    String text = String.join("\n", run().explanation());
    assertThat(text).contains("[2Jcleared").doesNotContain("\u001b").doesNotContain("\u202e");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(400));
  }

  @Test
  void whenItsTimeIsOverItAndItsChildrenAreEnded() throws Exception {
    standIn
        .shell("sleep 1000 & echo $! >'" + folder + "/child'")
        .shell("trap '' TERM")
        .prints(finished(0))
        .shell("wait");
    Verdict verdict = run(astraSim(standIn.unaware(), Duration.ofSeconds(5)));
    assertThat(verdict).isInstanceOf(Verdict.TimedOut.class);
    assertThat(verdict.explanation().get(0)).contains("5.0 s", "3 of 4 ranks", "--timeout");
    assertThat(verdict.ranks()).hasSize(1);
    isGone(Files.readString(folder.resolve("child")));
  }

  private static void isGone(String pid) throws Exception {
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid.strip()));
    if (process.isPresent()) {
      process.get().onExit().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void whenNobodyWantsTheResultItIsEnded() throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    standIn.shell("echo $$ >'" + folder + "/pid'").prints(finished(0)).shell("exec sleep 1000");
    Verdict verdict =
        astraSim(standIn.unaware(), PATIENCE)
            .run(
                files(),
                RING,
                SimulationOptions.DEFAULT,
                (finished, ranks) -> stopped.set(true),
                stopped::get);
    assertThat(verdict).isInstanceOf(Verdict.Stopped.class);
    assertThat(verdict.isOfEnvironment()).isTrue();
    isGone(Files.readString(folder.resolve("pid")));
  }

  @Test
  void aChildThatKeepsTheOutputOpenDoesNotKeepUs() throws Exception {
    standIn
        .shell("sleep 1000 & echo $! >'" + folder + "/child'")
        .shell("sleep 3")
        .prints(finished(0, 1, 2, 3) + EXITING);
    isComplete(run(new AstraSim(standIn.unaware(), PATIENCE)));
    isGone(Files.readString(folder.resolve("child")));
  }

  @Test
  void runsAtTheSameTimeDoNotMeet() throws Exception {
    AstraSimBinary binary =
        standIn
            .shell("mkdir log1 && cat w.0.et && sleep 0.1 && cat w.1.et w.2.et w.3.et")
            .unaware();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Verdict>> verdicts = new ArrayList<>();
      for (int run = 0; run < 8; run++) {
        long cycles = 100L + run;
        RunFiles files = files();
        for (int rank = 0; rank < RANKS; rank++) {
          Files.writeString(
              files.trace(rank), finished(rank).replace("" + cycles(rank), "" + cycles));
        }
        verdicts.add(
            pool.submit(
                () ->
                    astraSim(binary, PATIENCE)
                        .run(
                            files,
                            RING,
                            SimulationOptions.DEFAULT,
                            RankProgress.SILENT,
                            () -> false)));
      }
      for (int run = 0; run < 8; run++) {
        Verdict verdict = verdicts.get(run).get();
        assertThat(verdict).isInstanceOf(Verdict.Complete.class);
        assertThat(verdict.ranks()).extracting(RankResult::cycles).containsOnly(100L + run);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private void isNotStarted(Verdict verdict, Obstacle obstacle, String... words) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.NotStarted.class, it -> assertThat(it.obstacle()).isEqualTo(obstacle));
    assertThat(verdict.explanation()).singleElement().asString().contains(words);
    assertThat(verdict.isOfEnvironment())
        .isEqualTo(obstacle != Obstacle.KNOWN_LIMIT && obstacle != Obstacle.EMPTY_TRACE);
  }

  @Test
  void aProgramThatCannotBeRunIsSaid() throws IOException {
    Path none = folder.resolve("none");
    isNotStarted(
        run(astraSim(new AstraSimBinary(none), PATIENCE)), Obstacle.NO_BINARY, "none: no such");
    isNotStarted(
        run(astraSim(new AstraSimBinary(folder), PATIENCE)), Obstacle.NOT_EXECUTABLE, "folder");
    Path plain = standIn.script(folder.resolve("plain"), "#!/bin/sh", "rw-r--r--");
    isNotStarted(
        run(astraSim(new AstraSimBinary(plain), PATIENCE)), Obstacle.NOT_EXECUTABLE, "chmod +x");
    Path lost = standIn.script(folder.resolve("lost"), "#!/no/such/interpreter", "rwxr-xr-x");
    isNotStarted(
        run(astraSim(new AstraSimBinary(lost), PATIENCE)), Obstacle.NO_PROGRAM, "lost", "run it");
  }

  @Test
  void tracesThatCannotBeOpenedAreSaidBeforeTheRun() throws IOException {
    RunFiles files = files();
    AstraSim astraSim = astraSim(counting().unaware(), PATIENCE);
    Files.delete(files.trace(2));
    isNotStarted(
        astraSim.run(files, RING, SimulationOptions.DEFAULT, RankProgress.SILENT, () -> false),
        Obstacle.NO_TRACE,
        "rank 2: ",
        "w.2.et: no such file");
    Path readOnly = Path.of("/proc/sys/kernel/ostype");
    assumeThat(Files.isReadable(readOnly)).as("a file that nobody may write").isTrue();
    Files.createSymbolicLink(files.trace(2), readOnly);
    isNotStarted(
        astraSim.run(files, RING, SimulationOptions.DEFAULT, RankProgress.SILENT, () -> false),
        Obstacle.READ_ONLY_TRACE,
        "rank 2: ",
        "chmod u+w");
    assertThat(folder.resolve("attempts")).doesNotExist();
  }

  @Test
  void aTraceWithoutNodesIsSaidBeforeTheRun() throws IOException {
    RunFiles files = files();
    AstraSim astraSim = astraSim(counting().unaware(), PATIENCE);
    try (OutputStream out = Files.newOutputStream(files.trace(1))) {
      GlobalMetadata.getDefaultInstance().writeDelimitedTo(out);
    }
    isNotStarted(
        astraSim.run(files, RING, SimulationOptions.DEFAULT, RankProgress.SILENT, () -> false),
        Obstacle.EMPTY_TRACE,
        "rank 1: ",
        "w.1.et: the trace has no node");
    assertThat(folder.resolve("attempts")).doesNotExist();
  }

  @Test
  void aFileForEachRankMustBeAllowed() throws IOException {
    AstraSimBinary binary = standIn.prints(finished(0, 1, 2, 3)).unaware();
    isNotStarted(
        run(new AstraSim(binary, PATIENCE, PATIENCE, () -> OptionalLong.of(19), PLENTY)),
        Obstacle.FEW_FILE_DESCRIPTORS,
        "4 ranks",
        "may open 19",
        "ulimit -n 20");
    isComplete(run(new AstraSim(binary, PATIENCE, PATIENCE, () -> OptionalLong.of(20), PLENTY)));
    isComplete(run(new AstraSim(binary, PATIENCE, PATIENCE, OptionalLong::empty, PLENTY)));
  }

  @Test
  void whatAstraSimCannotDoIsSaidBeforeTheRun() {
    AstraSim unaware = astraSim(standIn.unaware(), PATIENCE);
    AstraSim aware = astraSim(standIn.binary("AstraSim_Congestion_Aware"), PATIENCE);
    isNotStarted(
        unaware.refusal(network(Topology.RING)).orElseThrow(), Obstacle.KNOWN_LIMIT, "one rank");
    isNotStarted(
        aware.refusal(network(Topology.RING, 2, 4)).orElseThrow(),
        Obstacle.KNOWN_LIMIT,
        "one network dimension",
        "has 2");
    isNotStarted(
        aware.refusal(network(Topology.RING, 2)).orElseThrow(), Obstacle.KNOWN_LIMIT, "ring of 2");
    assertThat(aware.refusal(network(Topology.SWITCH, 2))).isEmpty();
    assertThat(aware.refusal(network(Topology.RING, 4))).isEmpty();
    assertThat(unaware.refusal(network(Topology.RING, 2, 4))).isEmpty();
    assertThat(KnownLimits.warnings(network(Topology.RING, 4), SimulationOptions.DEFAULT))
        .isEmpty();
    assertThat(
            KnownLimits.warnings(
                network(Topology.RING, 2, 2, 2, 2, 2),
                SimulationOptions.DEFAULT.withRendezvous(true)))
        .hasSize(2);
  }

  @Test
  void aTemporaryFolderGoesWithAllInItAndWithoutWhatLinksLeadTo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    Path path;
    try (WorkFolder work = WorkFolder.temporary()) {
      path = work.path();
      work.link("link", file);
      assertThat(path.resolve("link")).hasContent("text");
      Files.createDirectory(path.resolve("log1"));
      Files.writeString(path.resolve("log1/log.log"), "");
      Files.createSymbolicLink(path.resolve("around"), folder);
    }
    assertThat(path).doesNotExist();
    assertThat(file).hasContent("text");
    try (WorkFolder kept = WorkFolder.kept(folder.resolve("a/kept"))) {
      Files.writeString(kept.path().resolve("file"), "");
    }
    try (Stream<Path> files = Files.list(folder.resolve("a/kept"))) {
      assertThat(files).hasSize(1);
    }
  }
}
