package io.heddle.runtime.communication;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import java.util.List;
import java.util.Optional;

/**
 * One sort of communication of a plan.
 *
 * @param collective what all do together; empty for messages from one rank to another: between
 *     stages, or within a group that exchanges by messages
 * @param axes along which those who communicate differ, outermost first; empty for messages from
 *     stage to stage, and for those of which no group is known
 */
@Api
public record Communication(Optional<Collective> collective, List<String> axes) {
  /** The name of {@link #axes} where there are none. */
  public static final String SEND = "send";

  /** Messages from stage to stage. */
  public static final Communication BETWEEN_STAGES = messages(List.of());

  public Communication {
    axes = List.copyOf(axes);
  }

  /** A collective among ranks that differ along these axes. */
  public static Communication of(Collective collective, List<String> axes) {
    return new Communication(Optional.of(collective), axes);
  }

  /** Messages among ranks that differ along these axes. */
  public static Communication messages(List<String> axes) {
    return new Communication(Optional.empty(), axes);
  }

  /** As a machine-readable word: {@code all_gather}; {@code message} without a collective. */
  public String kind() {
    return collective.map(Collective::word).orElse("message");
  }

  /** {@code tp}, {@code dp.cp}; {@link #SEND} where there are none. */
  public String axesName() {
    return axes.isEmpty() ? SEND : String.join(".", axes);
  }

  /** {@code tp all_gather}; {@code send message}. */
  @Override
  public String toString() {
    return axesName() + " " + kind();
  }
}
