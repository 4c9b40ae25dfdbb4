package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one place does in a custom collective: a trace of sends, receives and kernels, read once.
 * Peers are places, not ranks.
 */
final class AlgorithmTrace {
  private static final int COMPUTE = 4;
  private static final int SEND = 5;
  private static final int RECEIVE = 6;

  private final Path file;
  private final LongIntMap numbers = new LongIntMap();
  private final List<Step> steps = new ArrayList<>();
  private final int[] free;
  private int[] waits = {};
  private int[][] children = {};

  /** A node of the trace. */
  static final class Step {
    final long id;
    int type;
    long nanos;
    int peer;
    int tag;
    long bytes;
    boolean recorded;
    @Nullable EtAttribute missing;

    Step(long id) {
      this.id = id;
    }

    boolean sends() {
      return type == SEND;
    }

    boolean receives() {
      return type == RECEIVE;
    }

    boolean computes() {
      return type == COMPUTE;
    }
  }

  /**
   * Reads the trace.
   *
   * @throws SimulationFault if AstraSim could not begin it
   */
  AlgorithmTrace(Path file) {
    this.file = file;
    int[] order;
    try (EtReader reader = new EtReader(file)) {
      order = read(reader);
    } catch (IOException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
    this.free = Arrays.stream(order).filter(node -> waits[node] == 0).toArray();
    for (Step step : steps) {
      if (!step.recorded) {
        throw fault(file + ": node " + id(step.id) + " is named as a parent, but is not there");
      }
    }
    if (free.length == 0) {
      throw fault(file + ": the trace has no node without parents");
    }
  }

  private static SimulationFault fault(String problem) {
    return new SimulationFault(
        "the custom algorithm cannot be read, and AstraSim ends here (where the file is not there,"
            + " it leaves an empty one): "
            + problem);
  }

  /** Reads all records; returns the nodes in the order of AstraSim's map of them. */
  private int[] read(EtReader reader) throws IOException {
    List<List<Integer>> childrenOf = new ArrayList<>();
    List<Integer> seen = new ArrayList<>();
    EtNode record = new EtNode();
    while (reader.next(record)) {
      int node = number(record.id());
      describe(steps.get(node), record);
      seen.add(node);
      List<Integer> parents = new ArrayList<>();
      for (boolean used : new boolean[] {true, false}) {
        for (int i = 0; i < record.parents(); i++) {
          if (record.uses(i) == used) {
            parents.add(number(record.parent(i)));
          }
        }
      }
      while (childrenOf.size() < steps.size()) {
        childrenOf.add(new ArrayList<>());
      }
      for (int parent : ordered(parents)) {
        seen.add(parent);
        childrenOf.get(parent).add(node);
      }
    }
    int[] order = ordered(seen);
    waits = new int[steps.size()];
    children = new int[steps.size()][];
    for (int parent = 0; parent < children.length; parent++) {
      children[parent] = ordered(childrenOf.get(parent));
      for (int child : children[parent]) {
        waits[child]++;
      }
    }
    return order;
  }

  /** Nodes as a set that they are put into one after the other walks through them. */
  private int[] ordered(List<Integer> nodes) {
    UnorderedNodes set = new UnorderedNodes(nodes.size(), at -> steps.get(nodes.get(at)).id);
    for (int i = 0; i < nodes.size(); i++) {
      set.add(i);
    }
    return Arrays.stream(set.toArray()).map(nodes::get).toArray();
  }

  private int number(long id) {
    int number = numbers.get(id);
    if (number == LongIntMap.ABSENT) {
      number = steps.size();
      numbers.put(id, number);
      steps.add(new Step(id));
    }
    return number;
  }

  private static void describe(Step step, EtNode record) {
    step.recorded = true;
    step.type = record.type();
    step.nanos = record.durationMicros() == 0 ? 1 : record.durationMicros() * 1000;
    step.missing = null;
    if (step.sends() || step.receives()) {
      EtAttribute peer = step.sends() ? EtAttribute.COMM_DST : EtAttribute.COMM_SRC;
      step.peer = (int) value(step, record, peer);
      step.tag = (int) value(step, record, EtAttribute.COMM_TAG);
      step.bytes = value(step, record, EtAttribute.COMM_SIZE);
    }
  }

  private static long value(Step step, EtNode record, EtAttribute attribute) {
    if (record.state(attribute) == State.PRESENT) {
      return record.value(attribute);
    }
    step.missing = attribute;
    return 0;
  }

  private static String id(long unsigned) {
    return Long.toUnsignedString(unsigned);
  }

  Path file() {
    return file;
  }

  int size() {
    return steps.size();
  }

  Step step(int node) {
    return steps.get(node);
  }

  /** Number of parents of each node. */
  int[] waits() {
    return waits.clone();
  }

  /** The nodes that wait for one, in AstraSim's order. */
  int[] children(int node) {
    return children[node];
  }

  /** The nodes that wait for nothing, in the order in which AstraSim finds them. */
  int[] free() {
    return free;
  }
}
