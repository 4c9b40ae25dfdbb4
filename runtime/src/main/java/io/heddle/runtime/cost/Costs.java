package io.heddle.runtime.cost;

/** What each kind of node costs on one machine. Used by one thread. */
public record Costs(KernelCost kernels, CollectiveCost collectives, MessageCost messages) {
  /** The costs of a machine. */
  public static Costs of(Machine machine) {
    return new Costs(
        new KernelCost(machine), new CollectiveCost(machine), new MessageCost(machine));
  }
}
