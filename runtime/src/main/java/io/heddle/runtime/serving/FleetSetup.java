package io.heddle.runtime.serving;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Role;
import java.util.List;
import java.util.Optional;

/**
 * What serves requests.
 *
 * @param pools one that does all, or one for prompts and one for what comes behind
 * @param transfer between the two
 */
public record FleetSetup(
    BatchPolicy policy, Routing routing, List<PoolSetup> pools, Optional<TransferLine> transfer) {
  /** Checks that the pools do all. */
  public FleetSetup {
    pools = List.copyOf(pools);
    List<Role> roles = pools.stream().map(PoolSetup::role).toList();
    boolean isOne = roles.equals(List.of(Role.BOTH)) && transfer.isEmpty();
    boolean areTwo = roles.equals(List.of(Role.PREFILL, Role.DECODE)) && transfer.isPresent();
    if (!isOne && !areTwo) {
      throw new IllegalArgumentException(
          "a fleet is one pool that does both, or one of prefill and one of decode with a line");
    }
    if (areTwo && policy == BatchPolicy.STATIC) {
      throw new IllegalArgumentException("static batches stay where they are");
    }
  }

  /** Devices of all pools. */
  public long devices() {
    return pools.stream().mapToLong(pool -> (long) pool.instances() * pool.devices()).sum();
  }
}
