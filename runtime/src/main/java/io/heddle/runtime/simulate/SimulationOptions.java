package io.heddle.runtime.simulate;

import io.heddle.plan.marker.Api;
import io.heddle.runtime.fold.Unfolded;
import java.util.Optional;

/**
 * What AstraSim takes from its command line.
 *
 * @param queuesPerDimension queues of chunks that each dimension has, 1 to 1,024
 * @param injectionScale multiplies the endpoint delay, where the system file gives one
 * @param rendezvous whether a message leaves only when its receiver has asked for it
 * @param openLane whether a rank may have any number of sends and collectives under way, not one;
 *     AstraSim cannot. What such a run says of exposed communication counts their time together
 *     once, and no node's by itself
 * @param symmetry whether one rank may run for all that are alike; it changes no result
 */
@Api
public record SimulationOptions(
    Backend backend,
    int queuesPerDimension,
    double injectionScale,
    boolean rendezvous,
    boolean openLane,
    boolean symmetry) {
  /** Most queues that a dimension may have. */
  public static final int MOST_QUEUES = 1024;

  /** As AstraSim does without options. */
  public static final SimulationOptions DEFAULT =
      new SimulationOptions(Backend.CONGESTION_UNAWARE, 1, 1.0, false);

  /** As on AstraSim's command line, with one communication lane. */
  public SimulationOptions(
      Backend backend, int queuesPerDimension, double injectionScale, boolean rendezvous) {
    this(backend, queuesPerDimension, injectionScale, rendezvous, false, true);
  }

  public SimulationOptions {
    if (queuesPerDimension < 1 || queuesPerDimension > MOST_QUEUES) {
      throw new IllegalArgumentException(
          "num-queues-per-dim " + queuesPerDimension + ": must be 1 to " + MOST_QUEUES);
    }
    if (!(injectionScale >= 0) || Double.isInfinite(injectionScale)) {
      throw new IllegalArgumentException(
          "injection-scale " + injectionScale + ": must be 0 or more");
    }
  }

  /** What in these keeps ranks that are alike from being simulated once. */
  public Optional<Unfolded> unfolded() {
    if (!symmetry) {
      return Optional.of(Unfolded.SWITCHED_OFF);
    }
    return backend == Backend.CONGESTION_UNAWARE
        ? Optional.empty()
        : Optional.of(Unfolded.CONGESTION);
  }

  /** The same with another backend. */
  public SimulationOptions with(Backend other) {
    return new SimulationOptions(
        other, queuesPerDimension, injectionScale, rendezvous, openLane, symmetry);
  }

  /** The same with another number of queues. */
  public SimulationOptions withQueuesPerDimension(int queues) {
    return new SimulationOptions(backend, queues, injectionScale, rendezvous, openLane, symmetry);
  }

  /** The same with another scale of the endpoint delay. */
  public SimulationOptions withInjectionScale(double scale) {
    return new SimulationOptions(
        backend, queuesPerDimension, scale, rendezvous, openLane, symmetry);
  }

  /** The same with or without rendezvous. */
  public SimulationOptions withRendezvous(boolean on) {
    return new SimulationOptions(
        backend, queuesPerDimension, injectionScale, on, openLane, symmetry);
  }

  /** The same with one communication lane on each rank, or with as many as it can use. */
  public SimulationOptions withOpenLane(boolean open) {
    return new SimulationOptions(
        backend, queuesPerDimension, injectionScale, rendezvous, open, symmetry);
  }

  /** The same, but one rank may run for all that are alike, or every rank runs by itself. */
  public SimulationOptions withSymmetry(boolean on) {
    return new SimulationOptions(
        backend, queuesPerDimension, injectionScale, rendezvous, openLane, on);
  }
}
