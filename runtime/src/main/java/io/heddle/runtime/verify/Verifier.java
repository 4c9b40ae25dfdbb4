package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.Workload;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Verifies a set of traces, whoever made them. Each rank is read once and reduced to its
 * communication; then the set is run without times. Only where the order of a communication lane is
 * open, times decide: then the embedded simulator is asked.
 */
public final class Verifier {
  private static final int EARLY_RECEIVES = 2;

  /** With these a set cannot be run. */
  private static final Set<Rule> FATAL =
      EnumSet.of(Rule.MACHINE, Rule.TRACE, Rule.CIRCLE, Rule.NODE, Rule.DURATION, Rule.COLLECTIVE);

  /** Hears how many ranks have been read. */
  @FunctionalInterface
  public interface Progress {
    /** Tells nobody. */
    Progress SILENT = (read, ranks) -> {};

    /** One more rank is read. Calls come from any thread, in any order. */
    void read(int read, int ranks);
  }

  private final Workload workload;
  private final TraceSetting setting;
  private final FindingCollector findings = new FindingCollector();
  private final CheckedRank[] traces;

  private Verifier(Workload workload, TraceSetting setting) {
    this.workload = workload;
    this.setting = setting;
    this.traces = new CheckedRank[workload.ranks()];
  }

  /** Verifies a plan, which is never written. */
  public static Verification verify(Flattener flattener) {
    return verify(new FlattenerWorkload(flattener), TraceSetting.of(flattener));
  }

  /** Verifies traces on a machine, reading as many at once as there are processors. */
  public static Verification verify(Workload workload, TraceSetting setting) {
    int threads = Runtime.getRuntime().availableProcessors();
    return verify(workload, setting, threads, Progress.SILENT);
  }

  /**
   * Verifies traces on a machine.
   *
   * @param threads traces that are read at once; they change no finding
   */
  public static Verification verify(
      Workload workload, TraceSetting setting, int threads, Progress progress) {
    return new Verifier(workload, setting).verify(threads, progress);
  }

  private Verification verify(int threads, Progress progress) {
    int expected = setting.machine().network().ranks();
    if (expected != traces.length) {
      return Verification.refused(
          Rule.RANKS,
          "there are traces of "
              + traces.length
              + " ranks, but the network has "
              + expected
              + ": they must be the same");
    }
    warnings();
    read(threads, progress);
    long nodes = 0;
    for (CheckedRank trace : traces) {
      findings.addAll(trace.findings());
      nodes += trace.nodes();
    }
    boolean ends = findings.list().stream().noneMatch(Verifier::isFatal);
    if (ends) {
      ends = setting.machine().system().replayOnly() ? endsInReplay() : ends();
    }
    warnOfReceives();
    return new Verification(findings.list(), ends, traces.length, nodes);
  }

  private static boolean isFatal(Finding finding) {
    return finding.severity() == FindingSeverity.ERROR && FATAL.contains(finding.rule());
  }

  private void read(int threads, Progress progress) {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            unused -> {
              RankReader reader = new RankReader(setting);
              for (int rank = next.getAndIncrement();
                  rank < traces.length;
                  rank = next.getAndIncrement()) {
                traces[rank] = reader.read(workload, rank);
                progress.read(done.incrementAndGet(), traces.length);
              }
            });
  }

  private void warnings() {
    SystemConfig system = setting.machine().system();
    system.warnings().forEach(warning -> findings.warning(Rule.MEANING, warning));
  }

  /** Nobody waits for others there; only a rank's memory, or its last node, may keep it. */
  private boolean endsInReplay() {
    return !onlyARunTells() || simulate();
  }

  /** Whether the machine does what is not known but by running it, or some rank may fail so. */
  private boolean onlyARunTells() {
    SystemConfig system = setting.machine().system();
    return !system.custom().isEmpty()
        || system.bus().isPresent()
        || system.memoryTrace().isPresent()
        || setting.options().backend() == Backend.CONGESTION_AWARE
        || Arrays.stream(traces).anyMatch(CheckedRank::onlyARunTells);
  }

  private boolean ends() {
    List<Skeleton> skeletons =
        Arrays.stream(traces).map(CheckedRank::skeleton).flatMap(Optional::stream).toList();
    if (!setting.machine().system().custom().isEmpty()) {
      // What runs in place of a collective sends messages like everybody's.
      GroupRules.check(skeletons, setting, findings);
      return simulate();
    }
    Optional<Boolean> always = endsAtAnyTime(skeletons);
    if (always.isPresent() && always.get() && onlyARunTells()) {
      warnOfOrder("");
      return simulate();
    }
    if (always.isPresent()) {
      warnOfOrder("");
      return always.get();
    }
    // The simulator has the nodes of all ranks: what was made of them before is let go.
    Arrays.setAll(traces, rank -> traces[rank].withoutSkeleton());
    boolean ends = simulate();
    warnOfOrder(ends ? "; with the times of this machine every rank ends" : "");
    return ends;
  }

  /** Whether every rank ends; empty if that depends on times. */
  private Optional<Boolean> endsAtAnyTime(List<Skeleton> all) {
    GroupRules.check(all, setting, findings);
    Skeleton[] skeletons = all.toArray(new Skeleton[0]);
    boolean[] open = new boolean[traces.length];
    boolean timeDecides = false;
    for (int rank = 0; rank < open.length; rank++) {
      open[rank] = traces[rank].timeDecides();
      timeDecides |= open[rank] && (traces[rank].takesNoTime() || blocks(skeletons[rank]));
    }
    UntimedRun run = new UntimedRun(skeletons, setting);
    boolean ends = run.run();
    if (!ends || !run.allReceived()) {
      compare(skeletons, open);
    }
    if (timeDecides) {
      return Optional.empty();
    }
    if (!ends) {
      Standstill.explain(run, findings);
    }
    return Optional.of(ends);
  }

  /** Whether the rank has anything that holds its communication lane until another rank acts. */
  private boolean blocks(Skeleton skeleton) {
    for (int event = 0; event < skeleton.size; event++) {
      if (skeleton.kind[event] == Skeleton.COLLECTIVE
          || (setting.rendezvous() && skeleton.kind[event] == Skeleton.SEND)) {
        return true;
      }
    }
    return false;
  }

  private void compare(Skeleton[] skeletons, boolean[] open) {
    Matching.check(skeletons, findings);
    Sequences.check(skeletons, open, setting, findings);
  }

  private boolean simulate() {
    SimulationResult result = new Simulator(setting.machine(), setting.options()).run(workload);
    result.diagnosis().forEach(line -> findings.error(Rule.TERMINATION, line));
    return result.status() == SimulationResult.Status.OK;
  }

  private void warnOfOrder(String end) {
    warnOfOrder("communication", CheckedRank::openCommunication, end);
    warnOfOrder("compute", CheckedRank::openCompute, "");
  }

  private void warnOfOrder(
      String lane, Function<CheckedRank, List<Finding.Node>> pair, String end) {
    List<List<Finding.Node>> open =
        Arrays.stream(traces).map(pair).filter(Predicate.not(List::isEmpty)).toList();
    if (!open.isEmpty()) {
      Finding.Node one = open.get(0).get(0);
      Finding.Node other = open.get(0).get(1);
      findings.warning(
          Rule.ORDER,
          ranks(open.size())
              + " the order of the "
              + lane
              + " lane to time: on rank "
              + one.rank()
              + " neither of the nodes "
              + Long.toUnsignedString(one.id())
              + " and "
              + Long.toUnsignedString(other.id())
              + " waits for the other"
              + end,
          one,
          other);
    }
  }

  private static String ranks(int count) {
    return count == 1 ? "1 rank leaves" : count + " ranks leave";
  }

  private void warnOfReceives() {
    List<Integer> early = new ArrayList<>();
    for (int rank = 0; rank < traces.length; rank++) {
      if (traces[rank].earlyReceives() >= EARLY_RECEIVES) {
        early.add(rank);
      }
    }
    if (!early.isEmpty()) {
      int rank = early.get(0);
      findings.warning(
          Rule.EARLY_RECEIVE,
          "on "
              + early.size()
              + " of "
              + traces.length
              + " ranks several receives wait for nothing, on rank "
              + rank
              + " "
              + traces[rank].earlyReceives()
              + ": AstraSim posts them at t = 0 and counts communication from then on");
    }
  }
}
