package io.heddle.runtime.serving;

import java.util.Arrays;

/** What became of each request so far; times in ns, below 0 where there is none yet. */
final class RequestLog {
  static final long NEVER = -1;

  private final long[] arrival;
  private final long[] started;
  private final long[] first;
  private final long[] last;
  private final int[] drawn;
  private final int[] preemptions;
  private final boolean[] rejected;
  private final TokenGaps gaps = new TokenGaps();
  private long computedTokens;
  private long cachedTokens;
  private long verifiedSteps;
  private long verifiedTokens;
  private long finished;
  private long refused;

  RequestLog(int requests) {
    this.arrival = never(requests);
    this.started = never(requests);
    this.first = never(requests);
    this.last = never(requests);
    this.drawn = new int[requests];
    this.preemptions = new int[requests];
    this.rejected = new boolean[requests];
  }

  private static long[] never(int requests) {
    long[] times = new long[requests];
    Arrays.fill(times, NEVER);
    return times;
  }

  void arrived(int request, long now) {
    arrival[request] = now;
  }

  /** A request is in a step for the first time. */
  void started(int request, long now) {
    if (started[request] == NEVER) {
      started[request] = now;
    }
  }

  void preempted(int request) {
    preemptions[request]++;
  }

  void rejected(int request) {
    rejected[request] = true;
    refused++;
  }

  /** Prompt tokens that a cache had, and those that were to be computed. */
  void admitted(int cached, int toCompute) {
    cachedTokens += cached;
    computedTokens += toCompute;
  }

  /** So many of a request's tokens are drawn, the last of them now. */
  void drew(int request, int tokens, long now) {
    if (first[request] == NEVER) {
      first[request] = now;
    }
    last[request] = now;
    drawn[request] = tokens;
  }

  /** A step that speculates has yielded so many tokens of a sequence. */
  void verified(int yielded) {
    verifiedSteps++;
    verifiedTokens += yielded;
  }

  /** Tokens that a sequence gets in a step that speculates, in the mean; 0 where none does. */
  double tokensOfVerified() {
    return verifiedSteps == 0 ? 0 : (double) verifiedTokens / verifiedSteps;
  }

  void finished() {
    finished++;
  }

  long arrival(int request) {
    return arrival[request];
  }

  long start(int request) {
    return started[request];
  }

  long firstToken(int request) {
    return first[request];
  }

  long lastToken(int request) {
    return last[request];
  }

  int drawn(int request) {
    return drawn[request];
  }

  int preemptions(int request) {
    return preemptions[request];
  }

  boolean isRejected(int request) {
    return rejected[request];
  }

  TokenGaps gaps() {
    return gaps;
  }

  long computedTokens() {
    return computedTokens;
  }

  long cachedTokens() {
    return cachedTokens;
  }

  /** Requests that are done, those that were refused included. */
  long done() {
    return finished + refused;
  }

  long refused() {
    return refused;
  }
}
