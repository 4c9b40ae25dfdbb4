package io.heddle.runtime.simulate.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.runtime.simulate.config.MemoryConfig.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Reads AstraSim's configuration files. Keys that AstraSim ignores are ignored. */
public final class ConfigReader {
  private static final int DEEPEST = 50;
  private static final long LONGEST_FILE = 1L << 28;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  // Names are ids here, too many to be kept; which were there is remembered otherwise.
  private static final JsonFactory GROUPS =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private ConfigReader() {}

  /** Reads {@code system.json}; paths in it begin in the working directory, as AstraSim's do. */
  public static SystemConfig system(Path file) throws IOException {
    return system(file, Path.of(""));
  }

  /**
   * Reads {@code system.json}.
   *
   * @param folder in which paths in it begin
   */
  public static SystemConfig system(Path file, Path folder) throws IOException {
    return new SystemReader(file, folder, tree(file)).read();
  }

  /** Reads {@code network.yml}. */
  public static NetworkConfig network(Path file) throws IOException {
    return new NetworkReader(file).read(bytes(file));
  }

  /** Reads {@code memory.json}. */
  public static MemoryConfig memory(Path file) throws IOException {
    JsonNode root = tree(file);
    String type = root.path("memory-type").asText("");
    Optional<Kind> kind =
        Arrays.stream(Kind.values()).filter(k -> k.astraSimName().equals(type)).findFirst();
    if (kind.isEmpty()) {
      throw new InputException(
          file,
          "memory-type \""
              + type
              + "\": must be one of "
              + Arrays.stream(Kind.values()).map(Kind::astraSimName).toList());
    }
    if (kind.get() == Kind.NONE) {
      return MemoryConfig.NONE;
    }
    long bandwidth = whole(file, root, "remote-mem-bw", 1);
    long latency = whole(file, root, "remote-mem-latency", 0);
    long ranksPerNode = kind.get() == Kind.PER_NODE ? whole(file, root, "num-npus-per-node", 1) : 1;
    return new MemoryConfig(
        kind.get(), latency, bandwidth, (int) Math.min(ranksPerNode, Integer.MAX_VALUE));
  }

  private static long whole(Path file, JsonNode root, String key, long least)
      throws InputException {
    JsonNode value = root.path(key);
    if (!value.isNumber() || value.doubleValue() >= 0x1p62 || value.longValue() < least) {
      throw new InputException(file, key + ": must be a number, " + least + " or more");
    }
    return value.longValue();
  }

  /** Reads the file of communicator groups. */
  public static CommunicatorGroups groups(Path file) throws IOException {
    try (InputStream in = open(file);
        JsonParser json = GROUPS.createParser(in)) {
      return new GroupReader(file, json).read();
    } catch (JsonProcessingException e) {
      throw malformed(file, e);
    }
  }

  private static JsonNode tree(Path file) throws IOException {
    try {
      JsonNode root = new ObjectMapper(JSON).readTree(bytes(file));
      if (root == null || !root.isObject()) {
        throw new InputException(file, "must be a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw malformed(file, e);
    }
  }

  private static InputException malformed(Path file, JsonProcessingException e) {
    return new InputException(file, JsonFault.of(e), e);
  }

  static byte[] bytes(Path file) throws IOException {
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes((int) LONGEST_FILE + 1);
      if (bytes.length > LONGEST_FILE) {
        throw tooLong(file, bytes.length);
      }
      return bytes;
    }
  }

  private static InputStream open(Path file) throws IOException {
    try {
      if (!Files.isRegularFile(file) && Files.exists(file)) {
        throw new InputException(file, "not a file; a folder, pipe or device cannot be read");
      }
      long size = Files.size(file);
      if (size > LONGEST_FILE) {
        throw tooLong(file, size);
      }
      return new BufferedInputStream(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      throw new InputException(file, "no such file", e);
    }
  }

  private static InputException tooLong(Path file, long size) {
    return new InputException(file, size + " bytes are no configuration file");
  }
}
