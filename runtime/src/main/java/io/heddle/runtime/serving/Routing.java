package io.heddle.runtime.serving;

/**
 * Which replica gets a request.
 *
 * @param leastLoaded whether it is the one with the fewest requests, rather than each in turn
 * @param prefix how many requests fewer a replica counts whose cache has the whole prompt; a part
 *     of the prompt counts in proportion
 */
public record Routing(boolean leastLoaded, double prefix) {
  /** Each in turn. */
  public static final Routing ROUND_ROBIN = new Routing(false, 0);

  /** Looks through replicas. */
  static final class Router {
    private final Routing routing;
    private final Scheduler[] replicas;
    private int next;

    Router(Routing routing, Scheduler[] replicas) {
      this.routing = routing;
      this.replicas = replicas;
    }

    /**
     * The replica for a request.
     *
     * @param cacheComes whether it must have room for the request's cache now
     * @return -1 if none has
     */
    int choose(int request, boolean cacheComes) {
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < replicas.length; i++) {
        int at = (next + i) % replicas.length;
        if (cacheComes && !replicas[at].canTake(request)) {
          continue;
        }
        double load = routing.leastLoaded ? load(replicas[at], request) : 0;
        if (load < least) {
          least = load;
          best = at;
        }
        if (!routing.leastLoaded) {
          break;
        }
      }
      if (best >= 0) {
        next = (best + 1) % replicas.length;
      }
      return best;
    }

    private double load(Scheduler replica, int request) {
      double load = replica.load();
      if (routing.prefix > 0) {
        load -= routing.prefix * replica.cachedTokens(request) / replica.requests.input(request);
      }
      return load;
    }
  }
}
