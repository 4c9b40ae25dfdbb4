package io.heddle.runtime.astrasim;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.chakra.RelativeNames;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of a plan by class. Traces of a class differ in nothing but the groups and ranks that
 * they name, and these lie the same as each rank sees them. Classes are the colours of a fold;
 * where nothing folds every rank is a class.
 */
final class RankClasses {
  private final Groups groups;
  private final int ranks;
  private final @Nullable Fold fold;

  private RankClasses(Flattener flattener, @Nullable Fold fold) {
    this.groups = flattener.groups();
    this.ranks = flattener.mesh().ranks();
    this.fold = fold;
  }

  static RankClasses of(Flattener flattener, Fold fold) {
    return new RankClasses(flattener, fold);
  }

  /** Every rank by itself. */
  static RankClasses single(Flattener flattener) {
    return new RankClasses(flattener, null);
  }

  int count() {
    return fold == null ? ranks : fold.colours();
  }

  int of(int rank) {
    return fold == null ? rank : fold.colour(rank);
  }

  /** The lowest rank of a class. */
  int first(int number) {
    return fold == null ? number : fold.representativeOf(number);
  }

  int ranks(int number) {
    return fold == null ? 1 : fold.count(number);
  }

  /**
   * How the ranks of a class name groups and each other.
   *
   * @throws io.heddle.runtime.fold.FinerColoursException when a message is asked for by which its
   *     ranks differ after all
   */
  RelativeNames names(int number) {
    return new Names(first(number));
  }

  /**
   * Ids of the groups of all ranks that run collectives or send messages.
   *
   * @param counts of the nodes of the first rank of each class
   */
  BitSet usedGroups(CountingSink counts) {
    BitSet ids = new BitSet();
    counts.usedGroups().forEach(group -> ids.set(group.id()));
    if (fold == null) {
      return ids;
    }
    Set<Integer> orbits = new HashSet<>();
    BitSet kinds = new BitSet();
    ids.stream()
        .forEach(
            id -> {
              orbits.add(fold.orbit(id).id());
              kinds.set(groups.partedOf(id));
            });
    kinds.stream()
        .forEach(
            kind -> {
              PartedRanks parted = groups.parted().get(kind);
              for (int group = 0; group < parted.groups(); group++) {
                int id = parted.id(group);
                if (orbits.contains(fold.orbit(id).id())) {
                  ids.set(id);
                }
              }
            });
    return ids;
  }

  private final class Names implements RelativeNames {
    private final int rank;

    /** By kind the distances that the colours are known to tell apart. */
    private final BitSet[] known = new BitSet[groups.parted().size()];

    Names(int rank) {
      this.rank = rank;
    }

    @Override
    public int kind(Group group) {
      return groups.partedOf(group.id());
    }

    @Override
    public int distance(@Nullable Group group, int peer, boolean isReceived) {
      if (group == null) {
        return peer - rank;
      }
      int distance = Math.floorMod(group.position(peer) - group.position(rank), group.size());
      int sent = isReceived ? group.size() - distance : distance;
      if (fold != null && !isKnown(kind(group), sent)) {
        // Colours that do not tell it apart are refused here.
        fold.displacement(group.id(), isReceived ? peer : rank, isReceived ? rank : peer);
        known[kind(group)].set(sent);
      }
      return distance;
    }

    private boolean isKnown(int kind, int distance) {
      BitSet distances = known[kind];
      if (distances == null) {
        distances = new BitSet();
        known[kind] = distances;
      }
      return distances.get(distance);
    }
  }
}
