package io.heddle.cli.graph;

import io.heddle.cli.graph.Graph.Kind;
import io.heddle.cli.inspect.NodeFilter;
import io.heddle.cli.output.CollectiveName;
import io.heddle.cli.output.Quantities;
import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.chakra.EtReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes a part of a Chakra trace, whoever made it. */
public final class FileWindow {
  private FileWindow() {}

  /**
   * The nodes with ids from {@code first} to {@code last}, unsigned; it ends early when there are
   * too many of them for a picture.
   *
   * @throws IOException if the file cannot be read
   */
  public static TraceWindow of(Path file, long first, long last) throws IOException {
    TraceWindow window = new TraceWindow();
    try (EtReader reader = new EtReader(file, true)) {
      EtNode node = new EtNode();
      while (!window.isTooLarge() && reader.next(node)) {
        if (Long.compareUnsigned(first, node.id()) <= 0
            && Long.compareUnsigned(node.id(), last) <= 0) {
          add(window, node);
        }
      }
    }
    return window;
  }

  /**
   * The nodes at the begin of the file.
   *
   * @param most of them
   * @throws IOException if the file cannot be read
   */
  public static TraceWindow ofBegin(Path file, int most) throws IOException {
    TraceWindow window = new TraceWindow();
    try (EtReader reader = new EtReader(file, true)) {
      EtNode node = new EtNode();
      while (window.size() < most && reader.next(node)) {
        add(window, node);
      }
    }
    return window;
  }

  private static void add(TraceWindow window, EtNode node) {
    window.add(node.id(), kind(node), lines(node));
    for (int i = 0; i < node.parents(); i++) {
      window.waitsFor(node.parent(i), node.uses(i));
    }
  }

  private static Kind kind(EtNode node) {
    boolean cpu =
        node.state(EtAttribute.IS_CPU_OP) == State.PRESENT
            && node.value(EtAttribute.IS_CPU_OP) != 0;
    return cpu
        ? Kind.OTHER
        : NodeFilter.kind(node)
            .map(
                kind ->
                    switch (kind) {
                      case COMPUTE -> Kind.COMPUTE;
                      case COLLECTIVE -> Kind.COLLECTIVE;
                      case SEND -> Kind.SEND;
                      case RECEIVE -> Kind.RECEIVE;
                      case LOAD, STORE, INVALID, METADATA -> Kind.OTHER;
                    })
            .orElse(Kind.OTHER);
  }

  private static List<String> lines(EtNode node) {
    List<String> lines = new ArrayList<>();
    lines.add(Long.toUnsignedString(node.id()) + " " + node.name());
    String kind = NodeFilter.kind(node).map(Object::toString).orElse("type " + node.type());
    lines.add(kind + detail(node));
    if (has(node, EtAttribute.NUM_OPS)) {
      double operations = number(node, EtAttribute.NUM_OPS).doubleValue();
      lines.add(Quantities.approximately(operations) + " FLOP");
    }
    addBytes(lines, node, EtAttribute.TENSOR_SIZE);
    addBytes(lines, node, EtAttribute.COMM_SIZE);
    return lines;
  }

  private static String detail(EtNode node) {
    StringBuilder text = new StringBuilder();
    if (has(node, EtAttribute.COMM_TYPE)) {
      long type = node.value(EtAttribute.COMM_TYPE);
      text.append(' ').append(CollectiveName.of(type).orElse(Long.toUnsignedString(type)));
    }
    append(text, node, EtAttribute.PG_NAME, " of group ");
    append(text, node, EtAttribute.COMM_SRC, " from ");
    append(text, node, EtAttribute.COMM_DST, " to ");
    return append(text, node, EtAttribute.COMM_TAG, ", tag ").toString();
  }

  private static boolean has(EtNode node, EtAttribute attribute) {
    return node.state(attribute) == State.PRESENT;
  }

  private static StringBuilder append(
      StringBuilder text, EtNode node, EtAttribute attribute, String before) {
    return has(node, attribute)
        ? text.append(before).append(Long.toUnsignedString(node.value(attribute)))
        : text;
  }

  private static void addBytes(List<String> lines, EtNode node, EtAttribute attribute) {
    if (has(node, attribute)) {
      lines.add(Quantities.bytes(number(node, attribute)));
    }
  }

  private static BigInteger number(EtNode node, EtAttribute attribute) {
    return new BigInteger(Long.toUnsignedString(node.value(attribute)));
  }
}
