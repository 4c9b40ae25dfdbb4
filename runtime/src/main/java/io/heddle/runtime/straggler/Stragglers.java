package io.heddle.runtime.straggler;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.straggler.Straggler.Scope;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/**
 * All that makes kernels of a step last longer or shorter than their work says. Factors multiply.
 *
 * @param slow ranks and stages
 * @param jitter of each kernel of all ranks
 */
@Api
public record Stragglers(List<Straggler> slow, Jitter jitter) {
  /** Every kernel lasts as long as its work says. */
  public static final Stragglers NONE = new Stragglers(List.of(), Jitter.NONE);

  public Stragglers {
    slow = List.copyOf(slow);
  }

  /** Whether no kernel changes. */
  public boolean isNone() {
    return jitter.isNone()
        && slow.stream().allMatch(straggler -> straggler.factor().compareTo(BigDecimal.ONE) == 0);
  }

  /**
   * The factor of all kernels of a rank, in {@link Millionths}: the product of those that concern
   * it, rounded once.
   *
   * @throws InvalidStragglersException if it is more than {@link Straggler#MOST}
   */
  public long factor(int rank, int stage) {
    BigDecimal product = BigDecimal.ONE;
    for (Straggler straggler : slow) {
      if (straggler.concerns(rank, stage)) {
        product = product.multiply(straggler.factor());
        if (Straggler.isTooLarge(product)) {
          throw new InvalidStragglersException(
              "rank %d, of stage %d: its factors make more than %d together"
                  .formatted(rank, stage, Straggler.MOST));
        }
      }
    }
    return Millionths.of(product);
  }

  /**
   * Checks that all ranks and stages exist.
   *
   * @throws InvalidStragglersException if one does not
   */
  public void check(int ranks, int stages) {
    for (Straggler straggler : slow) {
      int all = straggler.scope() == Scope.RANK ? ranks : stages;
      if (straggler.number() >= all) {
        throw new InvalidStragglersException(
            "%s: the plan has %ss 0 to %d".formatted(straggler, straggler.scope(), all - 1));
      }
    }
  }

  /** {@code rank 3 by 1.5, stage 2 by 1.2, jitter 0.05 of seed 7}; {@code none}. */
  @Override
  public String toString() {
    String text = slow.stream().map(Straggler::toString).collect(Collectors.joining(", "));
    if (jitter.isNone()) {
      return text.isEmpty() ? "none" : text;
    }
    return (text.isEmpty() ? "" : text + ", ")
        + "jitter %s of seed %d".formatted(jitter.amplitude(), jitter.seed());
  }
}
