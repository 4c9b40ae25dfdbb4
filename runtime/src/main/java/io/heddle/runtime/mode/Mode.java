package io.heddle.runtime.mode;

import io.heddle.plan.marker.Api;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much of a step is simulated, and how much computed. */
@Api
public enum Mode {
  /** Every rank and every micro-batch in one simulation: the answer. */
  FLATTENED,
  /** Each kind of layer simulated once, its time put into a simulated pipeline. */
  HIERARCHICAL,
  /** Each kind of layer simulated once, the pipeline computed. */
  HYBRID,
  /** Closed formulas only. */
  ANALYTICAL;

  /** The mode of this text. */
  public static Optional<Mode> named(String text) {
    return Arrays.stream(values()).filter(mode -> mode.toString().equals(text)).findFirst();
  }

  /** As a user writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
