package io.heddle.cli.request;

import io.heddle.plan.serving.Role;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.FleetSetup;
import io.heddle.runtime.serving.PoolSetup;
import io.heddle.runtime.serving.Routing;
import io.heddle.runtime.serving.TransferLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
   * Of the times of steps, as far as they were asked for.
   *
   * @param kind of step
   * @param all surfaces that they are made of, the one that is asked first
   * @param allowed error that is aimed at
   */
  public record Surface(String kind, List<StepSurface> all, double allowed) {
    /** Steps that were simulated. */
    public int knots() {
      return all.stream().mapToInt(StepSurface::knots).sum();
    }

    /** The largest error of the steps that were drawn at random. */
    public double worst() {
      return all.get(0).worst();
    }

    /** The mean of their errors. */
    public double mean() {
      return all.get(0).mean();
    }

    /** Whether the error that was aimed at is exceeded. */
    public boolean isCoarse() {
      return worst() > allowed;
    }
  }

  /** The fleet of some pools, with so many instances of each as a serve says. */
  public static ServedFleet of(Serving serving, List<BuiltPool> pools) {
    return of(serving, pools, serving.pools().stream().map(Serving.Pool::instances).toList());
  }

  /**
   * The fleet of some pools.
   *
   * @param instances of each
   */
  public static ServedFleet of(Serving serving, List<BuiltPool> pools, List<Integer> instances) {
    List<PoolSetup> setups = new ArrayList<>();
    for (int i = 0; i < pools.size(); i++) {
      setups.add(pools.get(i).setup(instances.get(i)));
    }
    Serving.Transfer transfer = serving.transfer();
    Optional<TransferLine> line =
        transfer == null
            ? Optional.empty()
            : Optional.of(pools.get(pools.size() - 1).line(transfer));
    return new ServedFleet(
        new FleetSetup(
            serving.batching().policy(),
            new Routing(serving.route().leastLoaded(), serving.route().prefix()),
            setups,
            line),
        pools.stream().map(BuiltPool::described).toList());
  }
}
