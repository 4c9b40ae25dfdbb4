package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;

/**
 * What a direct exchange takes: all messages leave together, and the last that comes has its part
 * at the endpoint, too.
 */
final class DirectCost {
  private final MessageCost messages;
  private final KernelCost kernels;

  DirectCost(Machine machine) {
    this.messages = new MessageCost(machine);
    this.kernels = new KernelCost(machine);
  }

  /**
   * ns until a member is done, if all begin together. Groups lie evenly in the network, so that the
   * first of them has as far to go as any.
   */
  long nanos(LogicalRing ring, int member, Collective operation, long message, long endpointDelay) {
    if (operation.goesThereAndBack()) {
      throw new CannotRunException(
          "a direct " + operation.astraSimName() + " has no closed form here");
    }
    int own = ring.position(member);
    long longest = 0;
    for (int i = 0; i < ring.size(); i++) {
      if (i != own) {
        longest = Math.max(longest, messages.nanos(member, ring.rank(member, own, i), message));
      }
    }
    long reduction = operation.reduces() ? kernels.reductionNanos(message) : 0;
    return Math.addExact(Math.addExact(longest, reduction), Math.multiplyExact(2, endpointDelay));
  }
}
