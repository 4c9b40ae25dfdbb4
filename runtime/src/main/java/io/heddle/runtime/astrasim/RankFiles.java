package io.heddle.runtime.astrasim;

import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.TeeSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes the trace files of all ranks; each thread takes the next rank that nobody has. */
final class RankFiles {
  private final Flattener flattener;
  private final EmitRequest request;
  private final EmitProgress progress;
  private final int ranks;
  private final AtomicInteger next = new AtomicInteger();
  private final long[] nodes;
  private final long[] bytes;
  private int written;
  private long nodesWritten;
  private long bytesWritten;

  RankFiles(Flattener flattener, EmitRequest request, EmitProgress progress) {
    this.flattener = flattener;
    this.request = request;
    this.progress = progress;
    this.ranks = flattener.mesh().ranks();
    this.nodes = new long[ranks];
    this.bytes = new long[ranks];
  }

  long nodes(int rank) {
    return nodes[rank];
  }

  long bytes(int rank) {
    return bytes[rank];
  }

  /** Bytes of all ranks. */
  synchronized long bytes() {
    return bytesWritten;
  }

  /** Writes every rank; the counts of all of them. After a failure no further rank is begun. */
  CountingSink write() throws IOException {
    int threads = Math.max(1, Math.min(request.threads(), ranks));
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<CountingSink>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(this::writeRanks));
      }
      CountingSink all = new CountingSink();
      for (Future<CountingSink> part : parts) {
        all.add(part.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      next.set(ranks);
      end(pool);
    }
  }

  /** Waits for the ranks that are being written, so that no part of a file stays behind. */
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

  private CountingSink writeRanks() throws IOException {
    CountingSink counts = new CountingSink();
    try {
      for (int rank = next.getAndIncrement(); rank < ranks; rank = next.getAndIncrement()) {
        writeRank(rank, counts);
      }
      return counts;
    } finally {
      // Where this thread fails the others stop too.
      next.set(ranks);
    }
  }

  private void writeRank(int rank, CountingSink counts) throws IOException {
    AtomicFile.write(
        request.folder().resolve(request.traceFile(rank)),
        out -> {
          try (EtWriter writer = new EtWriter(out, rank, request.annotate(), request.tensors())) {
            flattener.emit(rank, new TeeSink(writer, counts));
            nodes[rank] = writer.nodes();
            bytes[rank] = writer.bytes();
            if (nodes[rank] == 0) {
              throw new IllegalStateException("rank " + rank + " has nothing to do");
            }
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
    tell(rank);
  }

  private synchronized void tell(int rank) {
    written++;
    nodesWritten += nodes[rank];
    bytesWritten += bytes[rank];
    progress.written(written, ranks, nodesWritten, bytesWritten);
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
