package io.heddle.cli.failure;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that run many steps, and what becomes of what they fail with. */
public final class Workers {
  private Workers() {}

  /**
   * Threads that do not keep the process alive.
   *
   * @param name of all of them
   */
  public static ExecutorService of(int threads, String name) {
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * What a piece of work came to. What it failed with is thrown on.
   *
   * @throws Failure if this thread is interrupted while it waits
   */
  public static <T> T result(Future<T> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** This thread was interrupted while it waited. */
  public static Failure interrupted() {
    Thread.currentThread().interrupt();
    return Failure.environment("interrupted");
  }
}
