package io.heddle.runtime.fold;

import io.heddle.plan.marker.Api;
import java.util.List;
import java.util.Optional;

/**
 * How many ranks of a plan were simulated, and why so many.
 *
 * @param ranks of the plan
 * @param colours classes of ranks that are alike, of each of which one was simulated; all ranks
 *     where they were not folded
 * @param splitBy what tells ranks apart, in words; empty where they were not folded
 * @param unfolded why every rank was simulated; empty where they were folded
 */
@Api
public record Symmetry(int ranks, int colours, List<String> splitBy, Optional<Unfolded> unfolded) {
  /** What tells ranks apart that belong to different pipeline stages. */
  public static final String BY_STAGE = "pipeline stage";

  public Symmetry {
    splitBy = List.copyOf(splitBy);
  }

  /** One rank of each colour was simulated. */
  public static Symmetry folded(int ranks, int colours, List<String> splitBy) {
    return new Symmetry(ranks, colours, splitBy, Optional.empty());
  }

  /** Every rank was simulated. */
  public static Symmetry unfolded(int ranks, Unfolded why) {
    return new Symmetry(ranks, ranks, List.of(), Optional.of(why));
  }
}
