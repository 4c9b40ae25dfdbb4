package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Sizes;

/**
 * What a rank has of keys and values where they come from neighbours alone: its own part, and as
 * many tokens on each side as messages bring. Elsewhere stands what no result survives.
 */
final class NearRun {
  private static final double ELSEWHERE = 1e6;
  private static final int BYTES = 2;

  private NearRun() {}

  /**
   * Keys or values as the kernels on a rank find them.
   *
   * @param whole all of them, on each rank
   * @param k keys, of which a rank has as many as of {@code v}
   */
  static Spread reached(
      Ring ring, Attend op, Grid grid, Sizes sizes, Spread whole, Spread k, Spread v) {
    Reach reach = ring.reach();
    if (reach == null) {
      return whole;
    }
    Dim over = op.keys();
    Sharding lies = ring.kernel().assignment();
    int all = grid.size(over);
    int own = grid.extent(lies, over);
    return Spread.of(
        grid,
        whole.dims(),
        whole.sharding(),
        rank -> {
          long token = BYTES * (long) (k.part(rank).length() + v.part(rank).length()) / all;
          long near = sizes.of(reach.bytes()) / token;
          boolean after = !op.visible().causal();
          int begin = grid.begin(lies, over, rank);
          Array part = whole.part(rank);
          int place = part.dims().indexOf(over);
          int[] extents = part.dims().stream().mapToInt(part::size).toArray();
          return Array.of(
              part.dims(),
              extents,
              i ->
                  i[place] >= begin - near && i[place] < begin + own + (after ? near : 0)
                      ? part.at(i)
                      : ELSEWHERE);
        });
  }
}
