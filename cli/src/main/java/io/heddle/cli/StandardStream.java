package io.heddle.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Standard output or error; remembers why it could not be written. */
final class StandardStream extends OutputStream {
  private static final String NOBODY_READS = "Broken pipe";

  private final FileOutputStream stream;
  private Optional<String> failure = Optional.empty();

  StandardStream(FileDescriptor descriptor) {
    stream = new FileOutputStream(descriptor);
  }

  /** Writes in UTF-8: sources are, and so is what is shown of them. */
  PrintWriter writer() {
    return new PrintWriter(
        new BufferedWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8)));
  }

  /**
   * Why it could not be written; empty if it was, and if its reader had read enough, as {@code
   * head} has.
   */
  Optional<String> failure() {
    return failure;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    try {
      stream.write(bytes, from, count);
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(NOBODY_READS)) {
        failure = Optional.of(reason);
      }
      throw e;
    }
  }
}
