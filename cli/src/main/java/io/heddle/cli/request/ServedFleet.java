package io.heddle.cli.request;

import io.heddle.cli.output.KernelStarts;
import io.heddle.cli.output.Quantities;
import io.heddle.plan.Device;
import io.heddle.plan.serving.Role;
import io.heddle.processor.diagnose.Span;
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
   * @param stages of a pipeline; 1 without
   * @param device of each rank
   * @param pageBytes of a page, on the fullest rank
   * @param cacheBytes of all pages there; where their number is given it follows from that
   * @param otherBytes what the fullest rank holds besides, in its largest step
   * @param isTooLarge whether both together are more than a device has
   * @param surfaces by the kind of step
   */
  public record Pool(
      Role role,
      List<String> plans,
      int stages,
      Device device,
      long pageBytes,
      long cacheBytes,
      long otherBytes,
      boolean isTooLarge,
      List<Surface> surfaces) {
    private String tooLarge(Span limits) {
      return "%s: the pages of pool `%s` take %s, weights and the largest step %s, but a %s has %s: take fewer pages, or leave `pages` out"
          .formatted(
              limits,
              role.word(),
              Quantities.bytes(cacheBytes),
              Quantities.bytes(otherBytes),
              device.name(),
              Quantities.bytes(device.memoryBytes()));
    }
  }

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

  /**
   * Whole sentences on what no such fleet can be, with their places, and on times that mean
   * nothing.
   *
   * @param serving that says its limits
   */
  public List<String> warnings(Serving serving) {
    List<String> warnings = new ArrayList<>();
    for (Pool pool : pools) {
      if (pool.isTooLarge()) {
        warnings.add(pool.tooLarge(serving.batching().span()));
      }
      if (pool.role() != Role.PREFILL && !KernelStarts.areKnown(pool.device())) {
        warnings.add("pool `%s`: %s".formatted(pool.role().word(), KernelStarts.UNKNOWN));
      }
    }
    return warnings;
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
    if (pools.size() > 1) {
      pools.get(1).checkBehind(pools.get(0));
    }
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
