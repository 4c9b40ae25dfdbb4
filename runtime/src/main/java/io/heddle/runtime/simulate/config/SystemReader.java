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
import java.util.Optional;
import java.util.OptionalInt;

/** Makes a {@link SystemConfig} of a {@code system.json}, as AstraSim takes it. */
final class SystemReader {
  private static final String PER_NODE = "per-node-custom-implementation";
  private static final String MEMORY_TRACE = "local-mem-trace-filename";

  private final Path file;
  private final Path folder;
  private final JsonNode root;
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param folder in which relative paths of the file begin
   */
  SystemReader(Path file, Path folder, JsonNode root) {
    this.file = file;
    this.folder = folder;
    this.root = root;
  }

  SystemConfig read() throws InputException {
    Map<Collective, List<Implementation>> implementations = new EnumMap<>(Collective.class);
    Map<Collective, Path> custom = new EnumMap<>(Collective.class);
    for (Collective collective : Collective.values()) {
      String key = Implementation.key(collective);
      if (root.has(key + "-custom")) {
        custom.put(collective, prefix(key + "-custom"));
      }
      if (root.has(key)) {
        List<Implementation> list = implementations(key);
        if (!list.isEmpty()) {
          implementations.put(collective, list);
        }
      }
    }
    Map<Long, Path> byNode =
        root.has(PER_NODE) ? NodeMapReader.read(folder.resolve(text(PER_NODE)), folder) : Map.of();
    return new SystemConfig(
        policy(),
        optimization(),
        root.has("endpoint-delay")
            ? OptionalInt.of(atLeast("endpoint-delay", 0, 0))
            : OptionalInt.empty(),
        atLeast("active-chunks-per-dimension", 1, 1),
        atLeast("preferred-dataset-splits", 0, 0),
        implementations,
        new CustomAlgorithms(custom, byNode),
        bus(),
        decimal("local-mem-bw"),
        decimal("peak-perf"),
        isOn("roofline-enabled"),
        isOn("replay-only"),
        isOn("track-local-mem")
            ? Optional.of(root.has(MEMORY_TRACE) ? text(MEMORY_TRACE) : SystemConfig.MEMORY_TRACE)
            : Optional.empty(),
        warnings);
  }

  /** Anything but the number 0 turns these switches on. */
  private boolean isOn(String key) {
    JsonNode value = root.path(key);
    if (value.isMissingNode() || (value.isNumber() && value.doubleValue() == 0)) {
      return false;
    }
    if (!value.isNumber() && !value.asBoolean()) {
      warnings.add(
          file
              + ": "
              + key
              + " is "
              + value
              + ", which AstraSim takes for on: only the number 0 is off; write 0, or leave the key"
              + " out");
    }
    return true;
  }

  /** LogGP's parameters are kept as 32-bit numbers. */
  private Optional<SharedBus> bus() throws InputException {
    if (whole("model-shared-bus", 0) != 1) {
      return Optional.empty();
    }
    return Optional.of(
        new SharedBus(
            (long) (float) decimal("L"),
            (long) (float) decimal("o"),
            (long) (float) decimal("g"),
            (float) decimal("G"),
            atLeast("local-reduction-delay", 1, 0)));
  }

  private Path prefix(String key) throws InputException {
    JsonNode list = root.get(key);
    if (!list.isArray() || list.size() != 1 || !list.get(0).isTextual()) {
      throw new InputException(
          file, key + ": must be a list of one path, the prefix of the algorithm's traces");
    }
    return folder.resolve(list.get(0).textValue());
  }

  private String text(String key) throws InputException {
    JsonNode value = root.get(key);
    if (!value.isTextual()) {
      throw new InputException(file, key + " " + value + ": must be a text");
    }
    return value.textValue();
  }

  private List<Implementation> implementations(String key) throws InputException {
    JsonNode list = root.get(key);
    if (!list.isArray()) {
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
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 0)) {
      throw new InputException(file, key + " " + value + ": must be a number, 0 or more");
    }
    return value.doubleValue();
  }
}
