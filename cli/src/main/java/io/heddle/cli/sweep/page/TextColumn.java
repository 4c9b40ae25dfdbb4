package io.heddle.cli.sweep.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A column of texts of which many are equal. Of very many that differ the last are one. */
final class TextColumn extends PageColumn {
  /** What stands for texts that are too many to be kept. */
  static final String OTHER = "(another)";

  private static final int MOST = 1 << Character.SIZE;
  private static final int NO_CODE = -1;

  private final Map<String, Integer> codes = new HashMap<>();

  /** By their codes; empty is the cell without anything. */
  private final List<Optional<String>> texts = new ArrayList<>();

  private int none = NO_CODE;
  private int other = NO_CODE;
  private char[] cells = new char[64];
  private int size;

  TextColumn(String name) {
    super(name);
  }

  @Override
  void add(String text) {
    Integer known = codes.get(text);
    if (known != null) {
      cell(known);
    } else if (texts.size() < MOST - 2) {
      codes.put(text, texts.size());
      cell(code(Optional.of(text)));
    } else {
      // Codes are left for this, and for cells without anything.
      other = other == NO_CODE ? code(Optional.of(OTHER)) : other;
      cell(other);
    }
  }

  @Override
  void addNone() {
    none = none == NO_CODE ? code(Optional.empty()) : none;
    cell(none);
  }

  private int code(Optional<String> text) {
    texts.add(text);
    return texts.size() - 1;
  }

  private void cell(int code) {
    if (size == cells.length) {
      cells = Arrays.copyOf(cells, 2 * size);
    }
    cells[size++] = (char) code;
  }

  @Override
  void write(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("texts");
    for (Optional<String> text : texts) {
      json.writeString(text.orElse(null));
    }
    json.writeEndArray();
    if (other != NO_CODE) {
      json.writeNumberField("other", other);
    }
    int width = texts.size() <= 1 << Byte.SIZE ? Byte.BYTES : Character.BYTES;
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
