package io.heddle.runtime.communication;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import java.util.Locale;

/** Ways to communicate. */
@Api
public enum CommunicationKind {
  ALL_REDUCE,
  ALL_GATHER,
  REDUCE_SCATTER,
  ALL_TO_ALL,
  /** From one rank to another: between stages, or within a group that exchanges by messages. */
  MESSAGE;

  /** The kind of a collective. */
  public static CommunicationKind of(Collective collective) {
    return switch (collective) {
      case ALL_REDUCE -> ALL_REDUCE;
      case ALL_GATHER -> ALL_GATHER;
      case REDUCE_SCATTER -> REDUCE_SCATTER;
      case ALL_TO_ALL -> ALL_TO_ALL;
    };
  }

  /** As a machine-readable word. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
