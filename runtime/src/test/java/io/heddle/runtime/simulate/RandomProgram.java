package io.heddle.runtime.simulate;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random workload: steps in an order on which all ranks agree. With chained lanes it always ends;
 * without them small ids may overtake, and ranks may come to wait for each other.
 */
public final class RandomProgram {
  private static final int GROUPS = 3;
  // AstraSim counts a rank's collectives in smaller groups among those of all ranks: where both
  // occur, those of all ranks soon do not meet.
  private static final int ALL_RANKS = 0;
  private static final int SMALLER_GROUPS = 1;
  private static final int MIXTURES = 5;
  // AstraSim fails where a message of the first tick leaves its link in that tick.
  private static final long LEAST_BYTES = 64;

  private static final List<Collective> COLLECTIVES = List.of(Collective.values());

  public final Map<Integer, int[]> groups = new HashMap<>();
  public final List<Map<Long, List<Long>>> parents = new ArrayList<>();
  private final List<EtBytes> traces = new ArrayList<>();
  private final long[] lastCompute;
  private final long[] lastCommunication;
  private final long[] nextId;
  private final boolean chained;
  private final Random random;
  private final int mixture;
  private long messages;
  private long bytesSent;

  public RandomProgram(long seed, int ranks, int steps, boolean chained) {
    this.random = new Random(seed);
    this.chained = chained;
    this.mixture = random.nextInt(MIXTURES) / 2;
    this.lastCompute = new long[ranks];
    this.lastCommunication = new long[ranks];
    this.nextId = new long[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      traces.add(new EtBytes());
      parents.add(new HashMap<>());
    }
    for (int id = 1; id <= GROUPS && ranks > 2; id++) {
      groups.put(id, someRanks(ranks));
    }
    for (int rank = 0; rank < ranks; rank++) {
      compute(rank);
    }
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(4)) {
        case 0 -> compute(random.nextInt(ranks));
        case 1 -> message(ranks);
        default -> collective(ranks);
      }
    }
  }

  private int[] someRanks(int ranks) {
    List<Integer> all = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      all.add(rank);
    }
    java.util.Collections.shuffle(all, random);
    int size = 2 + random.nextInt(ranks - 1);
    return all.subList(0, size).stream().mapToInt(Integer::intValue).toArray();
  }

  private void compute(int rank) {
    long id = nextId[rank]++;
    // Equal durations make many things happen in the same tick.
    EtBytes.Node node = EtBytes.compute(id, random.nextInt(4));
    add(rank, id, node, lastCompute, true);
  }

  private void message(int ranks) {
    int from = random.nextInt(ranks);
    int to = (from + 1 + random.nextInt(ranks - 1)) % ranks;
    int tag = random.nextInt(3);
    long bytes = LEAST_BYTES + random.nextInt(1 << 16);
    long sendId = nextId[from]++;
    long receiveId = nextId[to]++;
    add(from, sendId, EtBytes.send(sendId, to, tag, bytes), lastCommunication, true);
    add(to, receiveId, EtBytes.receive(receiveId, from, tag, bytes), lastCommunication, false);
    messages++;
    bytesSent += bytes;
  }

  private void collective(int ranks) {
    int group =
        switch (mixture) {
          case ALL_RANKS -> 0;
          case SMALLER_GROUPS -> groups.isEmpty() ? 0 : 1 + random.nextInt(GROUPS);
          default -> groups.isEmpty() ? 0 : random.nextInt(GROUPS + 1);
        };
    Collective collective = COLLECTIVES.get(random.nextInt(COLLECTIVES.size()));
    long bytes = LEAST_BYTES + random.nextInt(1 << 20);
    int[] members = groups.getOrDefault(group, allOf(ranks));
    long n = members.length;
    long ofEach =
        switch (collective) {
          case ALL_REDUCE -> 2 * (n - 1);
          case REDUCE_SCATTER, ALL_GATHER -> n - 1;
          case ALL_TO_ALL -> n * (n - 1) / 2;
        };
    messages += n * ofEach;
    bytesSent += n * ofEach * (collective == Collective.ALL_GATHER ? bytes : bytes / n);
    for (int member : members) {
      long id = nextId[member]++;
      EtBytes.Node node = EtBytes.collective(id, collective, group, bytes);
      add(member, id, node, lastCommunication, true);
    }
  }

  private static int[] allOf(int ranks) {
    return java.util.stream.IntStream.range(0, ranks).toArray();
  }

  private void add(int rank, long id, EtBytes.Node node, long[] last, boolean inLane) {
    List<Long> before = new ArrayList<>();
    if (id > 0) {
      if ((chained && last[rank] > 0) || !inLane) {
        before.add(Math.max(0, last[rank] - 1));
      }
      if (random.nextBoolean()) {
        before.add((long) random.nextInt((int) id));
      }
    }
    before.forEach(node::after);
    parents.get(rank).put(id, before);
    traces.get(rank).add(node);
    if (inLane) {
      last[rank] = id + 1;
    }
  }

  /** Messages that leave if every collective is one ring, in one chunk. */
  public long messages() {
    return messages;
  }

  /** Bytes that leave then. */
  public long bytesSent() {
    return bytesSent;
  }

  public TraceWorkload workload() {
    return TestMachine.traces(traces);
  }
}
