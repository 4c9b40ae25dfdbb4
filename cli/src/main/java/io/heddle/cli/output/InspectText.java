package io.heddle.cli.output;

import io.heddle.cli.inspect.NodeCounts;
import io.heddle.cli.inspect.NodeFilter;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.chakra.Printable;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Nodes of a trace for people: a line for each, as it is read, and what they add up to. */
public final class InspectText {
  private static final int MOST_PARENTS = 8;
  private static final int LONGEST_NAME = 200;

  private InspectText() {}

  /** A line, ending with a line break. */
  public static String node(EtNode node) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(Locale.ROOT, "%8s  %-10s", Long.toUnsignedString(node.id()), kind(node)));
    if (!node.name().isEmpty()) {
      line.append("  ").append(Printable.of(node.name(), LONGEST_NAME));
    }
    if (node.durationMicros() != 0) {
      line.append("  duration_micros=").append(Long.toUnsignedString(node.durationMicros()));
    }
    for (EtAttribute attribute : EtAttribute.values()) {
      if (isShown(node, attribute)) {
        line.append("  ").append(attribute.key()).append('=').append(value(node, attribute));
      }
    }
    if (node.parents() > 0) {
      line.append("  after");
      for (int i = 0; i < Math.min(node.parents(), MOST_PARENTS); i++) {
        line.append(' ').append(Long.toUnsignedString(node.parent(i)));
      }
      if (node.parents() > MOST_PARENTS) {
        line.append(" and ").append(node.parents() - MOST_PARENTS).append(" more");
      }
    }
    return line.append('\n').toString();
  }

  /** Nearly all nodes say that they are not of the CPU. */
  private static boolean isShown(EtNode node, EtAttribute attribute) {
    State state = node.state(attribute);
    boolean usual =
        attribute == EtAttribute.IS_CPU_OP && state == State.PRESENT && node.value(attribute) == 0;
    return state != State.ABSENT && !usual;
  }

  private static String kind(EtNode node) {
    return NodeFilter.kind(node).map(NodeKind::toString).orElse("type " + node.type());
  }

  private static String value(EtNode node, EtAttribute attribute) {
    if (attribute == EtAttribute.PG_NAME && !node.group().isEmpty()) {
      return Printable.of(node.group(), LONGEST_NAME);
    }
    if (node.state(attribute) == State.MISTYPED) {
      return "(of a wrong type)";
    }
    long value = node.value(attribute);
    return attribute == EtAttribute.COMM_TYPE
        ? CollectiveName.of(value).orElse(Long.toUnsignedString(value))
        : Long.toUnsignedString(value);
  }

  /** What the nodes add up to, ending with a line break. */
  public static String counts(NodeCounts counts) {
    List<String> kinds = new ArrayList<>();
    for (NodeKind kind : NodeKind.values()) {
      add(kinds, counts.nodes(kind), " " + kind);
    }
    add(kinds, counts.nodesOfNoKind(), " of no type that Chakra has");
    return "%s of %s nodes listed; %s in the file\n"
            .formatted(
                Quantities.count(counts.listedNodes()),
                Quantities.count(counts.wantedNodes()) + " matching",
                Quantities.count(counts.nodes()))
        + (kinds.isEmpty() ? "" : String.join(", ", kinds) + "\n")
        + "%s dependencies, %s operations, %s of memory, %s into collectives, %s sent\n"
            .formatted(
                Quantities.count(counts.dependencies()),
                counts.operations(),
                bytes(counts.memoryBytes()),
                bytes(counts.collectiveBytes()),
                bytes(counts.sentBytes()));
  }

  private static void add(List<String> kinds, long count, String name) {
    if (count > 0) {
      kinds.add(Quantities.count(count) + name);
    }
  }

  private static String bytes(BigInteger bytes) {
    return Quantities.bytes(bytes);
  }
}
