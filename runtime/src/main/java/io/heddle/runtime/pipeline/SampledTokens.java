package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Pipeline;
import io.heddle.runtime.aside.ActionUnits;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Direction;

/**
 * The tokens that the last stage of a pipeline draws go to the first: a batch begins its next step
 * with them. As many batches are in work as there are stages, so that the passes of a step are
 * those of one batch after the other, and pass m waits for the tokens of pass m less the stages.
 */
final class SampledTokens {
  private static final String SEND = "tokens.send";
  private static final String RECEIVE = "tokens.recv";

  private final ChainRanks ranks;
  private final MessageSizes sizes;
  private final Pipeline pipeline;

  SampledTokens(ChainRanks ranks, MessageSizes sizes, Pipeline pipeline) {
    this.ranks = ranks;
    this.sizes = sizes;
    this.pipeline = pipeline;
  }

  /** Whether there are any to send. */
  boolean travel() {
    return sizes.ofSampledTokens() > 0;
  }

  /** Sends those of a pass whose head was emitted last. */
  void send(RankEmitter rank, int microBatch) {
    rank.separate(RankEmitter.NONE);
    rank.needs(rank.lastCompute())
        .send(
            SEND,
            ranks.peer(rank.rank(), lastPlace(), 0),
            tag(microBatch),
            sizes.ofSampledTokens());
  }

  /**
   * Posts the receive of the tokens with which a pass of the first stage begins, if it does with
   * any.
   *
   * @param key under which the pass looks for what it begins with
   * @param after what the action before uses, or {@link RankEmitter#NONE}
   */
  void post(RankEmitter rank, int microBatch, int key, long after) {
    int before = microBatch - pipeline.stages();
    if (before >= 0) {
      rank.keep(key, receive(rank, before, after));
    }
  }

  /** Receives those that no pass of the step begins with. */
  void rest(RankEmitter rank) {
    for (int m = Math.max(0, pipeline.microBatches() - pipeline.stages());
        m < pipeline.microBatches();
        m++) {
      receive(rank, m, RankEmitter.NONE);
    }
  }

  private long receive(RankEmitter rank, int microBatch, long after) {
    rank.at(Direction.FORWARD, microBatch);
    rank.layer(ActionUnits.NO_LAYER);
    return rank.receive(
        RECEIVE,
        ranks.peer(rank.rank(), 0, lastPlace()),
        tag(microBatch),
        sizes.ofSampledTokens(),
        after);
  }

  private int lastPlace() {
    return ranks.chain().places() - 1;
  }

  /** One for each micro-batch; messages of the stream have even ones where nothing goes back. */
  private static int tag(int microBatch) {
    return 2 * microBatch + 1;
  }
}
