package io.heddle.runtime.serving;

/** Requests whose prompts are computed, on their way to where their tokens are drawn. */
final class Handover {
  /** Of a fleet of one pool. */
  static final Handover NONE =
      new Handover(0, new TransferLine(0, 1, 0, 0), Routing.ROUND_ROBIN, new Scheduler[0]);

  private final TransferLine line;
  private final Routing.Router router;
  private final Scheduler[] decoders;
  private final RequestQueue ready = new RequestQueue();
  private final int[] sources;
  private final int[] pages;
  private final int[] blocks;
  private final int[] targets;
  private final long[] began;
  private final long[] computed;

  Handover(int requests, TransferLine line, Routing routing, Scheduler[] decoders) {
    this.line = line;
    this.router = new Routing.Router(routing, decoders);
    this.decoders = decoders;
    this.sources = new int[requests];
    this.pages = new int[requests];
    this.blocks = new int[requests];
    this.targets = new int[requests];
    this.began = new long[requests];
    this.computed = new long[requests];
  }

  /** The replicas that draw tokens. */
  Scheduler decoder(int number) {
    return decoders[number];
  }

  boolean canEver(int request) {
    return decoders.length == 0 || decoders[0].canEver(request);
  }

  /**
   * A prompt is computed; its pages stay where they are.
   *
   * @param source the replica that has them
   * @param stepBegan when the step began that computed its end
   */
  void computed(int request, int source, int pagesHeld, int blocksUsed, long stepBegan, long now) {
    sources[request] = source;
    pages[request] = pagesHeld;
    blocks[request] = blocksUsed;
    began[request] = stepBegan;
    computed[request] = now;
  }

  /** A request whose prompt is computed may go to where its tokens are drawn. */
  void ready(int request) {
    ready.addLast(request);
  }

  boolean hasNext() {
    return !ready.isEmpty();
  }

  /** The request that has waited longest for somebody to take its cache. */
  int first() {
    return ready.first();
  }

  /** Who has room for the first request's cache; -1 if nobody has. */
  int choose() {
    return router.choose(ready.first(), true);
  }

  /**
   * Sends the first request's cache; returns when it is there. Only what has a place when it is
   * computed travels while it is computed.
   *
   * @param from which instance
   */
  long send(int target, Instance from, long now) {
    int request = ready.removeFirst();
    Scheduler decoder = decoders[target];
    targets[request] = target;
    int tokens = decoder.tokens(request);
    decoder.expect(request);
    long begins = computed[request] == now ? began[request] : now;
    from.pipe.lineFree = line.end(tokens, from.pipe.lineFree, begins, now);
    return Math.addExact(from.pipe.lineFree, line.latencyNanos());
  }

  int source(int request) {
    return sources[request];
  }

  int pages(int request) {
    return pages[request];
  }

  int blocks(int request) {
    return blocks[request];
  }

  int target(int request) {
    return targets[request];
  }
}
