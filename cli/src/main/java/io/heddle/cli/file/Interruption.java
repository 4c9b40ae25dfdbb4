package io.heddle.cli.file;

import io.heddle.cli.failure.Failure;
import io.heddle.runtime.astrasim.EmitProgress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work come to a clean end when the process is told to end, as by Ctrl-C: files that are being
 * written are finished or removed before the process goes.
 */
public final class Interruption implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;

  /** Of interruptions whose work has ended, but of which the user has not been told. */
  private static final Queue<CountDownLatch> UNTOLD = new ConcurrentLinkedQueue<>();

  private static volatile boolean isEnding;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::awaitEnd, "interruption");
  private volatile boolean interrupted;

  private Interruption() {}

  /** Begins to watch for an interruption. */
  public static Interruption watch() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void awaitEnd() {
    isEnding = true;
    interrupted = true;
    try {
      // When it is over the process ends, whether the work has or not.
      boolean unused = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets a process that is told to end go, for all that its work came to is printed. */
  public static void told() {
    for (CountDownLatch one = UNTOLD.poll(); one != null; one = UNTOLD.poll()) {
      one.countDown();
    }
  }

  /**
   * Waits for the end of a process that is told to end: it has the exit code of the signal then. To
   * exit meanwhile could be faster, and have another.
   */
  public static void awaitSignal() {
    if (isEnding) {
      try {
        boolean unused = new CountDownLatch(1).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether the process is told to end. */
  public boolean requested() {
    return interrupted;
  }

  /** Ends the writing to a stream. */
  public OutputStream stopping(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        if (interrupted) {
          throw new InterruptedIOException("interrupted");
        }
        out.write(bytes, from, count);
      }
    };
  }

  /** Ends the writing after the ranks that are now written. */
  public EmitProgress stopping(EmitProgress progress) {
    return (written, ranks, nodes, bytes) -> {
      if (interrupted) {
        throw Failure.environment("interrupted: the folder is not complete");
      }
      progress.written(written, ranks, nodes, bytes);
    };
  }

  @Override
  public void close() {
    // The process would be gone before the message is printed.
    UNTOLD.add(ended);
    if (!interrupted) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
        UNTOLD.remove(ended);
      } catch (IllegalStateException e) {
        // It has begun since.
      }
    }
  }
}
