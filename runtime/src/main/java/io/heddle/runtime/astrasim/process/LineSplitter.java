package io.heddle.runtime.astrasim.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Splits a stream into lines in bounded memory: what of a line is too long is left out. */
final class LineSplitter {
  /** Far longer than any line of AstraSim's that matters. */
  static final int LONGEST = 4096;

  private static final int CHUNK = 1 << 16;

  /** Takes the lines. */
  @FunctionalInterface
  interface Lines {
    /**
     * One line.
     *
     * @param line without its end
     * @param ended whether it has an end; only the last may have none
     */
    void line(String line, boolean ended);
  }

  private final Lines lines;
  private final byte[] line = new byte[LONGEST];
  private int length;
  private boolean begun;

  LineSplitter(Lines lines) {
    this.lines = lines;
  }

  /** Reads to the end of the stream. */
  void readAll(InputStream in) throws IOException {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        for (int i = 0; i < count; i++) {
          take(chunk[i]);
        }
      }
    } finally {
      if (begun) {
        tell(false);
      }
    }
  }

  private void take(byte b) {
    if (b == '\n') {
      tell(true);
      return;
    }
    begun = true;
    if (length < LONGEST) {
      line[length++] = b;
    }
  }

  private void tell(boolean ended) {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = new String(line, 0, end, StandardCharsets.UTF_8);
    length = 0;
    begun = false;
    lines.line(text, ended);
  }
}
