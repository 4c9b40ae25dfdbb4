package io.heddle.runtime.serving;

import io.heddle.plan.serving.Role;
import java.util.Arrays;

/**
 * One replica of an engine: who waits, who runs, what their caches take. Subclasses say what a step
 * consists of.
 *
 * <p>A step that speculates computes behind the one token that a slot lacks those that are guessed
 * to follow. It draws as many as are accepted, and one more; the cache forgets the others, whose
 * pages stay the slot's. How many are accepted is drawn by the number of the request and of its
 * token: the same whatever the schedule.
 *
 * <p>Requests that run stand in slots, in the order of the engine's own list. A slot knows how many
 * tokens of its request are known (prompt and drawn), and of how many the cache has keys and
 * values: a step that computes all that are known draws one more. The last token of a request is
 * never computed.
 */
abstract class Scheduler {
  private static final int FEW = 16;

  /** What happens to requests at the end of a step. */
  interface Listener {
    /** The last token of a request was drawn. */
    void finished(int request, long now);

    /**
     * A prompt is computed, and a token drawn: the request leaves, and its pages stay until they
     * are released.
     *
     * @param replica its number in its pool
     * @param pages that it has
     * @param blocks of its prompt that it uses
     */
    void prefilled(int replica, int request, int pages, int blocks, long now);
  }

  final Requests requests;
  final RequestLog log;
  final BatchLimits limits;
  final Role role;
  final CachePages cache;
  final RequestQueue waiting = new RequestQueue();

  /** Its number in its pool. */
  int number;

  /** Slots in use. */
  int running;

  int[] ids = new int[FEW];
  int[] known = new int[FEW];
  int[] computed = new int[FEW];

  /** Tokens of a step that is being made. */
  int[] planned = new int[FEW];

  /** Tokens that the pages of a slot have room for. */
  private int[] capacity = new int[FEW];

  /** Blocks of its prompt that a slot uses. */
  private int[] blocks = new int[FEW];

  private long[] lastToken = new long[FEW];

  /** Requests for which pages are taken, and whose cache is on its way. */
  private int expected;

  Scheduler(
      Requests requests, RequestLog log, BatchLimits limits, Role role, boolean takesFreeFirst) {
    this.requests = requests;
    this.log = log;
    this.limits = limits;
    this.role = role;
    boolean hasBlocks = requests.blockTokens() > 0 && role != Role.DECODE;
    this.cache =
        new CachePages(
            limits.pages(),
            hasBlocks ? requests.blockTokens() / limits.pageTokens() : 0,
            hasBlocks ? requests.distinctBlocks() : 0,
            takesFreeFirst);
  }

  /** Says what the next step computes, and takes the pages for it. */
  abstract void plan(StepSums sums, long now);

  /** Whether a request could ever be served here: one that is alone, to its last token. */
  boolean canEver(int request) {
    return limits.pagesFor(lastToken(request)) <= limits.pages();
  }

  /** Tokens of a request whose keys and values are computed by its last step, guesses included. */
  final int lastToken(int request) {
    return requests.input(request) + requests.output(request) - 1 + limits.speculation().drafts();
  }

  /** A request has arrived. */
  final void enqueue(int request) {
    waiting.addLast(request);
  }

  /** Requests that wait, run or are expected. */
  final int load() {
    return waiting.size() + running + expected;
  }

  /** Tokens at the beginning of a prompt that the cache has. */
  final int cachedTokens(int request) {
    return hits(request, tokens(request)) * requests.blockTokens();
  }

  /** Tokens of a request that are known: its prompt, and what it drew before it was preempted. */
  final int tokens(int request) {
    return requests.input(request) + log.drawn(request);
  }

  /** Blocks of a request that the cache has, less than all of its tokens. */
  private int hits(int request, int tokens) {
    int count = cache.blockPages() == 0 ? 0 : requests.blocks(request);
    int hits = 0;
    while (hits < count
        && (hits + 1) * requests.blockTokens() < tokens
        && cache.has(requests.block(request, hits))) {
      hits++;
    }
    return hits;
  }

  /**
   * Lets the first request that waits run, with pages for some of its tokens.
   *
   * @param place of its slot
   * @param budget tokens that may be computed in this step
   * @param wholePrompt whether pages are taken for all of its tokens at once
   * @param spare pages that must stay free
   * @return tokens that are computed in this step; 0 if the pages do not suffice
   */
  final int admit(int place, int budget, boolean wholePrompt, long spare, long now) {
    int request = waiting.first();
    int tokens = tokens(request);
    int hits = hits(request, tokens);
    int cached = hits * requests.blockTokens();
    int chunk = Math.min(tokens - cached, budget);
    int pages = limits.pagesFor(wholePrompt ? tokens : cached + chunk);
    int needed = pages - hits * cache.blockPages();
    int idle = 0;
    for (int i = 0; i < hits; i++) {
      idle += cache.isIdle(requests.block(request, i)) ? cache.blockPages() : 0;
    }
    if (needed + idle + spare > cache.available()) {
      return 0;
    }
    waiting.removeFirst();
    for (int i = 0; i < hits; i++) {
      cache.use(requests.block(request, i));
    }
    cache.take(needed);
    log.started(request, now);
    log.admitted(cached, tokens - cached);
    insert(place, request, tokens, cached, pages * limits.pageTokens(), hits);
    return chunk;
  }

  private void insert(
      int place, int request, int tokens, int cached, int capacityTokens, int hits) {
    if (running == ids.length) {
      int more = 2 * running;
      ids = Arrays.copyOf(ids, more);
      known = Arrays.copyOf(known, more);
      computed = Arrays.copyOf(computed, more);
      planned = Arrays.copyOf(planned, more);
      capacity = Arrays.copyOf(capacity, more);
      blocks = Arrays.copyOf(blocks, more);
      lastToken = Arrays.copyOf(lastToken, more);
    }
    for (int slot = running; slot > place; slot--) {
      move(slot - 1, slot);
    }
    running++;
    ids[place] = request;
    known[place] = tokens;
    computed[place] = cached;
    planned[place] = 0;
    capacity[place] = capacityTokens;
    blocks[place] = hits;
    lastToken[place] = log.lastToken(request);
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    known[to] = known[from];
    computed[to] = computed[from];
    planned[to] = planned[from];
    capacity[to] = capacity[from];
    blocks[to] = blocks[from];
    lastToken[to] = lastToken[from];
  }

  /** Takes the pages that a slot lacks for so many more tokens; whether there were enough. */
  final boolean grow(int slot, int tokens) {
    int wanted = computed[slot] + tokens;
    if (wanted <= capacity[slot]) {
      return true;
    }
    int pages = limits.pagesFor(wanted);
    int needed = pages - capacity[slot] / limits.pageTokens();
    if (needed > cache.available()) {
      return false;
    }
    cache.take(needed);
    capacity[slot] = pages * limits.pageTokens();
    return true;
  }

  /** Tokens that a slot has to compute: what is known, and what is guessed behind it. */
  final int lacks(int slot) {
    return draws(slot) ? limits.speculation().tokens() : known[slot] - computed[slot];
  }

  /** Whether a slot lacks the last of the tokens only that it has drawn. */
  private boolean draws(int slot) {
    return role != Role.PREFILL
        && known[slot] - computed[slot] == 1
        && known[slot] > requests.input(ids[slot]);
  }

  /** Pages that a slot lacks for its next step. */
  final int lacking(int slot) {
    return Math.max(0, limits.pagesFor(computed[slot] + lacks(slot)) - pages(slot));
  }

  /** Pages that a slot has. */
  final int pages(int slot) {
    return capacity[slot] / limits.pageTokens();
  }

  /** Puts tokens of a slot, which has pages for them, into the step. */
  final void schedule(int slot, int tokens, StepSums sums) {
    planned[slot] = tokens;
    if (draws(slot)) {
      sums.addDecodes(1, computed[slot]);
    } else {
      sums.add(tokens, computed[slot]);
    }
    if (cache.blockPages() > 0) {
      nameBlocks(slot, computed[slot] + tokens);
    }
  }

  /** Says which blocks of its prompt a slot's pages hold once so many tokens are computed. */
  private void nameBlocks(int slot, int tokens) {
    int request = ids[slot];
    int count = Math.min(requests.blocks(request), tokens / requests.blockTokens());
    while (blocks[slot] < count) {
      int block = requests.block(request, blocks[slot]++);
      if (cache.has(block)) {
        cache.use(block);
        cache.give(cache.blockPages());
      } else {
        cache.hold(block);
      }
    }
  }

  /** Takes a slot's request out; it keeps nothing, and its tokens are to be computed again. */
  final int preempt(int slot) {
    int request = ids[slot];
    log.preempted(request);
    int drawn = known[slot] - requests.input(request);
    if (drawn > 0) {
      log.drew(request, drawn, lastToken[slot]);
    }
    release(request, pages(slot), blocks[slot]);
    for (int next = slot + 1; next < running; next++) {
      move(next, next - 1);
    }
    running--;
    return request;
  }

  /** Gives back what a request has. */
  final void release(int request, int pages, int used) {
    cache.give(pages - used * cache.blockPages());
    for (int i = used - 1; i >= 0; i--) {
      cache.leave(requests.block(request, i));
    }
  }

  /** A slot's request has drawn its last token. */
  void ended(int slot) {
    release(ids[slot], pages(slot), blocks[slot]);
  }

  /** The step has ended. */
  final void commit(long now, Listener listener) {
    int kept = 0;
    long gap = 0;
    long gaps = 0;
    for (int slot = 0; slot < running; slot++) {
      boolean leaves = false;
      if (planned[slot] > 0) {
        int yielded = advance(slot);
        if (yielded > 0) {
          if (role == Role.PREFILL) {
            listener.prefilled(number, ids[slot], pages(slot), blocks[slot], now);
            leaves = true;
          } else {
            long last = lastToken[slot];
            lastToken[slot] = now;
            if (last == RequestLog.NEVER) {
              log.drew(ids[slot], 1, now);
            } else if (now - last == gap) {
              gaps++;
            } else {
              log.gaps().add(gap, gaps);
              gap = now - last;
              gaps = 1;
            }
            log.gaps().add(0, yielded - 1L);
            leaves = finishes(slot, now, listener);
          }
        }
      }
      if (!leaves) {
        if (kept < slot) {
          move(slot, kept);
        }
        kept++;
      }
    }
    log.gaps().add(gap, gaps);
    running = kept;
  }

  /** Computes what was planned of a slot; returns how many tokens it yields. */
  private int advance(int slot) {
    int yielded = 0;
    if (draws(slot)) {
      yielded = yielded(slot);
      computed[slot] += yielded;
    } else {
      computed[slot] += planned[slot];
      yielded = computed[slot] == known[slot] ? 1 : 0;
    }
    known[slot] += yielded;
    return yielded;
  }

  /** Of a slot that draws, one token and the guesses that are accepted, to its last one. */
  private int yielded(int slot) {
    int request = ids[slot];
    int left = requests.input(request) + requests.output(request) - known[slot];
    int most = Math.min(planned[slot], left);
    if (most == 1 && limits.speculation().drafts() == 0) {
      return 1;
    }
    int yielded =
        Math.min(most, 1 + limits.speculation().accepted(Chance.of(request, known[slot])));
    log.verified(yielded);
    return yielded;
  }

  private boolean finishes(int slot, long now, Listener listener) {
    int request = ids[slot];
    if (known[slot] < requests.input(request) + requests.output(request)) {
      return false;
    }
    log.drew(request, requests.output(request), now);
    ended(slot);
    listener.finished(request, now);
    return true;
  }

  /** Whether there is room for the cache of a request whose prompt another replica has computed. */
  final boolean canTake(int request) {
    return running + expected < limits.sequences()
        && pagesToDecode(request, tokens(request) + 1) <= cache.available();
  }

  /** Pages that a request takes which comes with so many tokens. */
  int pagesToDecode(int request, int tokens) {
    return limits.pagesFor(tokens);
  }

  /** Takes pages for a request's cache, which is on its way. */
  final void expect(int request) {
    expected++;
    cache.take(pagesToDecode(request, tokens(request) + 1));
  }

  /** A request's cache is here, and with it the token that was drawn of it. */
  final void receive(int request) {
    expected--;
    int tokens = tokens(request);
    int pages = pagesToDecode(request, tokens);
    insert(running, request, tokens, tokens - 1, pages * limits.pageTokens(), 0);
  }
}
