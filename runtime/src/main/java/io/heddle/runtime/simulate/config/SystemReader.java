package io.heddle.runtime.simulate.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectiveOptimization;
import io.heddle.runtime.cost.Implementation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Makes a {@link SystemConfig} of a {@code system.json}. */
final class SystemReader {
  private final Path file;
  private final JsonNode root;

  SystemReader(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  SystemConfig read() throws InputException {
    if (whole("model-shared-bus", 0) == 1) {
      throw new InputException(
          file, "model-shared-bus: the LogGP bus is not simulated; leave the key out");
    }
    if (root.has("per-node-custom-implementation")) {
      throw custom("per-node-custom-implementation");
    }
    Map<Collective, List<Implementation>> implementations = new EnumMap<>(Collective.class);
    for (Collective collective : Collective.values()) {
      String key = key(collective);
      if (root.has(key + "-custom")) {
        throw custom(key + "-custom");
      }
      if (root.has(key)) {
        implementations.put(collective, implementations(key));
      }
    }
    return new SystemConfig(
        policy(),
        optimization(),
        root.has("endpoint-delay")
            ? OptionalInt.of(atLeast("endpoint-delay", 0, 0))
            : OptionalInt.empty(),
        atLeast("active-chunks-per-dimension", 1, 1),
        atLeast("preferred-dataset-splits", 0, 0),
        implementations,
        decimal("local-mem-bw"),
        decimal("peak-perf"),
        whole("roofline-enabled", 0) != 0,
        whole("replay-only", 0) != 0);
  }

  private InputException custom(String key) {
    return new InputException(
        file, key + ": custom collectives are not simulated; name a native algorithm instead");
  }

  private static String key(Collective collective) {
    return switch (collective) {
      case ALL_REDUCE -> "all-reduce-implementation";
      case ALL_GATHER -> "all-gather-implementation";
      case ALL_TO_ALL -> "all-to-all-implementation";
      case REDUCE_SCATTER -> "reduce-scatter-implementation";
    };
  }

  private List<Implementation> implementations(String key) throws InputException {
    JsonNode list = root.get(key);
    if (!list.isArray() || list.isEmpty()) {
      throw new InputException(file, key + ": must be a list, one algorithm for each dimension");
    }
    List<Implementation> implementations = new ArrayList<>();
    for (JsonNode name : list) {
      implementations.add(
          Implementation.named(name.asText(""))
              .orElseThrow(
                  () ->
                      new InputException(
                          file,
                          key
                              + ": "
                              + name
                              + " is none of ring, direct, direct<window>, halvingDoubling,"
                              + " doubleBinaryTree, oneRing, oneDirect, oneHalvingDoubling")));
    }
    return implementations;
  }

  private SchedulingPolicy policy() throws InputException {
    JsonNode value = root.path("scheduling-policy");
    if (value.isMissingNode()) {
      return SchedulingPolicy.LIFO;
    }
    for (SchedulingPolicy policy : SchedulingPolicy.values()) {
      if (policy.name().equals(value.asText(""))) {
        return policy;
      }
    }
    throw new InputException(
        file,
        "scheduling-policy "
            + value
            + ": must be one of "
            + Arrays.toString(SchedulingPolicy.values()));
  }

  private CollectiveOptimization optimization() throws InputException {
    JsonNode value = root.path("collective-optimization");
    if (value.isMissingNode()) {
      return CollectiveOptimization.BASELINE;
    }
    for (CollectiveOptimization optimization : CollectiveOptimization.values()) {
      if (optimization.astraSimName().equals(value.asText(""))) {
        return optimization;
      }
    }
    throw new InputException(
        file, "collective-optimization " + value + ": must be baseline or localBWAware");
  }

  private int atLeast(String key, int absent, int least) throws InputException {
    long value = whole(key, absent);
    if (value < least || value > Integer.MAX_VALUE) {
      throw new InputException(
          file, key + " " + value + ": must be " + least + " to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private long whole(String key, long absent) throws InputException {
    JsonNode value = root.path(key);
    if (value.isMissingNode()) {
      return absent;
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    if (!value.isNumber()) {
      throw new InputException(file, key + " " + value + ": must be a number");
    }
    if (!value.canConvertToLong()) {
      throw new InputException(file, key + " " + value + ": must be below 2^63");
    }
    return value.longValue();
  }

  private double decimal(String key) throws InputException {
    JsonNode value = root.path(key);
    if (value.isMissingNode()) {
      return 0;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 0)) {
      throw new InputException(file, key + " " + value + ": must be a number, 0 or more");
    }
    return value.doubleValue();
  }
}
