package io.heddle.runtime.astrasim.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process that is followed to its end. Its output is taken as it comes, so that it never waits
 * for a reader. It and all that it started are gone when this returns or throws.
 */
final class AstraSimProcess {
  private static final int POLL_MILLIS = 20;
  private static final long LOOK_FOR_CHILDREN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a process is given to end by itself when it is asked to. */
  private static final Duration COURTESY = Duration.ofSeconds(2);

  /** How long a child may hold its output open when it has ended. */
  private static final Duration INHERITED = Duration.ofSeconds(1);

  /** What its last output is given to arrive when nobody holds it open. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private static final File NOTHING = new File("/dev/null");

  private final Process process;
  private final Map<Long, ProcessHandle> children = new LinkedHashMap<>();
  private final List<Thread> readers;

  private AstraSimProcess(Process process, List<Thread> readers) {
    this.process = process;
    this.readers = readers;
  }

  /**
   * Starts a process.
   *
   * @param out takes the lines of standard output, on one thread
   * @param err takes the lines of standard error, on another
   * @throws IOException if the system cannot run it
   */
  static AstraSimProcess start(
      List<String> command, Path folder, LineSplitter.Lines out, LineSplitter.Lines err)
      throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
            .start();
    try {
      return new AstraSimProcess(
          process,
          List.of(
              reader("astrasim-output", process.getInputStream(), out),
              reader("astrasim-errors", process.getErrorStream(), err)));
    } catch (OutOfMemoryError e) {
      // There was no thread to be had.
      process.destroyForcibly();
      throw e;
    }
  }

  private static Thread reader(String name, InputStream in, LineSplitter.Lines lines) {
    Thread thread =
        new Thread(
            () -> {
              try (in) {
                new LineSplitter(lines).readAll(in);
              } catch (IOException e) {
                // The process is gone, and what it has not written is missing.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /**
   * Waits for the end.
   *
   * @param deadline in terms of {@link System#nanoTime}
   * @param lingering how long it may stay when it is complete
   * @param complete whether it has nothing more to say
   * @param stopped whether nobody wants the result any more
   */
  Ending await(
      long deadline, Duration lingering, BooleanSupplier complete, BooleanSupplier stopped) {
    try {
      Ending ending = follow(deadline, lingering, complete, stopped);
      drain();
      return ending;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ending.Stopped();
    } finally {
      end();
    }
  }

  private Ending follow(
      long deadline, Duration lingering, BooleanSupplier complete, BooleanSupplier stopped)
      throws InterruptedException {
    long look = System.nanoTime();
    long latest = deadline;
    boolean completed = false;
    while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      long now = System.nanoTime();
      if (stopped.getAsBoolean()) {
        return new Ending.Stopped();
      }
      if (!completed && complete.getAsBoolean()) {
        completed = true;
        latest = Math.min(latest - now, lingering.toNanos()) + now;
      }
      if (latest - now <= 0) {
        return completed ? new Ending.Lingered() : new Ending.TimedOut();
      }
      if (look - now <= 0) {
        look = now + LOOK_FOR_CHILDREN_NANOS;
        rememberChildren();
      }
    }
    // A signal that ends this process too may have come to that one first.
    return stopped.getAsBoolean() ? new Ending.Stopped() : new Ending.Exit(process.exitValue());
  }

  /** A child is not told from others when its parent is gone. */
  private void rememberChildren() {
    children.values().removeIf(child -> !child.isAlive());
    process.descendants().forEach(child -> children.putIfAbsent(child.pid(), child));
  }

  private void drain() throws InterruptedException {
    if (!process.isAlive()) {
      join(INHERITED);
    }
    if (readers.stream().anyMatch(Thread::isAlive)) {
      end();
      join(DRAIN);
    }
  }

  private void join(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    for (Thread reader : readers) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      // 0 would be for ever.
      reader.join(Math.max(1, left));
    }
  }

  /** Ends the process and its children; asks them first. */
  private void end() {
    rememberChildren();
    children.put(process.pid(), process.toHandle());
    children.values().forEach(ProcessHandle::destroy);
    boolean interrupted = false;
    long deadline = System.nanoTime() + COURTESY.toNanos();
    while (anyAlive() && deadline - System.nanoTime() > 0) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
        deadline = System.nanoTime();
      }
    }
    rememberChildren();
    children.values().forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean anyAlive() {
    return children.values().stream().anyMatch(ProcessHandle::isAlive);
  }
}
