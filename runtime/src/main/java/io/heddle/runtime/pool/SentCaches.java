package io.heddle.runtime.pool;

import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.RankEmitter;
import java.util.List;

/** Hands on what a rank of prefill has computed, beside its pass or behind it. */
final class SentCaches implements Aside {
  private final RankEmitter rank;
  private final List<CacheMessage> messages;
  private final PoolPlace place;
  private final boolean byLayer;

  /**
   * @param messages that the rank sends
   * @param place of its instance
   */
  SentCaches(RankEmitter rank, List<CacheMessage> messages, PoolPlace place, boolean byLayer) {
    this.rank = rank;
    this.messages = messages;
    this.place = place;
    this.byLayer = byLayer;
  }

  @Override
  public void passed() {
    if (byLayer && rank.layer() >= 0) {
      for (CacheMessage message : messages) {
        if (message.layer() == rank.layer()) {
          send(message);
        }
      }
    }
  }

  /** Tokens that were drawn go first: they are what users wait for. */
  @Override
  public void endAction() {
    for (CacheMessage message : messages) {
      if (place.isOfTokens(message)) {
        rank.layer(-1);
        send(message);
      }
    }
    if (!byLayer) {
      for (CacheMessage message : messages) {
        if (!place.isOfTokens(message)) {
          rank.layer(message.layer());
          send(message);
        }
      }
    }
  }

  private void send(CacheMessage message) {
    rank.needs(rank.lastCompute())
        .sendOut(
            place.operation(message, "send"),
            place.peer(message.to()),
            place.tag(message),
            message.bytes(),
            message.carried());
  }
}
