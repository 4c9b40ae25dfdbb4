package io.heddle.runtime.simulate.workload;

/** What a rank did with its time: AstraSim's statistics, and its two lanes as they were. */
public final class RankStatistics {
  private static final int COMPUTE = 0;
  private static final int CPU = 1;
  private static final int COMMUNICATION = 2;
  private static final int MEMORY = 3;
  private static final int INVALID = 4;
  private static final int CLASSES = 5;

  // A class's time is that in which at least one of its nodes is under way.
  private final int[] underWay = new int[CLASSES];
  private final long[] since = new long[CLASSES];
  private final long[] total = new long[CLASSES];
  private final boolean[] occurs = new boolean[CLASSES];

  private long wall;
  private long computeTicks;

  private boolean computing;
  private int communicating;
  private long changed;
  private long computed;
  private long communicated;
  private long exposed;
  private long exposedAtIssue;

  private static int classOf(NodeKind kind, boolean cpu) {
    return switch (kind) {
      case COMPUTE -> cpu ? CPU : COMPUTE;
      case SEND, RECEIVE, COLLECTIVE -> COMMUNICATION;
      case LOAD, STORE -> MEMORY;
      case INVALID, METADATA -> INVALID;
    };
  }

  void issue(NodeKind kind, boolean cpu, long now) {
    int of = classOf(kind, cpu);
    occurs[of] = true;
    if (underWay[of]++ == 0) {
      since[of] = now;
    }
    lanes(now);
    if (of == COMPUTE) {
      computing = true;
    } else if (of == COMMUNICATION && kind != NodeKind.RECEIVE) {
      communicating++;
      exposedAtIssue = exposed;
    }
  }

  void complete(NodeKind kind, boolean cpu, long now) {
    int of = classOf(kind, cpu);
    if (--underWay[of] == 0) {
      total[of] += now - since[of];
    }
    wall = now;
    lanes(now);
    if (of == COMPUTE) {
      computing = false;
    } else if (of == COMMUNICATION && kind != NodeKind.RECEIVE) {
      communicating--;
    }
  }

  private void lanes(long now) {
    long span = now - changed;
    if (computing) {
      computed += span;
    }
    if (communicating > 0) {
      communicated += span;
      if (!computing) {
        exposed += span;
      }
    }
    changed = now;
  }

  /** The time counts as computed where AstraSim works out exposed communication. */
  public void countAsCompute(long nanos) {
    computeTicks += nanos;
  }

  /** Time that AstraSim takes off the cycles to get its exposed communication. */
  public long computeTicks() {
    return computeTicks;
  }

  /** Exposed time of the send or collective that has just completed. */
  long exposedOfLast() {
    return exposed - exposedAtIssue;
  }

  /** Time of the last completion. */
  public long wall() {
    return wall;
  }

  /**
   * Whether AstraSim has statistics at all: it gives them up for any node but these two classes.
   */
  public boolean onlyComputeAndCommunication() {
    return !occurs[CPU] && !occurs[MEMORY] && !occurs[INVALID];
  }

  public boolean hasCompute() {
    return occurs[COMPUTE];
  }

  public boolean hasCommunication() {
    return occurs[COMMUNICATION];
  }

  /** Time in which a compute node was under way. */
  public long compute() {
    return total[COMPUTE];
  }

  /** Time in which a collective, a send or a posted receive was under way. */
  public long communication() {
    return total[COMMUNICATION];
  }

  /** Time in which the compute lane was busy. */
  public long computeLane() {
    return computed;
  }

  /** Time in which a send or collective held the communication lane. */
  public long communicationLane() {
    return communicated;
  }

  /** Time in which a send or collective held its lane while the compute lane was idle. */
  public long exposedLane() {
    return exposed;
  }
}
