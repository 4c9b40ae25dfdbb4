package io.heddle.processor.program;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** What was asked for last, up to a weight: more is forgotten. Used by several threads. */
public final class Recent<K, V> {
  private final long most;
  private final ToLongFunction<V> weight;
  private final Map<K, V> known = new LinkedHashMap<>(16, 0.75f, true);
  private long total;

  /**
   * Knows nothing yet.
   *
   * @param most entries that are kept
   */
  public Recent(int most) {
    this(most, value -> 1);
  }

  /**
   * Knows nothing yet.
   *
   * @param most the sum of weights that is kept; the last entry is kept whatever it weighs
   */
  public Recent(long most, ToLongFunction<V> weight) {
    this.most = most;
    this.weight = weight;
  }

  /** What is known under a key; empty if it was never put or has been forgotten. */
  public synchronized Optional<V> get(K key) {
    return Optional.ofNullable(known.get(key));
  }

  /** Takes a value in, and forgets what was asked for longest ago where all weigh too much. */
  public synchronized void put(K key, V value) {
    V before = known.put(key, value);
    total += weight.applyAsLong(value) - (before == null ? 0 : weight.applyAsLong(before));
    Iterator<V> eldest = known.values().iterator();
    while (total > most && known.size() > 1) {
      total -= weight.applyAsLong(eldest.next());
      eldest.remove();
    }
  }
}
