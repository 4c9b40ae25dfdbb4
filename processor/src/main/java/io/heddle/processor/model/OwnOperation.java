package io.heddle.processor.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a declaration says of an operation, with the dimensions that its names stand for where it is
 * applied. Along dimensions of which it says nothing, each place of the result depends on that
 * place of the arguments alone, so that any axes may split them.
 *
 * @param name as declared
 * @param backward of the kernel that makes all gradients; null where it does the work of the
 *     forward pass once for each of them
 * @param isLinear whether the result is linear in all arguments together, so that gradients depend
 *     on none of them
 * @param whole dimensions that each rank needs whole
 * @param halo what a rank needs of the part before its own; null for nothing
 * @param scan how what comes before a rank's part reaches it; null where it need not
 */
public record OwnOperation(
    String name,
    Function.Cost forward,
    Function.@Nullable Cost backward,
    boolean isLinear,
    List<Dim> whole,
    @Nullable Halo halo,
    @Nullable Scan scan) {
  public OwnOperation {
    whole = List.copyOf(whole);
  }

  /**
   * Places before a rank's part that it reads.
   *
   * @param places how many, over the names of dimensions
   */
  public record Halo(Function.Part places, Dim over) {}

  /**
   * A recurrence along a dimension.
   *
   * @param carry the dimensions of each tensor of its state
   * @param cost of the kernel that makes the state that a part leaves
   */
  public record Scan(Dim over, List<List<Dim>> carry, Function.Cost cost) {
    public Scan {
      carry = carry.stream().map(List::copyOf).toList();
    }
  }

  /** Whether what it makes at one place depends on other places of a dimension. */
  public boolean reaches(Dim dim) {
    return whole.contains(dim)
        || (halo != null && halo.over().equals(dim))
        || (scan != null && scan.over().equals(dim));
  }
}
