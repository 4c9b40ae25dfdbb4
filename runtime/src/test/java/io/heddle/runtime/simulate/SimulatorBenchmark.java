package io.heddle.runtime.simulate;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.RepeatedNodes;
import io.heddle.runtime.simulate.workload.Workload;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Trace nodes and messages per second on one core. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SimulatorBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int NODES_OF_RANK = 32;
  private static final int LIBRARY_EVENTS = 1 << 14;
  private static final long BYTES = 1 << 20;

  /** What each rank does again and again. */
  public enum Work {
    /** An event taken from a queue of the Java library and put back: what others compare with. */
    BASELINE,
    POINT_TO_POINT,
    RING_AT_ONCE,
    RING_BY_EVENTS,
    DIRECT,
    PLAN
  }

  private record Event(long time, long action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return Long.compare(time, other.time);
    }
  }

  /** What was simulated, and the CPU time it took, per second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Simulated {
    public long nodes;
    public long messages;

    /** CPU time of the thread: on a busy machine the measure to divide the others by. */
    public long cpuNanos;
  }

  @Param({"BASELINE", "POINT_TO_POINT", "RING_AT_ONCE", "RING_BY_EVENTS", "DIRECT", "PLAN"})
  private Work work = Work.BASELINE;

  @Param({"64", "1024"})
  private int ranks = 64;

  private Simulator simulator = simulator("ring");
  private Workload workload = new FlattenerWorkload(plan(64));
  private final PriorityQueue<Event> library = new PriorityQueue<>();

  private Simulator simulator(String algorithm) {
    return new Simulator(
        TestMachine.input(
            TestMachine.system(1, 1600, algorithm),
            TestMachine.line(Topology.SWITCH, ranks, 100, 500),
            Map.of()),
        SimulationOptions.DEFAULT);
  }

  private static SmallFlattener plan(int ranks) {
    return new SmallFlattener(
        new SmallFlattener.Shape(8, ranks / 16, 2),
        4,
        8,
        4096,
        Schedule.of("one_f_one_b"),
        Recompute.NONE);
  }

  /** Makes machine and workload. */
  @Setup
  public void prepare() {
    for (int rank = 0; rank < ranks; rank++) {
      library.add(new Event(rank, rank));
    }
    simulator = simulator(work == Work.DIRECT ? "direct" : "ring");
    workload =
        switch (work) {
          case BASELINE, PLAN -> new FlattenerWorkload(plan(ranks));
          case POINT_TO_POINT -> new RepeatedNodes(ranks, NODES_OF_RANK, false, BYTES, true);
          case RING_AT_ONCE -> new RepeatedNodes(ranks, NODES_OF_RANK, true, BYTES, true);
          case RING_BY_EVENTS, DIRECT -> new RepeatedNodes(ranks, 2, true, BYTES, false);
        };
    if (work == Work.PLAN) {
      simulator =
          new Simulator(StreamingTest.machine(plan(ranks), false), SimulationOptions.DEFAULT);
    }
  }

  private long baseline() {
    for (int i = 0; i < LIBRARY_EVENTS; i++) {
      Event event = library.remove();
      library.add(new Event(event.time + 1 + (event.action & 7), event.action + 1));
    }
    return library.element().time;
  }

  /** One whole simulation; of the baseline, 2^14 events with one pending for each rank. */
  @Benchmark
  public long simulate(Simulated simulated) {
    long begin = THREADS.getCurrentThreadCpuTime();
    long result = work(simulated);
    simulated.cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
    return result;
  }

  private long work(Simulated simulated) {
    if (work == Work.BASELINE) {
      simulated.nodes += LIBRARY_EVENTS;
      simulated.messages += LIBRARY_EVENTS;
      return baseline();
    }
    SimulationResult result = simulator.run(workload);
    simulated.nodes += result.nodes();
    simulated.messages += result.messages();
    return result.maxCycles();
  }
}
