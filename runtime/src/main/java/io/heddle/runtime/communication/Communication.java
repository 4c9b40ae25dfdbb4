package io.heddle.runtime.communication;

import io.heddle.plan.marker.Api;
import java.util.List;

/**
 * One sort of communication of a plan.
 *
 * @param axes along which those who communicate differ, outermost first; empty for messages from
 *     stage to stage, and for those of which no group is known
 */
@Api
public record Communication(CommunicationKind kind, List<String> axes) {
  /** The name of {@link #axes} where there are none. */
  public static final String SEND = "send";

  /** Messages from stage to stage. */
  public static final Communication BETWEEN_STAGES =
      new Communication(CommunicationKind.MESSAGE, List.of());

  public Communication {
    axes = List.copyOf(axes);
  }

  /** {@code tp}, {@code dp.cp}; {@link #SEND} where there are none. */
  public String axesName() {
    return axes.isEmpty() ? SEND : String.join(".", axes);
  }

  /** {@code tp all_gather}; {@code send message}. */
  @Override
  public String toString() {
    return axesName() + " " + kind.text();
  }
}
