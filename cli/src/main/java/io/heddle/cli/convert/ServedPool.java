package io.heddle.cli.convert;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Role;
import io.heddle.processor.TfmCompiler.Compiled;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an engine is launched for: a plan alone, or the plans of a pool.
 *
 * @param plans with the numbers of the file, their placement checked
 * @param serving how requests are served with them; empty for a plan alone
 */
public record ServedPool(List<Compiled> plans, Optional<Limits> serving) {
  public ServedPool {
    plans = List.copyOf(plans);
  }

  /**
   * What a {@code serve} says of a pool.
   *
   * @param instances alike
   * @param policy of its scheduler
   * @param tokens of a step of a replica
   * @param sequences of a replica that run at a time
   * @param memory share of a device's memory that an instance may take
   * @param pages that were given
   * @param room tokens of a replica's cache
   * @param longest tokens in and out of a request
   * @param longestInput tokens of a prompt
   * @param hasPrefixes whether prompts begin with blocks that others may have left in a cache
   */
  public record Limits(
      Role role,
      int instances,
      BatchPolicy policy,
      int tokens,
      int sequences,
      double memory,
      OptionalInt pages,
      long room,
      int longest,
      int longestInput,
      boolean hasPrefixes) {}
}
