package io.heddle.cli.sweep.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A column of numbers: whole ones in 64 bits, others in 32, which is more than a page shows. */
final class NumberColumn extends PageColumn {
  private double[] values = new double[64];
  private int size;
  private boolean isWhole = true;

  NumberColumn(String name) {
    super(name);
  }

  @Override
  void addNone() {
    add("");
  }

  /** Empty is a cell without anything. */
  @Override
  void add(String text) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    double value = text.isEmpty() ? Double.NaN : Double.parseDouble(text);
    isWhole &= Double.isNaN(value) || value == Math.rint(value);
    values[size++] = value;
  }

  @Override
  void write(JsonGenerator json) throws IOException {
    json.writeNumberField("width", isWhole ? Double.BYTES : Float.BYTES);
    byte[] all = new byte[size * (isWhole ? Double.BYTES : Float.BYTES)];
    ByteBuffer bytes = into(all);
    for (int i = 0; i < size; i++) {
      if (isWhole) {
        bytes.putDouble(values[i]);
      } else {
        bytes.putFloat((float) values[i]);
      }
    }
    bits(json, all);
  }
}
