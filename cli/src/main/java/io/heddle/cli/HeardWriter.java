package io.heddle.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Hands everything on, and knows whether there was anything: a command must not fail in silence.
 */
final class HeardWriter extends FilterWriter {
  private boolean heard;

  HeardWriter(Writer to) {
    super(to);
  }

  /** A writer through this one. */
  PrintWriter writer() {
    return new PrintWriter(this);
  }

  /** Whether anything was written. */
  boolean heard() {
    return heard;
  }

  @Override
  public void write(int character) throws IOException {
    heard = true;
    super.write(character);
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    heard |= length > 0;
    super.write(text, from, length);
  }

  @Override
  public void write(String text, int from, int length) throws IOException {
    heard |= length > 0;
    super.write(text, from, length);
  }
}
