package io.heddle.runtime.serving;

import io.heddle.plan.serving.Goal;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** What became of requests and of the fleet that served them. Times are seconds. */
public final class LoadResult {
  private static final double NANOS = 1e9;

  private final Requests requests;
  private final RequestLog log;
  private final List<PoolUse> pools;
  private final int[] served;
  private final double seconds;

  LoadResult(Requests requests, RequestLog log, List<PoolUse> pools) {
    this.requests = requests;
    this.log = log;
    this.pools = List.copyOf(pools);
    this.served =
        IntStream.range(0, requests.size()).filter(request -> !log.isRejected(request)).toArray();
    long from = Long.MAX_VALUE;
    long to = 0;
    for (int request : served) {
      from = Math.min(from, log.arrival(request));
      to = Math.max(to, log.lastToken(request));
    }
    this.seconds = served.length == 0 ? 0 : (to - from) / NANOS;
  }

  /** The requests. */
  public Requests requests() {
    return requests;
  }

  /** How each pool was used. */
  public List<PoolUse> pools() {
    return pools;
  }

  /** Requests that were answered. */
  public int answered() {
    return served.length;
  }

  /** Requests that no replica has pages for, even if it is empty. */
  public int rejected() {
    return requests.size() - served.length;
  }

  /** Whether a request was answered. */
  public boolean isAnswered(int request) {
    return !log.isRejected(request);
  }

  /** From the first arrival to the last token. */
  public double seconds() {
    return seconds;
  }

  /** When a request arrived. */
  public double arrival(int request) {
    return log.arrival(request) / NANOS;
  }

  /** From arrival to the first step with a request. */
  public double queued(int request) {
    return (log.start(request) - log.arrival(request)) / NANOS;
  }

  /** From arrival to the first token. */
  public double ttft(int request) {
    return (log.firstToken(request) - log.arrival(request)) / NANOS;
  }

  /** Per token behind the first; 0 for a request with one token. */
  public double tpot(int request) {
    int more = requests.output(request) - 1;
    return more == 0 ? 0 : (log.lastToken(request) - log.firstToken(request)) / (NANOS * more);
  }

  /** From arrival to the last token. */
  public double endToEnd(int request) {
    return (log.lastToken(request) - log.arrival(request)) / NANOS;
  }

  /** How often a request was preempted. */
  public int preemptions(int request) {
    return log.preemptions(request);
  }

  /** Preemptions of all requests. */
  public long preemptions() {
    return IntStream.of(served).mapToLong(log::preemptions).sum();
  }

  /** Tokens of the prompts that were answered. */
  public long inputTokens() {
    return IntStream.of(served).mapToLong(requests::input).sum();
  }

  /** Tokens that were drawn. */
  public long outputTokens() {
    return IntStream.of(served).mapToLong(log::drawn).sum();
  }

  /**
   * Tokens that a sequence got in a step that speculates, in the mean; 0 where none does. It is
   * below {@link io.heddle.plan.serving.Speculation#expectedTokens} by what is cut off at the last
   * token of a request.
   */
  public double tokensOfVerified() {
    return log.tokensOfVerified();
  }

  /** Tokens that caches had when requests were admitted. */
  public long cachedTokens() {
    return log.cachedTokens();
  }

  /** Tokens of prompts that were computed, those computed again included. */
  public long computedTokens() {
    return log.computedTokens();
  }

  /** A metric of all requests that were answered and have it. */
  public Distribution distribution(Goal.Metric metric) {
    return switch (metric) {
      case TTFT -> of(this::ttft, 1);
      case TPOT -> of(this::tpot, 2);
      case ITL -> log.gaps().distribution();
      case END_TO_END -> of(this::endToEnd, 1);
    };
  }

  /** From arrival to the first step. */
  public Distribution queueing() {
    return of(this::queued, 1);
  }

  private Distribution of(IntToDoubleFunction metric, int leastOutput) {
    return Distribution.of(values(metric, leastOutput));
  }

  private double[] values(IntToDoubleFunction metric, int leastOutput) {
    return IntStream.of(served)
        .filter(request -> requests.output(request) >= leastOutput)
        .mapToDouble(metric)
        .toArray();
  }

  /**
   * The values of a metric that shares of all do not exceed, from the least to the largest; none
   * where nothing has the metric.
   *
   * @param points how many steps there are from share to share
   */
  public double[] curve(Goal.Metric metric, int points) {
    return switch (metric) {
      case TTFT -> Distribution.curve(values(this::ttft, 1), points);
      case TPOT -> Distribution.curve(values(this::tpot, 2), points);
      case ITL -> log.gaps().curve(points);
      case END_TO_END -> Distribution.curve(values(this::endToEnd, 1), points);
    };
  }

  /** The same of the time from arrival to the first step. */
  public double[] queueingCurve(int points) {
    return Distribution.curve(values(this::queued, 1), points);
  }

  /**
   * Requests per second that keep to all goals, each by itself: its time to the first token, its
   * mean time per token, its time to the last one. A goal for gaps between tokens counts as one for
   * their mean.
   */
  public double goodput(List<Goal> goals) {
    long good =
        IntStream.of(served)
            .filter(
                request -> goals.stream().allMatch(goal -> value(goal, request) <= goal.seconds()))
            .count();
    return seconds == 0 ? 0 : good / seconds;
  }

  private double value(Goal goal, int request) {
    return switch (goal.metric()) {
      case TTFT -> ttft(request);
      case TPOT, ITL -> tpot(request);
      case END_TO_END -> endToEnd(request);
    };
  }
}
