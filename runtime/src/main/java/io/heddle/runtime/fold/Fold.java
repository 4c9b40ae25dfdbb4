package io.heddle.runtime.fold;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.trace.Flattener;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The ranks of a plan by colour, and what one rank of each colour needs to run for all of them: the
 * ranks that stand for others, the groups that are alike, and names for messages that are alike.
 * Why the ticks are those of all ranks: docs/folding.md.
 */
public final class Fold {
  private final Flattener flattener;
  private final Groups allGroups;
  private final Ways ways;
  private final BitSet pairwise;
  private final int[] colour;
  private final int[] representative;
  private final int[] count;
  private final Symmetry symmetry;
  private final int[][] orbitOfGroup;
  private final Orbit[][] orbits;
  private final Map<Integer, LogicalRing> places = new HashMap<>();

  private Fold(Flattener flattener, Ways ways, BitSet pairwise) {
    this.flattener = flattener;
    this.allGroups = flattener.groups();
    this.ways = ways;
    this.pairwise = pairwise;
    Colouring colouring = new Colouring(flattener, ways, pairwise);
    colouring.refine();
    this.colour = colouring.colour();
    this.representative = new int[colouring.colours()];
    this.count = new int[representative.length];
    for (int rank = 0; rank < colour.length; rank++) {
      if (count[colour[rank]]++ == 0) {
        representative[colour[rank]] = rank;
      }
    }
    this.symmetry = Symmetry.folded(colour.length, representative.length, colouring.splitBy());
    int kinds = colouring.kinds().size();
    this.orbitOfGroup = new int[kinds][];
    this.orbits = new Orbit[kinds][];
    if (isFold()) {
      for (int kind = 0; kind < kinds; kind++) {
        orbitOfGroup[kind] = colouring.look(kind);
        orbits[kind] = orbits(colouring, kind);
      }
    }
  }

  /** What keeps a plan from being folded, if anything that is known without looking at ranks. */
  public static Optional<Unfolded> obstacle(Flattener flattener) {
    if (flattener.ranksToNextStage().isEmpty()) {
      return Optional.of(Unfolded.FOREIGN);
    }
    if (!flattener.stragglers().jitter().isNone()) {
      return Optional.of(Unfolded.JITTER);
    }
    return flattener.mesh().ranks() < 2 ? Optional.of(Unfolded.ALL_DIFFER) : Optional.empty();
  }

  /**
   * Folds a plan; empty where there is an {@linkplain #obstacle obstacle}, or where no rank is like
   * another.
   *
   * @param machine on which it runs
   */
  public static Optional<Fold> of(Flattener flattener, Machine machine) {
    if (obstacle(flattener).isPresent()) {
      return Optional.empty();
    }
    Ways ways = new Ways(new MessageCost(machine), flattener.plan().cluster());
    return of(flattener, ways, new BitSet());
  }

  /**
   * Runs something folded, with finer colours where it asks for them.
   *
   * @param machine on which it runs
   * @param folded empty if it cannot be folded
   * @return empty too if there is nothing to fold
   */
  public static <T> Optional<T> run(
      Flattener flattener, Machine machine, Function<Fold, Optional<T>> folded) {
    Optional<Fold> fold = of(flattener, machine);
    while (fold.isPresent()) {
      try {
        return folded.apply(fold.get());
      } catch (FinerColoursException e) {
        fold = fold.get().finer(e.kind());
      }
    }
    return Optional.empty();
  }

  private static Optional<Fold> of(Flattener flattener, Ways ways, BitSet pairwise) {
    Fold fold = new Fold(flattener, ways, pairwise);
    return fold.isFold() ? Optional.of(fold) : Optional.empty();
  }

  private boolean isFold() {
    return colours() < colour.length;
  }

  /**
   * As it is, but members of the groups of a kind may talk to others than their neighbours.
   *
   * @param kind as the exception says that asks for it
   */
  public Optional<Fold> finer(int kind) {
    BitSet more = (BitSet) pairwise.clone();
    more.set(kind);
    return of(flattener, ways, more);
  }

  private Orbit[] orbits(Colouring colouring, int kind) {
    PartedRanks groups = colouring.kinds().get(kind);
    int[] look = colouring.look(kind);
    int most = Arrays.stream(look).max().orElse(-1);
    int[] first = new int[most + 1];
    long[] alike = new long[most + 1];
    for (int group = look.length - 1; group >= 0; group--) {
      first[look[group]] = group;
      alike[look[group]]++;
    }
    Orbit[] made = new Orbit[most + 1];
    for (int number = 0; number < made.length; number++) {
      LogicalRing ring = ring(colouring.necklace(kind, first[number]), groups.ring(first[number]));
      made[number] = new Orbit(groups.id(first[number]), alike[number], ring);
    }
    return made;
  }

  private LogicalRing ring(Necklace necklace, int[] ring) {
    int[] members = new int[ring.length];
    for (int i = 0; i < members.length; i++) {
      members[i] = ring[(necklace.start() + i) % members.length];
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

  /** The colour of a rank, from 0; colours are numbered in the order of their lowest ranks. */
  public int colour(int rank) {
    return colour[rank];
  }

  /** The colours of all ranks. */
  public int[] colourOfRank() {
    return colour.clone();
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
    int kind = allGroups.partedOf(group);
    return orbits[kind][orbitOfGroup[kind][allGroups.numberOf(group)]];
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
    LogicalRing ring = places.computeIfAbsent(group, id -> LogicalRing.of(group(id).ring()));
    int distance = Math.floorMod(ring.position(to) - ring.position(from), ring.size());
    int kind = allGroups.partedOf(group);
    if (distance != 1 && !pairwise.get(kind)) {
      throw new FinerColoursException(kind);
    }
    return OptionalInt.of(distance);
  }

  private Group group(int id) {
    return Objects.requireNonNull(allGroups.withId(id));
  }

  private boolean neighbours(int from, int to) {
    int stages = flattener.stages();
    int stride = flattener.ranksToNextStage().orElseThrow();
    int on = flattener.stage(to) - flattener.stage(from);
    int least = Math.min(Math.abs(on), stages - Math.abs(on));
    return least == 1 && to - from == on * stride;
  }
}
