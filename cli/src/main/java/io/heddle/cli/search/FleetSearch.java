package io.heddle.cli.search;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.failure.Workers;
import io.heddle.cli.request.PoolBuilder;
import io.heddle.cli.request.ServedFleet;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.model.ServeAim;
import io.heddle.processor.model.ServeSearch;
import io.heddle.runtime.serving.LoadSimulation;
import io.heddle.runtime.serving.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Finds the best fleets for requests. First every fleet is looked at: whether its plans can be, and
 * what it reaches at best. Then requests are served by those that are best at best, until none that
 * is left can be better than those found. What is simulated does not depend on the number of
 * threads.
 */
public final class FleetSearch {
  /** Fleets that serve the requests before it is asked again which are worth it. */
  private static final int TOGETHER = 4;

  private final ServeSearch search;
  private final Requests requests;
  private final PoolBuilder builder;
  private final Settings settings;
  private final BooleanSupplier interrupted;
  private final SearchRun.Listener listener;
  private final SearchCounts counts = new SearchCounts();

  /**
   * How to search.
   *
   * @param best how many fleets are looked for
   */
  public record Settings(int best, int threads) {}

  /**
   * A search.
   *
   * @param builder of pools for these requests
   * @param interrupted says that it is to end
   */
  public FleetSearch(
      ServeSearch search,
      Requests requests,
      PoolBuilder builder,
      Settings settings,
      BooleanSupplier interrupted,
      SearchRun.Listener listener) {
    this.search = search;
    this.requests = requests;
    this.builder = builder;
    this.settings = settings;
    this.interrupted = interrupted;
    this.listener = listener;
  }

  /**
   * What was found.
   *
   * @param points of the space
   * @param best fleets, the best first
   */
  public record Result(long points, SearchCounts counts, List<FoundFleet> best) {
    public Result {
      best = List.copyOf(best);
    }
  }

  /**
   * Searches.
   *
   * @throws Failure if it is interrupted
   */
  public Result run() {
    long points = search.size();
    List<FleetCandidate> fleets =
        new FleetSpace(
                search,
                builder,
                new RequestProfile(requests),
                counts,
                interrupted,
                looked -> listener.looked(looked, points))
            .candidates();
    fleets.sort(FleetCandidate.ORDER);
    ExecutorService workers = Workers.of(settings.threads(), "fleet");
    try {
      List<FoundFleet> best = best(workers, fleets);
      counts.bound(fleets.size() - counts.ofSimulated());
      return new Result(points, counts, best);
    } finally {
      workers.shutdownNow();
    }
  }

  /** A fleet with what it costs. */
  private record Served(FleetCandidate fleet, FoundFleet found) {}

  private List<FoundFleet> best(ExecutorService workers, List<FleetCandidate> fleets) {
    List<Served> best = new ArrayList<>();
    int from = 0;
    while (from < fleets.size()) {
      List<Future<Served>> wave = new ArrayList<>();
      while (from < fleets.size()
          && wave.size() < TOGETHER
          && mayBeBetter(fleets.get(from), best)) {
        FleetCandidate fleet = fleets.get(from++);
        wave.add(workers.submit(() -> serve(fleet)));
      }
      if (wave.isEmpty()) {
        // What fleets reach at best only gets worse from here.
        break;
      }
      listener.simulated(from, fleets.size());
      for (Future<Served> each : wave) {
        Served served = Workers.result(each);
        if (!search.aim().wantsGoals() || served.found.isGood(goals())) {
          best.add(served);
        }
      }
      best.sort((one, other) -> FleetCandidate.ORDER.compare(one.fleet, other.fleet));
      if (best.size() > settings.best()) {
        best.subList(settings.best(), best.size()).clear();
      }
    }
    return best.stream().map(Served::found).toList();
  }

  private List<Goal> goals() {
    return search.serving().goals();
  }

  private boolean mayBeBetter(FleetCandidate fleet, List<Served> best) {
    return best.size() < settings.best()
        || FleetCandidate.ORDER.compare(fleet, best.get(best.size() - 1).fleet) < 0;
  }

  private Served serve(FleetCandidate fleet) {
    if (interrupted.getAsBoolean()) {
      throw Failure.environment("interrupted");
    }
    counts.simulated();
    ServedFleet served = ServedFleet.of(fleet.serving(), fleet.pools(), fleet.instances());
    FoundFleet found;
    try {
      LoadSimulation.check(requests, served.setup());
      found =
          FoundFleet.of(
              fleet.number(),
              fleet.values(),
              fleet.gpus(),
              goals(),
              LoadSimulation.run(requests, served.setup(), done -> {}));
    } catch (IllegalArgumentException e) {
      throw Failure.wrongInput(String.valueOf(e.getMessage()));
    } catch (ArithmeticException e) {
      throw Failure.wrongInput("the run takes longer than 63 bits of ns hold: 292 years");
    }
    double next = search.aim() == ServeAim.GPUS ? found.endToEnd() : 0;
    return new Served(fleet.costing(cost(found), next), found);
  }

  private double cost(FoundFleet fleet) {
    return switch (search.aim()) {
      case GPUS -> fleet.gpus();
      case GOODPUT_PER_GPU -> cost(fleet.gpus(), fleet.goodput());
      case TOKENS_PER_SECOND_PER_GPU -> cost(fleet.gpus(), fleet.outputRate());
    };
  }

  private static double cost(long gpus, double rate) {
    return rate == 0 ? Double.MAX_VALUE : gpus / rate;
  }
}
