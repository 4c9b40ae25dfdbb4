package io.heddle.cli.sweep.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A column of texts of which many are equal. Of very many that differ the last are one. */
final class TextColumn extends PageColumn {
  /** What stands for texts that are too many to be kept. */
  static final String OTHER = "(another)";

  private static final int MOST = 1 << 16;

  private final Map<String, Integer> codes = new LinkedHashMap<>();
  private char[] cells = new char[64];
  private int size;

  TextColumn(String name) {
    super(name);
  }

  @Override
  void add(String text) {
    if (size == cells.length) {
      cells = Arrays.copyOf(cells, 2 * size);
    }
    String kept = codes.size() < MOST - 1 || codes.containsKey(text) ? text : OTHER;
    cells[size++] = (char) codes.computeIfAbsent(kept, unused -> codes.size()).intValue();
  }

  @Override
  void write(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("texts");
    for (String text : codes.keySet()) {
      json.writeString(text);
    }
    json.writeEndArray();
    int width = codes.size() <= 1 << Byte.SIZE ? Byte.BYTES : Character.BYTES;
    json.writeNumberField("width", width);
    byte[] all = new byte[size * width];
    ByteBuffer bytes = into(all);
    for (int i = 0; i < size; i++) {
      if (width == Byte.BYTES) {
        bytes.put((byte) cells[i]);
      } else {
        bytes.putChar(cells[i]);
      }
    }
    bits(json, all);
  }
}
