package io.heddle.runtime.pool;

/**
 * How the ranks of an instance see all others.
 *
 * @param first number of its first rank among all
 * @param layers of the model
 */
record PoolPlace(int first, int layers) {
  /** A rank among all as one that is counted from the first of the instance. */
  int peer(int rank) {
    return rank - first;
  }

  /** Whether a message has the tokens that were drawn. */
  boolean isOfTokens(CacheMessage message) {
    return message.layer() == layers;
  }

  /** One for each message between two ranks. */
  int tag(CacheMessage message) {
    return Math.addExact(Math.multiplyExact(message.batch(), layers + 1), message.layer());
  }

  /** The name of a message's node. */
  String operation(CacheMessage message, String end) {
    return (isOfTokens(message) ? "tokens." : "cache.") + end;
  }
}
