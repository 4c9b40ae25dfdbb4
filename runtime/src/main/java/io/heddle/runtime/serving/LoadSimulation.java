package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Requests through a fleet, from the first arrival to the last token. Nothing is drawn here: the
 * same requests and step times give the same result to the nanosecond.
 *
 * <p>Of what happens at the same time, arrivals come first, then what the host has made of earlier
 * ones, then steps that end; steps begin last, and so see all of it. The first token of a request
 * that two pools serve is there when its cache is: the replica that goes on hands it out.
 */
public final class LoadSimulation {
  private static final int REPORT_EVERY = 1 << 14;

  /** Each has a scheduler: some 150 MB of them. */
  private static final long MOST_REPLICAS = 1 << 17;

  /** Each replica has a place for each block: four numbers of 4 bytes, 1 GiB in all. */
  private static final long MOST_PLACES = 1 << 26;

  private final Requests requests;
  private final RequestLog log;
  private final Instance[] instances;
  private final int[] owner;
  private final Scheduler[] entry;
  private final Routing.Router router;
  private final List<PoolUse> uses = new ArrayList<>();
  private final LongConsumer progress;
  private final EventHeap events = new EventHeap();
  private final Handover handover;
  private final boolean hasTwoPools;

  /** From a request's arrival until it can be scheduled. */
  private final long requestNanos;

  /** Between two pools, besides the way of the cache. */
  private final long handoverNanos;

  /** Of a closed loop; else 0. */
  private final int users;

  private final Scheduler.Listener listener = new Ends();
  private int nextArrival;

  private LoadSimulation(Requests requests, FleetSetup fleet, LongConsumer progress) {
    this.requests = requests;
    this.log = new RequestLog(requests.size());
    this.progress = progress;
    this.hasTwoPools = fleet.transfer().isPresent();
    this.users = requests.concurrency();
    this.requestNanos = fleet.pools().get(0).requestNanos();
    this.handoverNanos = hasTwoPools ? fleet.pools().get(1).requestNanos() : 0;
    check(requests, fleet);
    List<Instance> all = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    List<List<Scheduler>> ofPools = new ArrayList<>();
    for (PoolSetup pool : fleet.pools()) {
      PoolUse use = new PoolUse(pool);
      uses.add(use);
      List<Scheduler> ofPool = new ArrayList<>();
      for (int i = 0; i < pool.instances(); i++) {
        Pipe pipe = new Pipe(new InstanceGauge(use));
        for (int batch = 0; batch < pool.batches(); batch++) {
          Scheduler[] replicas = new Scheduler[pool.replicas()];
          for (int r = 0; r < replicas.length; r++) {
            replicas[r] = Schedulers.of(fleet.policy(), requests, log, pool.limits(), pool.role());
            replicas[r].number = ofPool.size();
            ofPool.add(replicas[r]);
            owners.add(all.size());
          }
          Instance ofBatch = new Instance(replicas, pool.times(), use, pipe);
          pipe.gauge.add(ofBatch);
          all.add(ofBatch);
        }
      }
      ofPools.add(ofPool);
    }
    this.instances = all.toArray(new Instance[0]);
    this.owner = owners.stream().mapToInt(Integer::intValue).toArray();
    this.entry = ofPools.get(0).toArray(new Scheduler[0]);
    this.router = new Routing.Router(fleet.routing(), entry);
    this.handover =
        hasTwoPools
            ? new Handover(
                requests.size(),
                fleet.transfer().orElseThrow(),
                fleet.routing(),
                ofPools.get(1).toArray(new Scheduler[0]))
            : Handover.NONE;
  }

  /**
   * Checks that a fleet can serve requests.
   *
   * @throws IllegalArgumentException if blocks of prompts are no whole pages, or there are more
   *     replicas than memory is spent on
   */
  public static void check(Requests requests, FleetSetup fleet) {
    long replicas = 0;
    long places = 0;
    for (PoolSetup pool : fleet.pools()) {
      long ofPool = (long) pool.instances() * pool.replicas() * pool.batches();
      replicas += ofPool;
      // Where tokens are drawn only, blocks of prompts have no names.
      if (pool.role() != Role.DECODE) {
        checkBlocks(requests, pool);
        places += ofPool * requests.distinctBlocks();
      }
    }
    if (replicas > MOST_REPLICAS) {
      throw new IllegalArgumentException(
          "%,d replicas of all instances are more than %,d: serve with fewer instances in `pool`"
              .formatted(replicas, MOST_REPLICAS));
    }
    if (places > MOST_PLACES) {
      throw new IllegalArgumentException(
          ("the caches of %,d replicas have too many places for %,d blocks of prompts: serve with"
                  + " fewer instances in `pool`, or fewer requests of the file (`count`)")
              .formatted(replicas, requests.distinctBlocks()));
    }
  }

  private static void checkBlocks(Requests requests, PoolSetup pool) {
    int page = pool.limits().pageTokens();
    if (requests.blockTokens() % page != 0) {
      throw new IllegalArgumentException(
          "blocks of prompts have %d tokens, no multiple of the %d of a page"
              .formatted(requests.blockTokens(), page));
    }
  }

  /**
   * Runs requests to their ends.
   *
   * @param progress hears from time to time how many are done
   * @throws IllegalArgumentException where {@link #check} does
   * @throws ArithmeticException if the run takes more than 2^63 ns: 292 years
   */
  public static LoadResult run(Requests requests, FleetSetup fleet, LongConsumer progress) {
    LoadSimulation simulation = new LoadSimulation(requests, fleet, progress);
    simulation.run();
    return new LoadResult(requests, simulation.log, simulation.uses);
  }

  private void run() {
    for (int i = 0; i < users; i++) {
      next(0);
    }
    long count = 0;
    while (true) {
      boolean arrives =
          users == 0
              && nextArrival < requests.size()
              && (events.isEmpty() || requests.arrival(nextArrival) <= events.time());
      if (arrives) {
        long now = requests.arrival(nextArrival);
        arrive(nextArrival++, now);
      } else if (events.isEmpty()) {
        break;
      } else {
        happen();
      }
      if (++count % REPORT_EVERY == 0) {
        progress.accept(log.done());
      }
    }
    if (log.done() != requests.size()) {
      throw new IllegalStateException(
          "%d of %d requests never end".formatted(requests.size() - log.done(), requests.size()));
    }
    for (Instance instance : instances) {
      for (Scheduler replica : instance.replicas) {
        if (replica.load() > 0 || replica.cache.available() != replica.cache.all()) {
          throw new IllegalStateException("a replica has pages of requests that have ended");
        }
      }
    }
  }

  private void happen() {
    long now = events.time();
    int event = events.remove();
    if (event >= instances.length) {
      step(event - instances.length, now);
    } else if (event >= 0) {
      instances[event].end(now, listener);
      wake(event, now);
    } else if (event < -2 * requests.size()) {
      handover.ready(event + 3 * requests.size());
    } else if (event < -requests.size()) {
      enter(event + 2 * requests.size(), now);
    } else {
      delivered(~event, now);
    }
    if (hasTwoPools) {
      handOver(now);
    }
  }

  /** A user of a closed loop sends the next request that can be served. */
  private void next(long now) {
    while (nextArrival < requests.size() && !arrive(nextArrival++, now)) {
      // The one that was refused is answered at once.
    }
  }

  /** A request arrives; returns whether it can be served. */
  private boolean arrive(int request, long now) {
    log.arrived(request, now);
    if (!entry[0].canEver(request) || !handover.canEver(request)) {
      log.rejected(request);
      return false;
    }
    if (requestNanos == 0) {
      enter(request, now);
    } else {
      // Before all else that happens then, in the order of arrivals.
      events.add(Math.addExact(now, requestNanos), request - 2 * requests.size());
    }
    return true;
  }

  private void enter(int request, long now) {
    int replica = router.choose(request, false);
    entry[replica].enqueue(request);
    wake(owner[replica], now);
  }

  /** Lets an instance begin a step when all has happened that happens now. */
  private void wake(int number, long now) {
    Instance instance = instances[number];
    if (!instance.isBusy && !instance.isWoken) {
      instance.isWoken = true;
      events.add(now, instances.length + number);
    }
  }

  /** Begins the next step of an instance if it has any. */
  private void step(int number, long now) {
    Instance instance = instances[number];
    if (instance.pipe.free > now) {
      events.add(instance.pipe.free, instances.length + number);
      return;
    }
    instance.isWoken = false;
    long end = instance.begin(now);
    if (hasTwoPools) {
      sendBack(instance, now);
    }
    if (end >= 0) {
      events.add(end, number);
    }
  }

  /** What was preempted where tokens are drawn is computed again where prompts are. */
  private void sendBack(Instance instance, long now) {
    for (Scheduler replica : instance.replicas) {
      while (replica.role == Role.DECODE && !replica.waiting.isEmpty()) {
        enter(replica.waiting.removeFirst(), now);
      }
    }
  }

  /** A request's cache has arrived, and with it a token that was drawn of its prompt. */
  private void delivered(int request, long now) {
    token(request, now);
    int source = handover.source(request);
    entry[source].release(request, handover.pages(request), handover.blocks(request));
    int target = handover.target(request);
    handover.decoder(target).receive(request);
    wake(owner[entry.length + target], now);
    wake(owner[source], now);
  }

  private void token(int request, long now) {
    long last = log.lastToken(request);
    if (last != RequestLog.NEVER) {
      log.gaps().add(now - last, 1);
    }
    log.drew(request, log.drawn(request) + 1, now);
  }

  /** Caches leave, first come, first served, as long as somebody has room for them. */
  private void handOver(long now) {
    while (handover.hasNext()) {
      int request = handover.first();
      int target = handover.choose();
      if (target < 0) {
        return;
      }
      Instance from = instances[owner[handover.source(request)]];
      events.add(handover.send(target, from, now), ~request);
    }
  }

  /** What becomes of requests at the end of steps. */
  private final class Ends implements Scheduler.Listener {
    @Override
    public void finished(int request, long now) {
      log.finished();
      if (users > 0) {
        next(now);
      }
    }

    @Override
    public void prefilled(int replica, int request, int pages, int blocks, long now) {
      if (log.drawn(request) + 1 == requests.output(request)) {
        token(request, now);
        entry[replica].release(request, pages, blocks);
        finished(request, now);
      } else {
        long began = instances[owner[replica]].began;
        handover.computed(request, replica, pages, blocks, began, now);
        if (handoverNanos == 0) {
          handover.ready(request);
        } else {
          events.add(Math.addExact(now, handoverNanos), request - 3 * requests.size());
        }
      }
    }
  }
}
