package io.heddle.cli.request;

import io.heddle.plan.serving.Role;
import io.heddle.runtime.serving.FleetSetup;
import java.util.List;

/**
 * A fleet, and how it was made of plans.
 *
 * @param setup of the simulation
 * @param pools as they were made
 */
public record ServedFleet(FleetSetup setup, List<Pool> pools) {
  /**
   * A pool.
   *
   * @param plans of its steps
   * @param deviceName of its devices
   * @param pageBytes of a page, on the fullest rank
   * @param cacheBytes of all pages there; where their number is given it follows from that
   * @param otherBytes what the fullest rank holds besides, in its largest step
   * @param surfaces by the kind of step
   */
  public record Pool(
      Role role,
      List<String> plans,
      String deviceName,
      long pageBytes,
      long cacheBytes,
      long otherBytes,
      List<Surface> surfaces) {}

  /**
   * How a surface was made.
   *
   * @param kind of step
   * @param knots steps that were simulated
   * @param worst error of the steps that were drawn at random last
   * @param mean of their errors
   * @param allowed error that was aimed at
   */
  public record Surface(String kind, int knots, double worst, double mean, double allowed) {
    /** Whether the error that was aimed at is exceeded. */
    public boolean isCoarse() {
      return worst > allowed;
    }
  }
}
