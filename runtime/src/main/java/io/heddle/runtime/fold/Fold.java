package io.heddle.runtime.fold;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
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
  private final Machine machine;
  private final BitSet finer;
  private final BitSet unseen;
  private final boolean pairsAreAlike;
  private final int[] colour;
  private final int[] representative;
  private final int[] count;
  private final Symmetry symmetry;
  private final int[][] orbitOfGroup;
  private final Orbit[][] orbits;
  private final List<Rings> kinds;
  private final Map<Integer, LogicalRing> places = new HashMap<>();

  /**
   * @param finer bit k if members of the groups of kind k talk to others than their neighbours; the
   *     bit behind the kinds if collectives of all ranks go through the network by its dimensions
   */
  private Fold(Flattener flattener, Machine machine, BitSet finer) {
    this.flattener = flattener;
    this.allGroups = flattener.groups();
    this.machine = machine;
    this.finer = finer;
    this.kinds = new ArrayList<>(Rings.of(allGroups.parted()));
    if (finer.get(byDimensions())) {
      addDimensions();
    }
    Ways ways = new Ways(new MessageCost(machine), flattener.plan().cluster());
    this.pairsAreAlike = ways.areAlike();
    this.unseen = unseen();
    Colouring colouring = new Colouring(flattener, ways, kinds, finer, unseen);
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
    this.orbitOfGroup = new int[kinds.size()][];
    this.orbits = new Orbit[kinds.size()][];
    if (isFold()) {
      for (int kind = 0; kind < orbits.length; kind++) {
        orbitOfGroup[kind] = colouring.look(kind);
        orbits[kind] = unseen.get(kind) ? new Orbit[] {ofAllRanks(kind)} : orbits(colouring, kind);
      }
    }
  }

  /** In place of a kind of groups, where the dimensions of the network are meant. */
  private int byDimensions() {
    return allGroups.parted().size();
  }

  /** Kinds of groups of all ranks, which go through the network by its dimensions alone. */
  private BitSet unseen() {
    BitSet kindsUnseen = new BitSet();
    for (int kind = 0; kind < byDimensions() && finer.get(byDimensions()); kind++) {
      if (kinds.get(kind).size() == machine.ranks() && !finer.get(kind)) {
        kindsUnseen.set(kind);
      }
    }
    return kindsUnseen;
  }

  /** A group in which one rank of each colour takes part, in no order. */
  private Orbit ofAllRanks(int kind) {
    return new Orbit(
        allGroups.parted().get(kind).id(0),
        1,
        LogicalRing.periodic(kinds.get(kind).members(0), representative));
  }

  private void addDimensions() {
    int stride = 1;
    for (int d = 0; d < machine.network().size(); d++) {
      int size = machine.network().get(d).size();
      if (size > 1) {
        kinds.add(new Rings.OfDimension(machine.ranks(), d, size, stride));
      }
      stride *= size;
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
    return of(flattener, machine, new BitSet());
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

  private static Optional<Fold> of(Flattener flattener, Machine machine, BitSet finer) {
    Fold fold = new Fold(flattener, machine, finer);
    return fold.isFold() ? Optional.of(fold) : Optional.empty();
  }

  private boolean isFold() {
    return colours() < colour.length;
  }

  /**
   * As it is, but members of the groups of a kind may talk to others than their neighbours, or to
   * those that differ from them in one dimension of the network.
   *
   * @param kind as the exception says that asks for it
   */
  public Optional<Fold> finer(int kind) {
    BitSet more = (BitSet) finer.clone();
    more.set(kind);
    return of(flattener, machine, more);
  }

  private Orbit[] orbits(Colouring colouring, int kind) {
    Rings rings = kinds.get(kind);
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
      LogicalRing ring =
          ring(colouring.necklace(kind, first[number]), rings.members(first[number]));
      int id = rings instanceof Rings.OfGroups of ? of.groups().id(first[number]) : 0;
      made[number] = new Orbit(id, alike[number], ring);
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
   * The rings of ranks that differ in one dimension of the network, those that are alike as one.
   *
   * @param dimension of more than one rank
   * @throws FinerColoursException if the colours do not tell apart the places on them
   */
  public List<Orbit> ringsAlong(int dimension) {
    if (!finer.get(byDimensions())) {
      throw new FinerColoursException(byDimensions());
    }
    for (int kind = byDimensions(); kind < orbits.length; kind++) {
      if (kinds.get(kind) instanceof Rings.OfDimension of && of.dimension() == dimension) {
        return List.of(orbits[kind]);
      }
    }
    throw new IllegalArgumentException("the network has no ring along dimension " + dimension);
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
    if (distance == 1) {
      checkRing(group);
    } else {
      checkPairs(group);
    }
    return OptionalInt.of(distance);
  }

  /**
   * Asks for colours that tell the places on the ring of a group apart, if these do not.
   *
   * @throws FinerColoursException if they do not
   */
  public void checkRing(int group) {
    int kind = allGroups.partedOf(group);
    if (unseen.get(kind)) {
      throw new FinerColoursException(kind);
    }
  }

  /**
   * Asks for colours that tell apart the ways from a member of a group to all others, if these do
   * not.
   *
   * @throws FinerColoursException if they do not
   */
  public void checkPairs(int group) {
    checkRing(group);
    int kind = allGroups.partedOf(group);
    if (!pairsAreAlike && !finer.get(kind)) {
      throw new FinerColoursException(kind);
    }
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
