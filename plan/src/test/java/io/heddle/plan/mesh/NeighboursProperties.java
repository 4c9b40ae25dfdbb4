package io.heddle.plan.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Neighbours.Part;
import io.heddle.plan.mesh.Neighbours.Sides;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What windows reach, token by token, is what messages bring. */
final class NeighboursProperties {
  /** A part of the sequence for each rank, one behind the other. */
  @Property
  void whatLiesBeforeAPart(
      @ForAll @IntRange(min = 1, max = 9) int members,
      @ForAll @IntRange(min = 1, max = 6) int piece,
      @ForAll @IntRange(min = 0, max = 60) int reach) {
    List<Part> parts = new Neighbours(members, Sides.BEFORE, piece, reach).parts();
    assertThat(bytes(parts)).isEqualTo(Math.min(reach, (members - 1) * piece));
    for (int rank = 0; rank < members; rank++) {
      int begin = rank * piece;
      Set<Integer> came = new HashSet<>();
      for (Part part : parts) {
        int end = (rank - part.distance() + 1) * piece;
        add(came, end - (int) part.bytes(), end);
      }
      assertThat(came).containsAll(tokens(Math.max(0, begin - reach), begin));
    }
  }

  @Property
  void whatLiesOnBothSidesOfAPart(
      @ForAll @IntRange(min = 1, max = 9) int members,
      @ForAll @IntRange(min = 1, max = 6) int piece,
      @ForAll @IntRange(min = 0, max = 60) int reach) {
    List<Part> parts = new Neighbours(members, Sides.BOTH, piece, reach).parts();
    assertThat(bytes(parts)).isEqualTo(Math.min(2 * reach, (members - 1) * piece));
    for (int rank = 0; rank < members; rank++) {
      Set<Integer> came = new HashSet<>();
      for (Part part : parts) {
        int sender = Math.floorMod(rank - part.distance(), members);
        int bytes = (int) part.bytes();
        // Of the rank across, which is before and behind, the nearest on each side.
        int first = 2 * part.distance() == members ? Math.min(piece, (bytes + 1) / 2) : bytes;
        boolean all = bytes == piece;
        if (all) {
          add(came, sender * piece, (sender + 1) * piece);
        } else if (2 * part.distance() == members) {
          add(came, sender * piece, sender * piece + first);
          add(came, (sender + 1) * piece - first, (sender + 1) * piece);
        } else if (part.distance() > 0) {
          add(came, (sender + 1) * piece - bytes, (sender + 1) * piece);
        } else {
          add(came, sender * piece, sender * piece + bytes);
        }
      }
      int begin = rank * piece;
      int behind = begin + piece;
      assertThat(came).containsAll(tokens(Math.max(0, begin - reach), begin));
      assertThat(came).containsAll(tokens(behind, Math.min(members * piece, behind + reach)));
    }
  }

  /**
   * Two pieces for each rank: as many from the front as from the back. Where the back reaches over
   * the turn into the front, others than these send it, but no more.
   */
  @Property
  void whatLiesBeforeTwoPieces(
      @ForAll @IntRange(min = 1, max = 9) int members,
      @ForAll @IntRange(min = 1, max = 6) int piece,
      @ForAll @IntRange(min = 0, max = 60) int reach) {
    List<Part> parts = new Neighbours(members, Sides.AROUND, piece, reach).parts();
    assertThat(bytes(parts)).isEqualTo(2L * Math.min(reach, (members - 1) * piece));
    for (int rank = 0; rank < members; rank++) {
      int back = 2 * members - 1 - rank;
      Set<Integer> needed = new HashSet<>();
      add(needed, Math.max(0, rank * piece - reach), rank * piece);
      add(needed, Math.max(0, back * piece - reach), back * piece);
      needed.removeAll(tokens(rank * piece, (rank + 1) * piece));
      assertThat(needed.size()).isLessThanOrEqualTo((int) bytes(parts));
      boolean crossesTurn = rank + (reach + piece - 1) / piece >= members;
      if (!crossesTurn) {
        assertThat(cameAround(parts, members, piece, rank)).containsAll(needed);
      }
    }
  }

  private static Set<Integer> cameAround(List<Part> parts, int members, int piece, int rank) {
    Set<Integer> came = new HashSet<>();
    for (Part part : parts) {
      int sender = Math.floorMod(rank - part.distance(), members);
      boolean across = 2 * Math.abs(part.distance()) == members;
      int bytes = (int) (across ? part.bytes() / 2 : part.bytes());
      if (across || part.distance() > 0) {
        add(came, (sender + 1) * piece - bytes, (sender + 1) * piece);
      }
      if (across || part.distance() < 0) {
        int end = (2 * members - sender) * piece;
        add(came, end - bytes, end);
      }
    }
    return came;
  }

  private static long bytes(List<Part> parts) {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  private static void add(Set<Integer> tokens, int begin, int end) {
    tokens.addAll(tokens(begin, end));
  }

  private static Set<Integer> tokens(int begin, int end) {
    Set<Integer> tokens = new HashSet<>();
    for (int token = begin; token < end; token++) {
      tokens.add(token);
    }
    return tokens;
  }
}
