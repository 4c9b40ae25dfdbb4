package io.heddle.runtime.verify;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.simulate.EtBytes;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.TestMachine;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import io.heddle.runtime.trace.Flattener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Traces that can be changed. */
final class TraceSet {
  /** A node of a trace. */
  static final class Node {
    long id;
    int type;
    long micros;
    final Set<Long> parents = new LinkedHashSet<>();
    final Map<EtAttribute, Long> values = new EnumMap<>(EtAttribute.class);

    Node(long id, int type) {
      this.id = id;
      this.type = type;
    }

    Node after(long... others) {
      for (long other : others) {
        parents.add(other);
      }
      return this;
    }

    Node with(EtAttribute attribute, long value) {
      values.put(attribute, value);
      return this;
    }

    private EtBytes.Node encoded() {
      EtBytes.Node node = new EtBytes.Node(id, type).micros(micros);
      parents.forEach(node::after);
      values.forEach(
          (attribute, value) -> {
            if (attribute == EtAttribute.PG_NAME) {
              node.with(attribute.key(), String.valueOf(value));
            } else {
              node.with(attribute.key(), value);
            }
          });
      return node;
    }
  }

  final List<List<Node>> ranks = new ArrayList<>();
  final Map<Integer, int[]> groups = new HashMap<>();

  static TraceSet of(TraceWorkload traces, Map<Integer, int[]> groups) {
    TraceSet set = new TraceSet();
    set.groups.putAll(groups);
    for (int rank = 0; rank < traces.ranks(); rank++) {
      List<Node> nodes = new ArrayList<>();
      set.ranks.add(nodes);
      try (EtReader reader = new EtReader(traces.file(rank))) {
        EtNode node = new EtNode();
        while (reader.next(node)) {
          nodes.add(copy(node));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return set;
  }

  /** The traces of a plan, written and read. */
  static TraceSet of(Flattener flattener) {
    List<EtBytes> files = new ArrayList<>();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (EtWriter writer = new EtWriter(bytes, rank, false)) {
        flattener.emit(rank, writer);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      files.add(EtBytes.of(bytes.toByteArray()));
    }
    Map<Integer, int[]> groups = new HashMap<>();
    flattener.groups().all().forEach(group -> groups.put(group.id(), group.ring()));
    return of(TestMachine.traces(files), groups);
  }

  private static Node copy(EtNode read) {
    Node node = new Node(read.id(), read.type());
    node.micros = read.durationMicros();
    for (int i = 0; i < read.parents(); i++) {
      node.parents.add(read.parent(i));
    }
    for (EtAttribute attribute : EtAttribute.values()) {
      if (read.state(attribute) == State.PRESENT && attribute != EtAttribute.INVOLVED_DIM) {
        node.values.put(attribute, read.value(attribute));
      }
    }
    return node;
  }

  static Node compute(long id) {
    return new Node(id, EtBytes.COMPUTE)
        .with(EtAttribute.NUM_OPS, 1_000_000)
        .with(EtAttribute.TENSOR_SIZE, 10_000);
  }

  static Node send(long id, int to, int tag, long bytes) {
    return new Node(id, EtBytes.SEND)
        .with(EtAttribute.COMM_DST, to)
        .with(EtAttribute.COMM_TAG, tag)
        .with(EtAttribute.COMM_SIZE, bytes);
  }

  static Node receive(long id, int from, int tag, long bytes) {
    return new Node(id, EtBytes.RECEIVE)
        .with(EtAttribute.COMM_SRC, from)
        .with(EtAttribute.COMM_TAG, tag)
        .with(EtAttribute.COMM_SIZE, bytes);
  }

  static Node collective(long id, Collective collective, int group, long bytes) {
    return new Node(id, EtBytes.COLLECTIVE)
        .with(EtAttribute.COMM_TYPE, collective.chakraType())
        .with(EtAttribute.COMM_SIZE, bytes)
        .with(EtAttribute.PG_NAME, group);
  }

  Node node(int rank, long id) {
    return ranks.get(rank).stream().filter(node -> node.id == id).findFirst().orElseThrow();
  }

  /** Takes a node out; what waited for it waits for what it waited for. */
  void drop(int rank, long id) {
    Node dropped = node(rank, id);
    ranks.get(rank).remove(dropped);
    for (Node node : ranks.get(rank)) {
      if (node.parents.remove(id)) {
        node.parents.addAll(dropped.parents);
      }
    }
  }

  TraceWorkload write() {
    List<EtBytes> files = new ArrayList<>();
    for (List<Node> nodes : ranks) {
      EtBytes file = new EtBytes();
      nodes.forEach(node -> file.add(node.encoded()));
      files.add(file);
    }
    return TestMachine.traces(files);
  }

  /** Verifies the set on a machine with these groups. */
  static Verification verify(TraceWorkload traces, SimulationInput machine, boolean rendezvous) {
    return Verifier.verify(
        traces, TraceSetting.of(machine, SimulationOptions.DEFAULT.withRendezvous(rendezvous)));
  }
}
