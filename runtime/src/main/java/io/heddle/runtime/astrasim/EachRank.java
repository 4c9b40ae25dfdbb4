package io.heddle.runtime.astrasim;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Does something for each of many on several threads; each thread takes the next that nobody has.
 *
 * @param <T> what a thread has of its own
 */
final class EachRank<T> {
  /** What is done. */
  @FunctionalInterface
  interface Work<T> {
    /** Does it for one. */
    void of(int number, T ofThread) throws IOException;
  }

  private final int count;
  private final Work<T> work;
  private final AtomicInteger next = new AtomicInteger();

  private EachRank(int count, Work<T> work) {
    this.count = count;
    this.work = work;
  }

  /**
   * Does it for all. After a failure no further one is begun.
   *
   * @param count of those for which it is done, which have numbers from 0
   * @param ofThread makes what a thread has of its own
   * @return what the threads had
   */
  static <T> List<T> run(int count, int threads, Supplier<T> ofThread, Work<T> work)
      throws IOException {
    return new EachRank<>(count, work).run(Math.max(1, Math.min(threads, count)), ofThread);
  }

  private List<T> run(int threads, Supplier<T> ofThread) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(() -> take(ofThread.get())));
      }
      List<T> all = new ArrayList<>();
      for (Future<T> part : parts) {
        all.add(part.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      next.set(count);
      end(pool);
    }
  }

  /** Waits for what is being written, so that no part of a file stays behind. */
  private static void end(ExecutorService pool) {
    pool.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private T take(T ofThread) throws IOException {
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        work.of(i, ofThread);
      }
      return ofThread;
    } finally {
      // Where this thread fails the others stop too.
      next.set(count);
    }
  }

  private static IOException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException fault) {
      throw fault;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(cause);
  }
}
