package io.heddle.runtime.straggler;

import io.heddle.plan.marker.Api;
import java.math.BigDecimal;

/**
 * A factor for each kernel, uniform over {@code [1 - amplitude, 1 + amplitude]} in steps of a
 * millionth. Its mean is 1, because what a device sustains is a mean over kernels too: what jitter
 * adds to an iteration is waiting for those that happen to be late, and no work.
 *
 * <p>The factor is a pure function of seed, rank and node: the node's number in the sequence that
 * splitmix64 (Steele, Lea and Flood, OOPSLA 2014) makes of the rank's number in the sequence of the
 * seed. So it depends neither on the order in which ranks are asked for nor on the machine.
 *
 * @param amplitude from 0 to 0.5, with up to six digits behind the point
 * @param seed any number; 0 where the amplitude is
 */
@Api
public record Jitter(BigDecimal amplitude, long seed) {
  /** A kernel of 2 ns still lasts the 1 ns below which AstraSim fails. */
  private static final BigDecimal MOST = new BigDecimal("0.5");

  /** Every kernel lasts as long as its work says. */
  public static final Jitter NONE = new Jitter(BigDecimal.ZERO, 0);

  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  /**
   * Checks the amplitude.
   *
   * @throws InvalidStragglersException if there is no such jitter
   */
  public Jitter {
    amplitude = Decimals.plain(amplitude);
    if (amplitude.signum() < 0 || amplitude.compareTo(MOST) > 0) {
      throw new InvalidStragglersException(
          "jitter %s: must be from 0 to %s; 0.05 changes each kernel by up to 5 %%"
              .formatted(amplitude, MOST));
    }
    if (amplitude.scale() > Millionths.DIGITS) {
      throw new InvalidStragglersException(
          "jitter %s: has more than %d digits behind the point"
              .formatted(amplitude, Millionths.DIGITS));
    }
    if (amplitude.signum() == 0) {
      seed = 0;
    }
  }

  /** Whether no kernel changes. */
  public boolean isNone() {
    return amplitude.signum() == 0;
  }

  /** The factors of a rank's kernels. */
  public OfRank of(int rank) {
    return new OfRank(number(seed, rank + 1L), Millionths.of(amplitude));
  }

  /** The factors of one rank's kernels. */
  public static final class OfRank {
    private final long sequence;
    private final long amplitude;

    private OfRank(long sequence, long amplitude) {
      this.sequence = sequence;
      this.amplitude = amplitude;
    }

    /**
     * The factor of a kernel, in {@link Millionths}.
     *
     * @param node its id
     */
    public long factor(long node) {
      long choices = 2 * amplitude + 1;
      // The upper half of a product of 63 random bits and twice the choices: below the choices.
      long choice = Math.multiplyHigh(number(sequence, node) >>> 1, choices << 1);
      return Millionths.ONE - amplitude + choice;
    }
  }

  /** A number of a sequence of splitmix64, from the first. */
  private static long number(long seed, long index) {
    long bits = seed + index * GAMMA;
    bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
    return bits ^ (bits >>> 31);
  }
}
