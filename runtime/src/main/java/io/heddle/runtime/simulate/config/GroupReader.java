package io.heddle.runtime.simulate.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heddle.runtime.chakra.GroupName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads a file of groups entry by entry: there may be millions. Of names that stand for one number
 * the last in the order of their bytes counts, as in AstraSim; what follows the object is not read.
 */
final class GroupReader {
  private final Path file;
  private final JsonParser json;
  private final Map<Integer, int[]> groups = new HashMap<>();
  private final IdSet ids = new IdSet();
  // Names that are not just the number.
  private final Map<Integer, String> loose = new HashMap<>();
  private int[] buffer = new int[16];

  GroupReader(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  CommunicatorGroups read() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new InputException(file, "must be an object of lists of ranks, by group id");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      int id = id(name);
      int size = ranks(name);
      if (!ids.add(id) && isBehind(id, name)) {
        continue;
      }
      if (name.equals(Integer.toString(id))) {
        loose.remove(id);
      } else {
        loose.put(id, name);
      }
      if (size > 0) {
        groups.put(id, Arrays.copyOf(buffer, size));
      } else {
        groups.remove(id);
      }
    }
    return new CommunicatorGroups(groups, ids);
  }

  /** Whether the entry that is there counts, and not this one. */
  private boolean isBehind(int id, String name) {
    String there = loose.getOrDefault(id, Integer.toString(id));
    return Arrays.compareUnsigned(
            there.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8))
        > 0;
  }

  private int ranks(String name) throws IOException {
    if (json.nextToken() != JsonToken.START_ARRAY) {
      throw new InputException(file, "group \"" + name + "\": must be a list of ranks");
    }
    int size = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (size == buffer.length) {
        buffer = Arrays.copyOf(buffer, 2 * size);
      }
      buffer[size++] = rank(name);
    }
    return size;
  }

  private int rank(String name) throws IOException {
    int rank =
        switch (json.currentToken()) {
          case VALUE_NUMBER_INT -> json.getIntValue();
          case VALUE_NUMBER_FLOAT -> (int) json.getDoubleValue();
          case VALUE_TRUE -> 1;
          case VALUE_FALSE -> 0;
          default -> throw new InputException(file, "group \"" + name + "\": must hold ranks only");
        };
    if (rank < 0) {
      throw new InputException(file, "group \"" + name + "\": rank " + rank + " is negative");
    }
    return rank;
  }

  private int id(String name) throws InputException {
    OptionalInt id = GroupName.number(name);
    if (id.isEmpty() || id.getAsInt() < 1) {
      throw new InputException(
          file, "group \"" + name + "\": a name must begin with a whole number from 1");
    }
    return id.getAsInt();
  }
}
