package io.heddle.runtime.path;

import io.heddle.runtime.communication.Communication;
import java.util.Optional;

/**
 * A part of what the {@link CriticalPath} consists of.
 *
 * @param communication empty for kernels
 * @param operation block and operation of kernels; empty for communication
 * @param nodes of the path
 * @param nanos what they add to it
 */
public record PathShare(
    Optional<Communication> communication, String operation, long nodes, long nanos) {

  /** {@code attention.qkv}; {@code tp all_gather}. */
  public String name() {
    return communication.map(Communication::toString).orElse(operation);
  }

  /** Both of them together. */
  PathShare plus(PathShare other) {
    return new PathShare(communication, operation, nodes + other.nodes, nanos + other.nanos);
  }
}
