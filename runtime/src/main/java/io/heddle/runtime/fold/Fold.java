package io.heddle.runtime.fold;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ranks of a plan by colour, and what one rank of each colour needs to run for all of them: the
 * ranks that stand for others, the groups that are alike, and names for messages that are alike.
 * Why the ticks are those of all ranks: docs/folding.md.
 */
public final class Fold {
  private final Flattener flattener;
  private final MessageCost messages;
  private final BitSet pairwise;
  private final int[] colour;
  private final int[] representative;
  private final int[] count;
  private final Symmetry symmetry;
  private final Map<Integer, Orbit> orbits = new HashMap<>();
  private final Map<Integer, Integer> kindOfGroup = new HashMap<>();
  private final Map<Integer, LogicalRing> places = new HashMap<>();
  private final Map<Integer, Group> groups = new HashMap<>();

  private Fold(Flattener flattener, MessageCost messages, BitSet pairwise) {
    this.flattener = flattener;
    this.messages = messages;
    this.pairwise = pairwise;
    Colouring colouring = new Colouring(flattener, messages, pairwise);
    colouring.refine();
    this.colour = colouring.colour();
    this.representative = new int[colouring.colours()];
    this.count = new int[representative.length];
    Arrays.fill(representative, -1);
    for (int rank = 0; rank < colour.length; rank++) {
      if (count[colour[rank]]++ == 0) {
        representative[colour[rank]] = rank;
      }
    }
    this.symmetry = new Symmetry(colour.length, representative.length, colouring.splitBy());
    for (int kind = 0; kind < colouring.kinds().size(); kind++) {
      orbits(colouring, kind);
    }
  }

  /**
   * Folds a plan; empty where that cannot be, or where no rank is like another.
   *
   * @param machine on which it runs
   */
  public static Optional<Fold> of(Flattener flattener, Machine machine) {
    OptionalInt stride = flattener.ranksToNextStage();
    if (stride.isEmpty()
        || flattener.mesh().ranks() < 2
        || !flattener.stragglers().jitter().isNone()
        || carriesByOutermost(flattener.plan().cluster())) {
      return Optional.empty();
    }
    return of(flattener, new MessageCost(machine), new BitSet());
  }

  /**
   * Whether what is sent carries other sizes by the outermost dimension that it crosses, which the
   * colours, that know the lowest, do not tell apart.
   */
  private static boolean carriesByOutermost(Cluster cluster) {
    List<NetworkDimension> network = cluster.liveDimensions();
    return network.size() > 1 && network.stream().anyMatch(d -> !d.transfers().isEmpty());
  }

  private static Optional<Fold> of(Flattener flattener, MessageCost messages, BitSet pairwise) {
    Fold fold = new Fold(flattener, messages, pairwise);
    return fold.colours() < fold.colour.length ? Optional.of(fold) : Optional.empty();
  }

  /**
   * As it is, but members of the groups of a kind may talk to others than their neighbours.
   *
   * @param kind as the exception says that asks for it
   */
  public Optional<Fold> finer(int kind) {
    BitSet more = (BitSet) pairwise.clone();
    more.set(kind);
    return of(flattener, messages, more);
  }

  private void orbits(Colouring colouring, int kind) {
    List<Group> first = new ArrayList<>();
    List<List<Group>> alike = new ArrayList<>();
    for (Group group : colouring.kinds().get(kind)) {
      int number = colouring.look(kind, group.member(0));
      if (number == first.size()) {
        first.add(group);
        alike.add(new ArrayList<>());
      }
      alike.get(number).add(group);
      kindOfGroup.put(group.id(), kind);
      groups.put(group.id(), group);
    }
    for (int number = 0; number < first.size(); number++) {
      Group one = first.get(number);
      Orbit orbit = new Orbit(one.id(), alike.get(number).size(), ring(colouring, kind, one));
      alike.get(number).forEach(group -> orbits.put(group.id(), orbit));
    }
  }

  private LogicalRing ring(Colouring colouring, int kind, Group group) {
    Necklace necklace = Necklace.of(colouring.ring(kind, group));
    int[] members = new int[group.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = group.member((necklace.start() + i) % members.length);
    }
    int[] standIns = new int[necklace.period()];
    for (int i = 0; i < standIns.length; i++) {
      standIns[i] = representative(members[i]);
    }
    return LogicalRing.periodic(members, standIns);
  }

  /** How many ranks differ, and by what. */
  public Symmetry symmetry() {
    return symmetry;
  }

  /** Number of colours. */
  public int colours() {
    return representative.length;
  }

  /** The colour of a rank, from 0. */
  public int colour(int rank) {
    return colour[rank];
  }

  /** The rank that stands for all of a colour: the lowest of them. */
  public int representativeOf(int ofColour) {
    return representative[ofColour];
  }

  /** The rank that stands for a rank. */
  public int representative(int rank) {
    return representative[colour[rank]];
  }

  /** How many ranks have the colour. */
  public int count(int ofColour) {
    return count[ofColour];
  }

  /** The groups that are like a group. */
  public Orbit orbit(int group) {
    Orbit orbit = orbits.get(group);
    if (orbit == null) {
      throw new IllegalArgumentException("no group " + group);
    }
    return orbit;
  }

  /**
   * How far a message goes: from members of one colour, those that go equally far are alike. It is
   * the distance on the ring of the group; 0 from stage to stage.
   *
   * @param group to which both ranks belong; 0 for a message from stage to stage
   * @return empty if the stages are no neighbours, so that nothing is known of the message
   * @throws FinerColoursException if the colours do not tell such messages apart
   */
  public OptionalInt displacement(int group, int from, int to) {
    if (group == 0) {
      return neighbours(from, to) ? OptionalInt.of(0) : OptionalInt.empty();
    }
    LogicalRing ring = places.computeIfAbsent(group, id -> LogicalRing.of(groups.get(id).ring()));
    int distance = Math.floorMod(ring.position(to) - ring.position(from), ring.size());
    int kind = kindOfGroup.get(group);
    if (distance != 1 && !pairwise.get(kind)) {
      throw new FinerColoursException(kind);
    }
    return OptionalInt.of(distance);
  }

  private boolean neighbours(int from, int to) {
    int stages = flattener.stages();
    int stride = flattener.ranksToNextStage().orElseThrow();
    int on = flattener.stage(to) - flattener.stage(from);
    int least = Math.min(Math.abs(on), stages - Math.abs(on));
    return least == 1 && to - from == on * stride;
  }
}
