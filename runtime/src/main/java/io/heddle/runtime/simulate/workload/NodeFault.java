package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import org.jspecify.annotations.Nullable;

/** Refuses nodes whose attributes do not say what they are to do. */
public final class NodeFault {
  private NodeFault() {}

  /**
   * Refuses a node that is to be issued.
   *
   * @param replay whether every node only lasts as it says itself
   * @param roofline whether compute nodes need operations and bytes
   */
  public static void check(NodeTable table, int slot, boolean replay, boolean roofline) {
    NodeKind kind = table.kind(slot);
    byte fault = table.fault(slot);
    if (AttributeFault.concernsLane(fault)) {
      throw new SimulationFault(AttributeFault.text(fault));
    }
    if (replay) {
      return;
    }
    boolean cpu = table.cpu(slot);
    boolean communication =
        kind == NodeKind.SEND || kind == NodeKind.RECEIVE || kind == NodeKind.COLLECTIVE;
    if (cpu && communication) {
      throw new SimulationFault("is_cpu_op is set on a " + kind + " node: they run on the device");
    }
    boolean needed = kind != NodeKind.COMPUTE || (roofline && !cpu);
    if (fault != 0 && needed) {
      throw new SimulationFault(AttributeFault.text(fault));
    }
  }

  /** Whether what is wrong with a collective is its group. */
  public static boolean concernsGroup(String problem, int group) {
    return isOfName(problem) || problem.contains("group " + group);
  }

  private static boolean isOfName(String problem) {
    return problem.contains(EtAttribute.PG_NAME.key());
  }

  /**
   * What is wrong with the group of a collective, with its name as the trace has it.
   *
   * @param name null where the trace says no more than the number
   */
  public static String withName(String problem, @Nullable String name) {
    if (name == null) {
      return problem;
    }
    return problem
        + (isOfName(problem) ? ", not \"" + name + "\"" : " (pg_name is \"" + name + "\")");
  }
}
