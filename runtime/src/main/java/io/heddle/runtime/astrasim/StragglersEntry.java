package io.heddle.runtime.astrasim;

import io.heddle.runtime.straggler.Stragglers;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** What lets ranks compute slower, as manifests have it. The components are the keys. */
public record StragglersEntry(List<SlowEntry> slow, BigDecimal jitter, long seed) {

  /** A rank or stage and its factor. */
  public record SlowEntry(String scope, int number, BigDecimal factor) {}

  /** The entry of stragglers. */
  public static StragglersEntry of(Stragglers stragglers) {
    return new StragglersEntry(
        stragglers.slow().stream()
            .map(
                slow ->
                    new SlowEntry(
                        slow.scope().name().toLowerCase(Locale.ROOT), slow.number(), slow.factor()))
            .toList(),
        stragglers.jitter().amplitude(),
        stragglers.jitter().seed());
  }
}
