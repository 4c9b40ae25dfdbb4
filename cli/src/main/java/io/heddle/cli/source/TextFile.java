package io.heddle.cli.source;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads small text files of which nothing is known. */
public final class TextFile {
  /** Room for the longest text that the compiler takes, whatever its characters. */
  static final int MOST_BYTES = 8 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * The whole text of a file in UTF-8, without its byte order mark.
   *
   * @throws Failure if it is no such file
   */
  static String read(Path file) {
    return read(file, "specification");
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param sort what the text should be
   */
  public static String read(Path file, String sort) {
    if (!Files.exists(file)) {
      throw Failure.environment(file + ": no such file");
    }
    // A pipe or a device might never end.
    if (!Files.isRegularFile(file)) {
      throw Failure.environment(file + ": not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), sort);
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
  }

  /**
   * The whole text of a stream in UTF-8, without its byte order mark.
   *
   * @param name of the stream in messages
   * @param sort what the text should be
   */
  public static String read(InputStream in, String name, String sort) {
    byte[] bytes;
    try {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
    if (bytes.length > MOST_BYTES) {
      throw Failure.wrongInput(
          String.format(Locale.ROOT, "%s: more than %,d bytes are no %s", name, MOST_BYTES, sort));
    }
    return decode(name, bytes);
  }

  private static String decode(String file, byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw Failure.wrongInput(
          String.format(
              Locale.ROOT,
              "%s: byte %d (0x%02x) is not UTF-8; save the file in UTF-8",
              file,
              in.position(),
              bytes[in.position()] & 0xff));
    }
    out.flip();
    boolean marked = out.length() > 0 && out.charAt(0) == BYTE_ORDER_MARK;
    return out.subSequence(marked ? 1 : 0, out.length()).toString();
  }
}
