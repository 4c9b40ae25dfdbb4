package io.heddle.runtime.chakra;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;

/** What a file is that is no trace, told from how it begins, and what to do with it. */
final class FileKind {
  /** Bytes that are looked at. */
  static final int LONGEST_MAGIC = 24;

  private static final String LFS_POINTER = "version https://git-lfs";
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;
  private static final int ZSTD = 0x28b52ffd;

  private FileKind() {}

  /** Says it of the first bytes of a file; empty where they may be those of a trace. */
  static Optional<String> of(byte[] start) {
    if (new String(start, US_ASCII).startsWith(LFS_POINTER)) {
      return Optional.of(
          "a pointer of Git LFS, not the trace itself: fetch it with `git lfs pull`");
    }
    if (start.length > 1 && (start[0] & 0xff) == GZIP_FIRST && (start[1] & 0xff) == GZIP_SECOND) {
      return Optional.of("compressed with gzip: unpack it with `gunzip`");
    }
    if (start.length > 3 && number(start) == ZSTD) {
      return Optional.of("compressed with zstd: unpack it with `unzstd`");
    }
    if (isJson(start)) {
      return Optional.of(
          "JSON, not a Chakra trace: convert it, a profile of PyTorch with `chakra_trace_link` and"
              + " `chakra_converter`");
    }
    return Optional.empty();
  }

  private static int number(byte[] start) {
    return (start[0] & 0xff) << 24
        | (start[1] & 0xff) << 16
        | (start[2] & 0xff) << 8
        | (start[3] & 0xff);
  }

  /** A brace, and behind it and blanks a quote: no record of that length begins so. */
  private static boolean isJson(byte[] start) {
    int at = skipBlanks(start, 0);
    if (at < start.length && start[at] == '[') {
      at = skipBlanks(start, at + 1);
    }
    if (at >= start.length || start[at] != '{') {
      return false;
    }
    int behind = skipBlanks(start, at + 1);
    return behind < start.length && (start[behind] == '"' || start[behind] == '}');
  }

  private static int skipBlanks(byte[] start, int from) {
    int at = from;
    while (at < start.length
        && (start[at] == ' ' || start[at] == '\n' || start[at] == '\r' || start[at] == '\t')) {
      at++;
    }
    return at;
  }
}
