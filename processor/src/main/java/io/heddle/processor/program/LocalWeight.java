package io.heddle.processor.program;

import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A weight on one rank.
 *
 * @param sharding how it lies
 * @param gradient how its gradient lies when the backward pass has made it: partial over the axes
 *     of its gradient group; null where it has none
 * @param sharedOver where it is frozen, the axes over which its gradient would be a partial sum:
 *     those of ranks that all have it, and may split it between its uses
 */
public record LocalWeight(
    Weight weight, Sharding sharding, @Nullable Sharding gradient, Set<String> sharedOver) {
  public LocalWeight {
    sharedOver = Set.copyOf(sharedOver);
  }

  /** A weight that is trained. */
  public LocalWeight(Weight weight, Sharding sharding, Sharding gradient) {
    this(weight, sharding, gradient, Set.of());
  }

  /** A weight that is frozen. */
  public static LocalWeight frozen(Weight weight, Sharding sharding, Set<String> sharedOver) {
    return new LocalWeight(weight, sharding, null, sharedOver);
  }

  /** Elements of the gradient on one rank. */
  public Size gradientElements() {
    return gradient == null ? Size.ZERO : gradient.elements(weight.dims());
  }

  /** Whether it has a gradient. */
  public boolean isTrained() {
    return gradient != null;
  }

  /** The axes over which its gradient is a partial sum. */
  public Set<String> partial() {
    return gradient == null ? Set.of() : gradient.partial();
  }

  /** The axes that split the gradient where the weight is whole: it is gathered over them last. */
  public List<String> gatheredAxes() {
    List<String> axes =
        gradient == null ? new ArrayList<>() : new ArrayList<>(gradient.splitAxes());
    axes.removeAll(sharding.splitAxes());
    return axes;
  }

  /** Elements of the weight on one rank. */
  public Size elements() {
    return sharding.elements(weight.dims());
  }
}
