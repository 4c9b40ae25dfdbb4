package io.heddle.cli.serve;

import java.util.function.Consumer;

/** Says what was refused, in at most some lines a second: who sends much must not fill a disk. */
final class RefusalLog {
  private static final int MOST_A_SECOND = 10;
  private static final int LONGEST = 200;
  private static final long SECOND = 1_000_000_000L;

  private final Consumer<String> log;
  private long begin = System.nanoTime();
  private int lines;
  private long silent;

  RefusalLog(Consumer<String> log) {
    this.log = log;
  }

  /** Adds a line; of what came from outside only what can be printed. */
  synchronized void add(String text) {
    long now = System.nanoTime();
    if (now - begin > SECOND) {
      if (silent > 0) {
        log.accept("refused %,d more".formatted(silent));
      }
      begin = now;
      lines = 0;
      silent = 0;
    }
    if (lines < MOST_A_SECOND) {
      lines++;
      log.accept(printable(text));
    } else {
      silent++;
    }
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^\\x20-\\x7e]", "?");
    return shown.length() > LONGEST ? shown.substring(0, LONGEST) + "..." : shown;
  }
}
