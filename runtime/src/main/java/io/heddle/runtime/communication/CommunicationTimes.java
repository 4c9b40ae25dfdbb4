package io.heddle.runtime.communication;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Adds up the time of each rank by what communicates. */
public final class CommunicationTimes implements SimulationObserver {
  private static final int LARGEST_TYPE =
      Arrays.stream(Collective.values()).mapToInt(Collective::chakraType).max().orElseThrow();

  /** Of each list of axes that occurs the messages, then each collective; first without axes. */
  private final List<Communication> sorts = new ArrayList<>();

  private final IntUnaryOperator place;
  private final int[] messageOfGroup;
  private final int[] behindMessage = new int[LARGEST_TYPE + 1];
  private final long[] busy;
  private final long[] exposedTime;
  private final boolean[] occurs;

  /**
   * @param groups of the plan
   * @param ranks of the plan
   */
  public CommunicationTimes(Groups groups, int ranks) {
    this(groups, ranks, IntUnaryOperator.identity());
  }

  /**
   * The times of ranks of which some share a place.
   *
   * @param groups of the plan
   * @param places how many there are
   * @param place of a rank, from 0
   */
  public CommunicationTimes(Groups groups, int places, IntUnaryOperator place) {
    this.place = place;
    int offset = 0;
    for (Collective collective : Collective.values()) {
      behindMessage[collective.chakraType()] = ++offset;
    }
    addSorts(List.of());
    messageOfGroup = new int[groups.largestId() + 1];
    for (PartedRanks parted : groups.parted()) {
      Communication message = Communication.messages(parted.axes());
      if (!sorts.contains(message)) {
        addSorts(parted.axes());
      }
      int sort = sorts.indexOf(message);
      for (int group = 0; group < parted.groups(); group++) {
        messageOfGroup[parted.id(group)] = sort;
      }
    }
    int size = Math.multiplyExact(sorts.size(), places);
    busy = new long[size];
    exposedTime = new long[size];
    occurs = new boolean[size];
  }

  /** Of the same groups and places, without times. */
  private CommunicationTimes(CommunicationTimes like) {
    sorts.addAll(like.sorts);
    place = like.place;
    messageOfGroup = like.messageOfGroup;
    System.arraycopy(like.behindMessage, 0, behindMessage, 0, behindMessage.length);
    busy = new long[like.busy.length];
    exposedTime = new long[like.busy.length];
    occurs = new boolean[like.busy.length];
  }

  private void addSorts(List<String> axes) {
    sorts.add(Communication.messages(axes));
    for (Collective collective : Collective.values()) {
      sorts.add(Communication.of(collective, axes));
    }
  }

  @Override
  public void restart() {
    Arrays.fill(busy, 0);
    Arrays.fill(exposedTime, 0);
    Arrays.fill(occurs, false);
  }

  @Override
  public void completed(
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed) {
    if (kind != NodeKind.SEND && kind != NodeKind.COLLECTIVE) {
      return;
    }
    int sort = messageOfGroup[group] + (kind == NodeKind.SEND ? 0 : behindMessage[collective]);
    int at = place.applyAsInt(rank) * sorts.size() + sort;
    busy[at] += completed - issued;
    exposedTime[at] += exposed;
    occurs[at] = true;
  }

  /**
   * The times in a step that is longer than two others, of which the second repeats something once
   * more than the one of these times.
   *
   * @param second the times in it
   * @param times how often more than in these it is repeated
   * @throws ArithmeticException if a time does not fit into 63 bits
   */
  public CommunicationTimes extended(CommunicationTimes second, long times) {
    CommunicationTimes longer = new CommunicationTimes(this);
    for (int at = 0; at < busy.length; at++) {
      longer.busy[at] = extended(busy[at], second.busy[at], times);
      longer.exposedTime[at] = extended(exposedTime[at], second.exposedTime[at], times);
      longer.occurs[at] = second.occurs[at];
    }
    return longer;
  }

  private static long extended(long first, long second, long times) {
    return Math.addExact(first, Math.multiplyExact(second - first, times));
  }

  /** The times of a rank, of what it did. */
  public List<CommunicationTime> of(int rank) {
    List<CommunicationTime> times = new ArrayList<>();
    for (int sort = 0; sort < sorts.size(); sort++) {
      int at = place.applyAsInt(rank) * sorts.size() + sort;
      if (occurs[at]) {
        times.add(new CommunicationTime(sorts.get(sort), busy[at], exposedTime[at]));
      }
    }
    return times;
  }
}
