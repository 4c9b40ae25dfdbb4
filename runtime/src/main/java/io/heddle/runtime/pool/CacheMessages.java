package io.heddle.runtime.pool;

import io.heddle.plan.Cluster;
import io.heddle.plan.mesh.AxisSplit;
import io.heddle.plan.serving.KeptTensor;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All messages from ranks of one pool to those of another, by the ranks that send and receive them:
 * the cache of each layer, and the tokens that were drawn last, with which the next step begins.
 */
final class CacheMessages {
  /** Bytes of a token that was drawn. */
  private static final long TOKEN_BYTES = 4;

  /** More would not fit into memory beside all else. */
  private static final int MOST = 1 << 22;

  private final PoolLayout layout;
  private final CacheLine line;
  private final MessageCost network;
  private final Map<Integer, List<CacheMessage>> sent = new HashMap<>();
  private final Map<Integer, List<CacheMessage>> received = new HashMap<>();
  private int count;

  private CacheMessages(PoolLayout layout, CacheLine line, Cluster cluster) {
    this.layout = layout;
    this.line = line;
    this.network = new MessageCost(Machine.of(cluster));
  }

  /**
   * The messages between two pools.
   *
   * @param cluster of all ranks
   * @throws InvalidPoolsException if there are too many
   */
  static CacheMessages between(PoolLayout layout, CacheLine line, Cluster cluster) {
    CacheMessages messages = new CacheMessages(layout, line, cluster);
    messages.checkCount();
    for (int batch = 0; batch < layout.decode().batches(); batch++) {
      for (int layer = 0; layer < layout.layers(); layer++) {
        messages.add(batch, layer, messages.cache(batch, layer));
      }
      messages.add(batch, layout.layers(), messages.tokens(batch));
    }
    return messages;
  }

  /** What two layers must have in common to move in as many messages. */
  private record Alike(
      int stageHere, int stageThere, List<KeptTensor> held, List<KeptTensor> needed) {}

  /** Counts the messages of one of all layers that are alike: making them all takes long. */
  private void checkCount() {
    long all = 0;
    for (int batch = 0; batch < layout.decode().batches(); batch++) {
      Map<Alike, Integer> counts = new HashMap<>();
      for (int layer = 0; layer < layout.layers(); layer++) {
        Alike alike =
            new Alike(
                layout.prefill().stageOf(layer),
                layout.decode().stageOf(layer),
                layout.prefill().layers().get(layer),
                layout.decode().layers().get(layer));
        Integer known = counts.get(alike);
        int each = known == null ? cache(batch, layer).all().size() : known;
        counts.put(alike, each);
        all += each;
      }
    }
    if (all > MOST) {
      throw tooMany(String.format(Locale.ROOT, "about %,d messages", all));
    }
  }

  private static InvalidPoolsException tooMany(String messages) {
    return new InvalidPoolsException(
        "the caches move in %s, of which there may be %,d; take fewer instances or ranks"
            .formatted(messages, MOST));
  }

  private CacheMoves cache(int batch, int layer) {
    int here = layout.prefill().stageOf(layer);
    int there = layout.decode().stageOf(layer);
    List<KeptTensor> held = layout.prefill().layers().get(layer);
    List<KeptTensor> needed = layout.decode().layers().get(layer);
    CacheMoves moves = new CacheMoves(layer);
    for (int i = 0; i < held.size(); i++) {
      KeptTensor kept = needed.get(i);
      moves.add(
          layout.held(here, held.get(i)),
          layout.needed(batch, there, kept),
          Math.multiplyExact(kept.tokens() - kept.newTokens(), kept.elementBytes()));
    }
    return moves;
  }

  private CacheMoves tokens(int batch) {
    CacheMoves moves = new CacheMoves(batch);
    moves.add(
        layout.held(layout.prefill().lastStage(), drawn(layout.prefill().sequences())),
        layout.needed(batch, layout.decode().firstStage(), drawn(layout.decode().sequences())),
        TOKEN_BYTES);
    return moves;
  }

  private static KeptTensor drawn(AxisSplit sequences) {
    return new KeptTensor("tokens", 1, 0, TOKEN_BYTES, sequences, List.of());
  }

  private void add(int batch, int layer, CacheMoves moves) {
    int sharing = layout.prefill().ranks() / layout.prefill().flattener().stages();
    for (CacheMove move : moves.all()) {
      if (++count > MOST) {
        throw tooMany("more messages");
      }
      CacheMessage message =
          new CacheMessage(
              batch,
              layer,
              move.from(),
              move.to(),
              move.bytes(),
              line.carried(network, move.from(), move.to(), move.bytes(), sharing));
      sent.computeIfAbsent(move.from(), unused -> new ArrayList<>()).add(message);
      received.computeIfAbsent(move.to(), unused -> new ArrayList<>()).add(message);
    }
  }

  /** Those that a rank sends, batch by batch and layer by layer. */
  List<CacheMessage> sentBy(int rank) {
    return sent.getOrDefault(rank, List.of());
  }

  /** Those that a rank receives, batch by batch and layer by layer. */
  List<CacheMessage> receivedBy(int rank) {
    return received.getOrDefault(rank, List.of());
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** Bytes of all of them, which are not what they carry. */
  long bytes() {
    return sent.values().stream()
        .flatMap(List::stream)
        .mapToLong(CacheMessage::bytes)
        .reduce(0, Math::addExact);
  }
}
