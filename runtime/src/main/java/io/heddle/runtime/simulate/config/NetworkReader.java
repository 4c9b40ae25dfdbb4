package io.heddle.runtime.simulate.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Makes a {@link NetworkConfig} of a {@code network.yml}. */
final class NetworkReader {
  private static final int DEEPEST = 50;

  private final Path file;

  NetworkReader(Path file) {
    this.file = file;
  }

  NetworkConfig read(byte[] yaml) throws InputException {
    Map<?, ?> root = root(yaml);
    List<?> topologies = list(root, "topology");
    List<?> counts = list(root, "npus_count");
    List<?> bandwidths = list(root, "bandwidth");
    List<?> latencies = list(root, "latency");
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

  private Map<?, ?> root(byte[] yaml) throws InputException {
    try {
      String text = text(yaml);
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      checkDepth(settings, text);
      Object root = new Load(settings).loadFromString(text);
      if (root instanceof Map<?, ?> map) {
        return map;
      }
    } catch (MarkedYamlEngineException e) {
      String where =
          e.getProblemMark()
              .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("somewhere");
      throw new InputException(file, where + ": not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new InputException(file, "not YAML: " + e.getMessage(), e);
    }
    throw new InputException(file, "must be a map with topology, npus_count, bandwidth, latency");
  }

  private String text(byte[] yaml) throws InputException {
    ByteBuffer in = ByteBuffer.wrap(yaml);
    CharBuffer out = CharBuffer.allocate(yaml.length);
    CoderResult result = UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      throw new InputException(file, "byte " + in.position() + ": not UTF-8");
    }
    return out.flip().toString();
  }

  /** Nodes are made by recursion, events are not. */
  private void checkDepth(LoadSettings settings, String text) throws InputException {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        throw new InputException(file, "lists and maps in each other, deeper than " + DEEPEST);
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  /** A value for a message: one that holds others may hold itself. */
  private static String shown(Object value) {
    return value instanceof List || value instanceof Map || value instanceof Set
        ? "(a list or map)"
        : String.valueOf(value);
  }

  private List<?> list(Map<?, ?> root, String key) throws InputException {
    if (root.get(key) instanceof List<?> list) {
      return list;
    }
    throw new InputException(file, key + ": must be a list, one entry for each dimension");
  }

  private static Topology topology(Object name) {
    for (Topology topology : Topology.values()) {
      if (topology.astraSimName().equals(name)) {
        return topology;
      }
    }
    throw new IllegalArgumentException(
        "topology " + shown(name) + ": must be Ring, Switch or FullyConnected");
  }

  private static int count(Object value) {
    if (value instanceof Integer count) {
      return count;
    }
    throw new IllegalArgumentException("npus_count " + shown(value) + ": must be a whole number");
  }

  private static double number(String key, Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(key + " " + shown(value) + ": must be a number");
  }
}
