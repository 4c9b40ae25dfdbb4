package io.heddle.runtime.simulate.config;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Makes a {@link NetworkConfig} of a {@code network.yml}; numbers are read as AstraSim does. */
final class NetworkReader {
  /** Hexadecimal behind 0x, octal behind 0, else decimal. */
  private static final Pattern WHOLE =
      Pattern.compile("\\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]+)|(0|[1-9][0-9]*))\\s*");

  private static final Pattern DECIMAL =
      Pattern.compile("\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*");
  private static final Pattern INFINITE = Pattern.compile("\\+?\\.(inf|Inf|INF)");

  private final Path file;

  NetworkReader(Path file) {
    this.file = file;
  }

  NetworkConfig read(byte[] yaml) throws InputException {
    List<NodeTuple> root =
        YamlDocument.map(file, yaml, "with topology, npus_count, bandwidth, latency");
    List<String> topologies = list(root, "topology");
    List<String> counts = list(root, "npus_count");
    List<String> bandwidths = list(root, "bandwidth");
    List<String> latencies = list(root, "latency");
    int dimensions = topologies.size();
    if (dimensions == 0) {
      throw new InputException(file, "topology: must name one dimension or more");
    }
    if (counts.size() != dimensions
        || bandwidths.size() != dimensions
        || latencies.size() != dimensions) {
      throw new InputException(
          file, "topology, npus_count, bandwidth and latency must have one entry per dimension");
    }
    try {
      List<Dimension> result = new ArrayList<>();
      for (int d = 0; d < dimensions; d++) {
        result.add(
            new Dimension(
                topology(topologies.get(d)),
                count(counts.get(d)),
                number("bandwidth", bandwidths.get(d)),
                number("latency", latencies.get(d))));
      }
      return new NetworkConfig(result);
    } catch (IllegalArgumentException e) {
      throw new InputException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private List<String> list(List<NodeTuple> root, String key) throws InputException {
    for (NodeTuple entry : root) {
      if (YamlDocument.scalar(entry.getKeyNode()).equals(key)
          && entry.getValueNode() instanceof SequenceNode sequence) {
        List<String> texts = new ArrayList<>();
        for (Node value : sequence.getValue()) {
          texts.add(YamlDocument.scalar(value));
        }
        return texts;
      }
    }
    throw new InputException(file, key + ": must be a list, one entry for each dimension");
  }

  private static Topology topology(String name) {
    for (Topology topology : Topology.values()) {
      if (topology.astraSimName().equals(name)) {
        return topology;
      }
    }
    throw new IllegalArgumentException(
        "topology " + name + ": must be Ring, Switch or FullyConnected");
  }

  private static int count(String text) {
    Matcher matcher = WHOLE.matcher(text);
    if (matcher.matches()) {
      String sign = matcher.group(1);
      try {
        if (matcher.group(2) != null) {
          return Integer.parseInt(sign + matcher.group(2), 16);
        }
        if (matcher.group(3) != null) {
          return Integer.parseInt(sign + matcher.group(3), 8);
        }
        return Integer.parseInt(sign + matcher.group(4));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("npus_count " + text + ": too large", e);
      }
    }
    throw new IllegalArgumentException("npus_count " + text + ": must be a whole number");
  }

  private static double number(String key, String text) {
    if (DECIMAL.matcher(text).matches()) {
      return Double.parseDouble(text.strip());
    }
    if (INFINITE.matcher(text).matches()) {
      return Double.POSITIVE_INFINITY;
    }
    throw new IllegalArgumentException(key + " " + text + ": must be a number");
  }
}
