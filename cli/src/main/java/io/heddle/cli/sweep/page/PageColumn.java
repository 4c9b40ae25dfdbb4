package io.heddle.cli.sweep.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * A column of many points in few bytes: numbers by their bits, texts by their place in a list of
 * all that differ. Points that lack it have cells without anything, which are not those with an
 * empty text.
 */
abstract class PageColumn {
  private final String name;

  /** How many cells are filled. */
  private int size;

  PageColumn(String name) {
    this.name = name;
  }

  /** What it is called. */
  String name() {
    return name;
  }

  /** Sets the cell of a point behind all that are set. */
  void set(int point, String text) {
    skip(point);
    add(text);
    size++;
  }

  /** Leaves cells without anything until a point. */
  void skip(int point) {
    while (size < point) {
      addNone();
      size++;
    }
  }

  /** Adds a cell. */
  abstract void add(String text);

  /** Adds a cell without anything. */
  abstract void addNone();

  /** Writes the fields of the object that is the column. */
  abstract void write(JsonGenerator json) throws IOException;

  /** Writes bits as typed arrays of browsers have them, little-endian. */
  static void bits(JsonGenerator json, byte[] bytes) throws IOException {
    json.writeStringField("bits", Base64.getEncoder().encodeToString(bytes));
  }

  /** Fills bytes, little-endian. */
  static ByteBuffer into(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
