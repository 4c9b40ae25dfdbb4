package io.heddle.processor.program;

import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * A weight on one rank.
 *
 * @param sharding how it lies
 * @param gradient how its gradient lies when the backward pass has made it: partial over the axes
 *     of its gradient group
 */
public record LocalWeight(Weight weight, Sharding sharding, Sharding gradient) {
  /** Elements of the gradient on one rank. */
  public Size gradientElements() {
    return gradient.elements(weight.dims());
  }

  /** The axes that split the gradient where the weight is whole: it is gathered over them last. */
  public List<String> gatheredAxes() {
    List<String> axes = new ArrayList<>(gradient.splitAxes());
    axes.removeAll(sharding.splitAxes());
    return axes;
  }

  /** Elements of the weight on one rank. */
  public Size elements() {
    return sharding.elements(weight.dims());
  }
}
