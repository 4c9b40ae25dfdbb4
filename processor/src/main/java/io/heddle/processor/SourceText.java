package io.heddle.processor;

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
public final class SourceText {
  /** Room for the longest text that the compiler takes, whatever its characters. */
  static final int MOST_BYTES = 8 << 20;

  /** Characters of the longest text that the compiler takes. */
  public static final int LONGEST = MOST_BYTES / 4;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private SourceText() {}

  /**
   * The whole text of a file in UTF-8, without its byte order mark.
   *
   * @param sort what the text should be, for messages
   * @throws UnreadableException if it is no such file
   */
  public static String read(Path file, String sort) throws UnreadableException {
    if (!Files.exists(file)) {
      throw UnreadableException.missing("no such file");
    }
    // A pipe or a device might never end.
    if (!Files.isRegularFile(file)) {
      throw UnreadableException.missing("not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, sort);
    } catch (IOException e) {
      throw UnreadableException.of(e);
    }
  }

  /**
   * The whole text of a stream in UTF-8, without its byte order mark.
   *
   * @param sort what the text should be, for messages
   * @throws UnreadableException if it is no text
   */
  public static String read(InputStream in, String sort) throws UnreadableException {
    byte[] bytes;
    try {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw UnreadableException.of(e);
    }
    if (bytes.length > MOST_BYTES) {
      throw UnreadableException.wrong(
          String.format(Locale.ROOT, "more than %,d bytes are no %s", MOST_BYTES, sort));
    }
    return decode(bytes);
  }

  private static String decode(byte[] bytes) throws UnreadableException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw UnreadableException.wrong(
          String.format(
              Locale.ROOT,
              "byte %d (0x%02x) is not UTF-8; save the file in UTF-8",
              in.position(),
              bytes[in.position()] & 0xff));
    }
    out.flip();
    boolean marked = out.length() > 0 && out.charAt(0) == BYTE_ORDER_MARK;
    return out.subSequence(marked ? 1 : 0, out.length()).toString();
  }
}
