package io.heddle.runtime.verify;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CannotRunException;
import io.heddle.runtime.cost.KernelCost;
import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.collective.Rehearsal;
import io.heddle.runtime.simulate.config.CustomAlgorithms;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.MessageTransport;
import io.heddle.runtime.simulate.workload.NodeFault;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Workload;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What AstraSim asks of each node by itself; for one thread. */
final class NodeRules {
  private static final int MOST_COLLECTIVES = 1 << 16;

  /** What of a collective decides whether it can run. */
  private record Call(int group, long type, long bytes, int involved) {}

  private final TraceSetting setting;
  private final SystemConfig system;
  private final Rehearsal rehearsal;
  private final KernelCost durations;
  private final int ranks;
  private final Set<Call> checked = new HashSet<>();
  private final CustomAlgorithms custom;

  NodeRules(TraceSetting setting) {
    this.setting = setting;
    this.system = setting.machine().system();
    this.custom = system.custom();
    this.rehearsal = new Rehearsal(setting.machine().machine(), setting.machine().groups());
    this.durations = new KernelCost(setting.machine().machine());
    this.ranks = setting.machine().network().ranks();
  }

  /** Checks all nodes of a rank. */
  void check(Workload workload, int rank, NodeTable table, FindingCollector findings) {
    checked.clear();
    Map<Long, String> names = null;
    for (int slot = 0; slot < table.slots(); slot++) {
      try {
        NodeFault.check(table, slot, system.replayOnly(), system.roofline());
        if (!system.replayOnly()) {
          check(rank, table, slot, findings);
        }
      } catch (CannotRunException fault) {
        Rule rule =
            switch (table.kind(slot)) {
              case COLLECTIVE -> Rule.COLLECTIVE;
              default -> Rule.NODE;
            };
        String problem = String.valueOf(fault.getMessage());
        if (rule == Rule.COLLECTIVE && NodeFault.concernsGroup(problem, table.group(slot))) {
          names = names == null ? workload.groupNames(rank) : names;
          problem = NodeFault.withName(problem, names.get(table.id(slot)));
        }
        report(FindingSeverity.ERROR, rule, problem, rank, table, slot, findings);
      }
    }
  }

  /** Whether a node that passes the check is done at once, so that nothing is heard of its end. */
  boolean takesNoTime(NodeTable table, int slot) {
    return !system.replayOnly()
        && switch (table.kind(slot)) {
          case INVALID -> true;
          case COMPUTE -> system.roofline() && !table.cpu(slot) && table.touchedBytes(slot) == 0;
          default -> false;
        };
  }

  private void check(int rank, NodeTable table, int slot, FindingCollector findings) {
    switch (table.kind(slot)) {
      case COMPUTE -> {
        if (!table.cpu(slot)) {
          kernel(rank, table, slot, findings);
        }
      }
      case SEND, RECEIVE -> message(rank, table, slot, findings);
      case COLLECTIVE -> {
        if (!table.broadcast(slot)) {
          collective(rank, table, slot, findings);
        }
      }
      case LOAD, STORE -> {
        if (setting.machine().memory().kind() == MemoryConfig.Kind.NONE) {
          throw new SimulationFault("there is no remote memory: name one in the memory file");
        }
      }
      case METADATA ->
          throw new SimulationFault("AstraSim fails at metadata nodes: leave the node out");
      case INVALID ->
          report(
              FindingSeverity.WARNING,
              Rule.NODE,
              "it does nothing and takes no time: what waits for it is issued only when"
                  + " something else ends",
              rank,
              table,
              slot,
              findings);
    }
  }

  private void kernel(int rank, NodeTable table, int slot, FindingCollector findings) {
    long operations = table.operations(slot);
    long bytes = table.touchedBytes(slot);
    boolean roofline = system.roofline();
    if (operations != 0 && bytes != 0) {
      if (roofline && table.waits(slot) && durations.nanos(operations, bytes) == 0) {
        // What may run at t = 0 is looked at apart; later it does no harm.
        report(
            FindingSeverity.WARNING,
            Rule.DURATION,
            "it lasts less than 1 ns, where AstraSim fails at t = 0",
            rank,
            table,
            slot,
            findings);
      }
    } else if (operations != 0 || bytes != 0 || roofline) {
      report(
          roofline ? FindingSeverity.ERROR : FindingSeverity.WARNING,
          Rule.WORK,
          operations == 0
              ? "num_ops is 0: with the roofline it lasts 2^63 ns"
              : "tensor_size is 0: with the roofline it takes no time, and AstraSim misses its end",
          rank,
          table,
          slot,
          findings);
    }
  }

  private void message(int rank, NodeTable table, int slot, FindingCollector findings) {
    int peer = table.peer(slot);
    if (peer < 0 || peer >= ranks) {
      throw new SimulationFault(
          "there is no rank " + Integer.toUnsignedString(peer) + ", only " + ranks);
    }
    if (peer == rank) {
      throw new SimulationFault("a rank has no messages for itself");
    }
    long bytes = table.bytes(slot);
    if (bytes <= 0) {
      throw new SimulationFault(
          "comm_size " + Long.toUnsignedString(bytes) + ": must be 1 to 2^63 - 1");
    }
    if (setting.rendezvous() && bytes > Integer.MAX_VALUE) {
      throw new SimulationFault(
          "comm_size " + bytes + ": with rendezvous AstraSim takes less than 2 GiB");
    }
    if (MessageTransport.tag(table.tag(slot)) != table.tag(slot) || table.tag(slot) < 0) {
      report(
          FindingSeverity.WARNING,
          Rule.NODE,
          "comm_tag "
              + Integer.toUnsignedString(table.tag(slot))
              + ": AstraSim keeps tags modulo 500,000,000",
          rank,
          table,
          slot,
          findings);
    }
  }

  private void collective(int rank, NodeTable table, int slot, FindingCollector findings) {
    long type = table.statedCollective(slot);
    long bytes = table.bytes(slot);
    if (isCustom(table, slot)) {
      return;
    }
    if (ranks == 1 && !setting.networkKnown()) {
      throw new SimulationFault(
          "a collective, but there is a trace of one rank only: are those of other ranks missing?");
    }
    Call call = new Call(table.group(slot), type, bytes, table.involved(slot));
    if (checked.size() < MOST_COLLECTIVES && !checked.add(call)) {
      return;
    }
    rehearsal.check(rank, call.group(), type, bytes, call.involved());
    if (!Collectives.givesPart(type) && bytes / system.splits() < ranks) {
      report(
          FindingSeverity.WARNING,
          Rule.MEANING,
          "AstraSim runs "
              + bytes
              + " bytes as "
              + (long) system.splits() * ranks
              + ": a byte for each split and rank of the network",
          rank,
          table,
          slot,
          findings);
    }
  }

  /** Whether it may run by an algorithm that is a trace: then only a run tells of it. */
  private boolean isCustom(NodeTable table, int slot) {
    long type = table.statedCollective(slot);
    return custom.byNode().containsKey(table.id(slot))
        || custom.byCollective().keySet().stream().anyMatch(of -> of.chakraType() == type);
  }

  /** An upper bound of how long a node takes that nothing holds up, ns. */
  double longest(NodeTable table, int slot) {
    NodeKind kind = table.kind(slot);
    boolean kernel = kind == NodeKind.COMPUTE && system.roofline() && !table.cpu(slot);
    if (kernel && !system.replayOnly()) {
      long bytes = table.touchedBytes(slot);
      return bytes == 0 ? 0 : UnsignedCast.toDouble(durations.nanos(table.operations(slot), bytes));
    }
    boolean stated = kind == NodeKind.COMPUTE || system.replayOnly();
    if (stated || (kind == NodeKind.COLLECTIVE && table.broadcast(slot))) {
      return UnsignedCast.toDouble(table.nanos(slot));
    }
    return UnsignedCast.toDouble(table.bytes(slot));
  }

  private static void report(
      FindingSeverity severity,
      Rule rule,
      String problem,
      int rank,
      NodeTable table,
      int slot,
      FindingCollector findings) {
    Finding.Node node = new Finding.Node(rank, table.id(slot));
    findings.add(new Finding(severity, rule, List.of(node), text(rank, table, slot) + problem));
  }

  private static String text(int rank, NodeTable table, int slot) {
    int type = table.collective(slot);
    String what =
        switch (table.kind(slot)) {
          case COLLECTIVE ->
              isKnown(type) && !table.hasFault(slot) ? Collectives.name(type) : "collective";
          default -> table.kind(slot).toString();
        };
    return "rank " + rank + ": " + what + " " + Long.toUnsignedString(table.id(slot)) + ": ";
  }

  private static boolean isKnown(int type) {
    return Arrays.stream(Collective.values()).anyMatch(known -> known.chakraType() == type);
  }
}
