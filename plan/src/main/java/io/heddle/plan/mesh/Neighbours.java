package io.heddle.plan.mesh;

import java.util.ArrayList;
import java.util.List;

/**
 * What reaches a member of a group from others near it, where members have a sequence in pieces and
 * each needs what lies next to its own. All members receive alike, also the first and the last,
 * whose pieces nothing lies before or behind: they run one program, and have no use for what comes
 * round the ring.
 *
 * @param members of the group
 * @param sides from where it comes
 * @param piece bytes that a member has for a message at most
 * @param reach bytes that lie as near as is needed, on one side
 */
public record Neighbours(int members, Sides sides, long piece, long reach) {
  /** From which members what is needed comes. */
  public enum Sides {
    /** A member has one piece, and needs what lies before it. */
    BEFORE,

    /**
     * A member has a piece from the front and one from the back, so that what lies before the one
     * is with members before it, and what lies before the other with members behind it.
     */
    AROUND,

    /** A member needs what lies before its part and what lies behind it. */
    BOTH
  }

  /**
   * A message to each member.
   *
   * @param distance how many members before it on the ring the sender is; negative: behind it
   * @param bytes more than 0
   */
  public record Part(int distance, long bytes) {}

  /**
   * The messages that each member receives, the nearest first.
   *
   * @throws ArithmeticException if one has more than 63 bits of bytes
   */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    long left = reach;
    for (int distance = 1; distance < members && left > 0; distance++) {
      long bytes = Math.min(piece, left);
      left -= bytes;
      if (sides == Sides.BEFORE) {
        parts.add(new Part(distance, bytes));
      } else if (2L * distance == members) {
        // The member across the ring is before and behind.
        boolean isAll = sides == Sides.BOTH && bytes > piece - bytes;
        long both = isAll ? piece : Math.multiplyExact(bytes, 2);
        parts.add(new Part(distance, both));
      } else if (sides == Sides.AROUND || 2L * distance < members) {
        parts.add(new Part(distance, bytes));
        parts.add(new Part(-distance, bytes));
      }
    }
    return parts;
  }
}
