package io.heddle.runtime.verify;

import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.FreeNodes;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;

/**
 * What a rank issues before time begins. AstraSim fails if any of it is to end at tick 0: a kernel,
 * a message or an endpoint that takes less than 1 ns.
 */
final class FirstPass {
  private static final long TOKEN_BYTES = 8192;
  private static final int COMPUTE = 0;
  private static final int COMMUNICATION = 1;
  private static final int CPU = 2;

  private final TraceSetting setting;
  private final NodeRules rules;
  private final SystemConfig system;
  private final Machine machine;
  private final KernelCost kernels;
  private final MessageCost messages;

  FirstPass(TraceSetting setting, NodeRules rules) {
    this.setting = setting;
    this.rules = rules;
    this.system = setting.machine().system();
    this.machine = setting.machine().machine(setting.options().injectionScale());
    this.kernels = new KernelCost(machine);
    this.messages = new MessageCost(machine);
  }

  /** Reports what takes no time, of nodes that obey the rules. */
  void check(int rank, NodeTable table, FindingCollector findings) {
    FreeNodes free = new FreeNodes(table::id);
    for (int slot = 0; slot < table.slots(); slot++) {
      if (!table.waits(slot) && !table.hasFault(slot)) {
        free.add(slot);
      }
    }
    boolean[] busy = new boolean[CPU + 1];
    for (int slot = free.first(); slot != NodeTable.NONE; slot = free.first()) {
      free.removeFirst();
      boolean receives = table.kind(slot) == NodeKind.RECEIVE;
      int lane = table.cpu(slot) ? CPU : table.computes(slot) ? COMPUTE : COMMUNICATION;
      if (!receives && (busy[lane] || rules.takesNoTime(table, slot))) {
        continue;
      }
      if (!receives) {
        busy[lane] = true;
      }
      String problem = problem(rank, table, slot);
      if (!problem.isEmpty()) {
        findings.error(
            Rule.DURATION,
            "rank "
                + rank
                + ": "
                + table.kind(slot)
                + " "
                + Long.toUnsignedString(table.id(slot))
                + ": "
                + problem
                + ", where AstraSim fails at t = 0"
                + advice(table.kind(slot)),
            new Finding.Node(rank, table.id(slot)));
      }
    }
  }

  private static String advice(NodeKind kind) {
    return switch (kind) {
      case SEND, RECEIVE -> "; give the network a latency, or let a kernel of 1 us come first";
      case COLLECTIVE ->
          "; let endpoint-delay times injection-scale be 1 or more, or a kernel of 1 us come first";
      case LOAD, STORE -> "; give remote memory a latency";
      default -> "";
    };
  }

  /** What it does in no time; empty if it takes some. */
  private String problem(int rank, NodeTable table, int slot) {
    return switch (table.kind(slot)) {
      case COMPUTE -> takesNoTime(table, slot) ? "it lasts less than 1 ns" : "";
      case SEND ->
          !setting.rendezvous() && isInstant(rank, table, slot, table.bytes(slot))
              ? "the message takes less than 1 ns"
              : "";
      case RECEIVE ->
          setting.rendezvous() && isInstant(rank, table, slot, TOKEN_BYTES)
              ? "with rendezvous it asks for its message in less than 1 ns"
              : "";
      case COLLECTIVE -> endpoint(table, slot);
      case LOAD, STORE -> {
        MemoryConfig memory = setting.machine().memory();
        boolean instant =
            memory.latency() == 0
                && UnsignedCast.of(UnsignedCast.toDouble(table.bytes(slot)) / memory.bandwidth())
                    == 0;
        yield instant ? "remote memory takes less than 1 ns" : "";
      }
      case INVALID, METADATA -> "";
    };
  }

  private boolean takesNoTime(NodeTable table, int slot) {
    if (table.cpu(slot) || !system.roofline()) {
      return table.nanos(slot) == 0;
    }
    return kernels.nanos(table.operations(slot), table.touchedBytes(slot)) == 0;
  }

  private boolean isInstant(int rank, NodeTable table, int slot, long bytes) {
    int peer = table.peer(slot);
    return setting.networkKnown()
        && peer >= 0
        && peer < machine.ranks()
        && peer != rank
        && messages.nanos(rank, peer, bytes) == 0;
  }

  private String endpoint(NodeTable table, int slot) {
    int[] members = setting.machine().groups().members(table.group(slot));
    boolean smaller = members != null && members.length < machine.ranks();
    boolean begins = !table.broadcast(slot) && !smaller && machine.endpointDelay() == 0;
    return begins && system.bus().isEmpty() && system.custom().isEmpty()
        ? "its endpoints take no time"
        : "";
  }
}
