package io.heddle.cli.request;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.runtime.serving.Requests;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Requests of a file, in the columns of Heddle, Azure, BurstGPT or Mooncake, see {@link
 * RequestColumns}. Rows without a token in or out are left out and counted: failures, in BurstGPT.
 *
 * @param format of the file
 * @param measured times of the same requests, where the file has them
 * @param leftOut rows
 * @param isCut whether the file has more rows than were asked for
 */
public record RequestFile(
    RequestColumns.Format format,
    Requests requests,
    Optional<MeasuredTimes> measured,
    long leftOut,
    boolean isCut) {
  private static final int LONGEST_LINE = 1 << 20;

  /**
   * Reads a file.
   *
   * @param most requests, the first ones
   * @throws Failure if it is no such file
   */
  public static RequestFile read(Path file, int most) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return read(file, reader, most);
    } catch (CharacterCodingException e) {
      throw Failure.wrongInput(file + ": is no text in UTF-8");
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
  }

  private static RequestFile read(Path file, BufferedReader reader, int most) throws IOException {
    RequestRows rows = new RequestRows(file);
    RequestColumns columns = null;
    boolean isCut = false;
    int number = 0;
    for (String line = next(file, reader, number);
        line != null && !isCut;
        line = next(file, reader, number)) {
      number++;
      String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
      if (text.isBlank()) {
        continue;
      }
      if (columns == null) {
        columns = RequestColumns.of(file, number, text);
        if (columns.isHead()) {
          continue;
        }
      }
      if (rows.size() == most) {
        isCut = true;
      } else {
        columns.read(text, number, rows);
      }
    }
    if (columns == null || rows.size() == 0) {
      throw Failure.wrongInput(file + ": has no requests");
    }
    return rows.file(columns.format(), isCut);
  }

  /** A line that is not longer than lines are; null at the end. */
  private static @org.jspecify.annotations.Nullable String next(
      Path file, BufferedReader reader, int before) throws IOException {
    StringBuilder line = new StringBuilder();
    int character = reader.read();
    if (character < 0) {
      return null;
    }
    while (character >= 0 && character != '\n') {
      if (line.length() == LONGEST_LINE) {
        throw Failure.wrongInput(
            "%s:%d: the line is longer than %,d characters"
                .formatted(file, before + 1, LONGEST_LINE));
      }
      line.append((char) character);
      character = reader.read();
    }
    int last = line.length() - 1;
    if (last >= 0 && line.charAt(last) == '\r') {
      line.setLength(last);
    }
    return line.toString();
  }
}
