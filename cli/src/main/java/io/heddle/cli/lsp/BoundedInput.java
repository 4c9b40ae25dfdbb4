package io.heddle.cli.lsp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Messages of the protocol of a bounded length: the protocol's library would make room for whatever
 * length a message claims. One that is too long is left out; what is no message ends the stream.
 */
final class BoundedInput extends InputStream {
  /** Bytes of a message: room for the longest text that the compiler takes. */
  static final int MOST_BYTES = 32 << 20;

  private static final int MOST_HEADER = 8 << 10;
  private static final String LENGTH = "content-length:";

  private final InputStream in;
  private final Consumer<String> log;
  private InputStream message = new ByteArrayInputStream(new byte[0]);
  private volatile boolean isAtEnd;

  BoundedInput(InputStream in, Consumer<String> log) {
    this.in = in;
    this.log = log;
  }

  /** Nothing more is read. */
  void end() {
    isAtEnd = true;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (!isAtEnd) {
      int count = message.read(into, offset, length);
      if (count >= 0) {
        return count;
      }
      next();
    }
    return -1;
  }

  private void next() throws IOException {
    byte[] header = header();
    if (header.length == 0) {
      isAtEnd = true;
      return;
    }
    long length = length(header);
    if (length < 0) {
      log.accept("what came is no message of the protocol: the connection is closed");
      isAtEnd = true;
    } else if (length > MOST_BYTES) {
      log.accept("a message of %,d bytes is too long and left out".formatted(length));
      leaveOut(length);
    } else {
      byte[] body = in.readNBytes((int) length);
      isAtEnd = body.length < length;
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      // Of a message that it cannot read, the library leaves the rest behind, which then is part of
      // the first line that follows: one that nobody needs.
      all.writeBytes("X-Message: next\r\n".getBytes(StandardCharsets.US_ASCII));
      all.writeBytes(
          ("Content-Length: " + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      all.writeBytes(body);
      message = new ByteArrayInputStream(all.toByteArray());
    }
  }

  /** Reads past bytes: a pipe takes no skip. */
  private void leaveOut(long length) throws IOException {
    byte[] block = new byte[1 << 13];
    long left = length;
    while (left > 0 && !isAtEnd) {
      int count = in.read(block, 0, (int) Math.min(left, block.length));
      isAtEnd = count < 0;
      left -= count;
    }
  }

  /** The bytes up to an empty line; none at the end of the stream. */
  private byte[] header() throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    int lineLength = 0;
    for (int b = in.read(); b >= 0 && header.size() < MOST_HEADER; b = in.read()) {
      header.write(b);
      if (b == '\n') {
        if (lineLength == 0 && header.size() > 2) {
          return header.toByteArray();
        }
        lineLength = 0;
      } else if (b != '\r') {
        lineLength++;
      }
    }
    return header.size() < MOST_HEADER ? new byte[0] : header.toByteArray();
  }

  private static long length(byte[] header) {
    for (String line : new String(header, StandardCharsets.ISO_8859_1).lines().toList()) {
      if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        try {
          return Long.parseLong(line.substring(LENGTH.length()).strip());
        } catch (NumberFormatException e) {
          return -1;
        }
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
