package io.heddle.processor.model;

import io.heddle.processor.syntax.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a query of attention sees.
 *
 * @param causal none behind it
 * @param window how many on one side, itself included; null: all
 * @param chunk the length of the pieces of the sequence beyond whose ends no query sees; null: one
 * @param prefix how many queries at the front see one another although it is causal; null: none
 * @param before how many keys of the cache stand before the first query; null: there is no cache,
 *     or the row is ragged
 * @param ragged the sequences of the row, each of which sees its own keys only; null: the row is
 *     one
 */
public record VisibleKeys(
    boolean causal,
    @Nullable Expression window,
    @Nullable Expression chunk,
    @Nullable Expression prefix,
    @Nullable Expression before,
    @Nullable Ragged ragged) {
  /** Without a cache. */
  public VisibleKeys(
      boolean causal,
      @Nullable Expression window,
      @Nullable Expression chunk,
      @Nullable Expression prefix) {
    this(causal, window, chunk, prefix, null, null);
  }

  /** The same behind so many keys of a cache. */
  public VisibleKeys behind(Expression cached) {
    return new VisibleKeys(causal, window, chunk, prefix, cached, null);
  }

  /** The same within each sequence of a ragged row. */
  public VisibleKeys in(Ragged row) {
    return new VisibleKeys(causal, window, chunk, prefix, null, row);
  }

  /** Whether some of the keys are those of a cache. */
  public boolean hasCache() {
    return before != null || ragged != null;
  }

  /** Whether it is anything but all keys, or half of them. */
  public boolean isBounded() {
    return window != null || chunk != null || prefix != null || hasCache();
  }
}
