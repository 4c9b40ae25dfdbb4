package io.heddle.runtime.pool;

import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.RankEmitter;
import java.util.List;

/**
 * Lets the first step of each batch of a rank of decode wait for the caches that it reads, layer by
 * layer or for all of them.
 */
final class AwaitedCaches implements Aside {
  private static final int NONE = -1;

  private final RankEmitter rank;
  private final List<CacheMessage> messages;
  private final PoolPlace place;
  private final boolean byLayer;
  private final int lastBatch;
  private int begun = NONE;

  /** The receive before: AstraSim would post them all at once, and count them from then on. */
  private long received = RankEmitter.NONE;

  /**
   * @param messages that the rank receives
   * @param place of its instance
   */
  AwaitedCaches(RankEmitter rank, List<CacheMessage> messages, PoolPlace place, boolean byLayer) {
    this.rank = rank;
    this.messages = messages;
    this.place = place;
    this.byLayer = byLayer;
    this.lastBatch = messages.stream().mapToInt(CacheMessage::batch).max().orElse(NONE);
  }

  @Override
  public void beginUnit() {
    boolean isFirst = rank.microBatch() != begun;
    begun = rank.microBatch();
    if (begun > lastBatch) {
      return;
    }
    int layer = rank.layer();
    for (CacheMessage message : messages) {
      boolean comesLayerByLayer = byLayer && !place.isOfTokens(message);
      boolean isNow = comesLayerByLayer ? message.layer() == layer : isFirst;
      if (message.batch() == begun && isNow) {
        await(message);
      }
    }
    rank.layer(layer);
  }

  private void await(CacheMessage message) {
    rank.layer(place.isOfTokens(message) ? NONE : message.layer());
    received =
        rank.receiveFromOutside(
            place.operation(message, "recv"),
            place.peer(message.from()),
            place.tag(message),
            message.bytes(),
            message.carried(),
            received);
    rank.nextKernelNeeds(received);
  }
}
