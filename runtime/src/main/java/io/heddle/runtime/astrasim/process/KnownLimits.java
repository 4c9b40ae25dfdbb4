package io.heddle.runtime.astrasim.process;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known of AstraSim before it runs. */
public final class KnownLimits {
  /** Dimensions that AstraSim involves in a collective that does not say which. */
  private static final int INVOLVED_DIMENSIONS = 4;

  private KnownLimits() {}

  /** Why AstraSim cannot run on a network at all: a sentence that says what to do instead. */
  static Optional<String> refusal(AstraSimBinary binary, NetworkConfig network) {
    List<Dimension> dimensions = network.dimensions();
    if (dimensions.isEmpty()) {
      return Optional.of(
          "AstraSim runs no network of one rank; --backend congestion-unaware simulates it");
    }
    if (binary.network().equals(Optional.of(Backend.CONGESTION_AWARE))) {
      if (dimensions.size() > 1) {
        return Optional.of(
            "AstraSim's congestion-aware program takes one network dimension, and this network has "
                + dimensions.size()
                + "; its congestion-unaware program and --backend congestion-aware take more");
      }
      if (dimensions.get(0).topology() == Topology.RING && dimensions.get(0).ranks() == 2) {
        return Optional.of(
            "AstraSim's congestion-aware program aborts on a ring of 2; a switch of 2, its"
                + " congestion-unaware program and --backend congestion-aware do not");
      }
    }
    return Optional.empty();
  }

  /** What may go wrong or mean something else; whole sentences. */
  public static List<String> warnings(NetworkConfig network, SimulationOptions options) {
    List<String> warnings = new ArrayList<>();
    if (options.rendezvous()) {
      warnings.add(
          "With --rendezvous-protocol AstraSim passes sizes through 32 bits: messages of 2 GiB and"
              + " more go wrong.");
    }
    if (network.dimensions().size() > INVOLVED_DIMENSIONS) {
      warnings.add(
          "AstraSim leaves dimensions beyond the fourth out of collectives of all ranks that have"
              + " no attribute involved_dim.");
    }
    return warnings;
  }
}
