package io.heddle.cli.lsp;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the protocol's library logs, in a line each instead of with traces of its stack. */
public final class LibraryLog extends Handler implements AutoCloseable {
  private static final Logger LIBRARY = Logger.getLogger("org.eclipse.lsp4j");
  private static final int LONGEST = 300;

  private final Consumer<String> log;

  /** Logs so until it is closed. */
  public LibraryLog(Consumer<String> log) {
    this.log = log;
    LIBRARY.setUseParentHandlers(false);
    LIBRARY.addHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
      String text = String.valueOf(record.getMessage()).lines().findFirst().orElse("");
      log.accept(text.length() > LONGEST ? text.substring(0, LONGEST) + " …" : text);
    }
  }

  @Override
  public void flush() {
    // Each line is told at once.
  }

  @Override
  public void close() {
    LIBRARY.removeHandler(this);
  }
}
