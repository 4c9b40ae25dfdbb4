package io.heddle.runtime.astrasim;

import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.TeeSink;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the trace files of all ranks. */
final class RankFiles {
  private final Flattener flattener;
  private final EmitRequest request;
  private final EmitProgress progress;
  private final int ranks;
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

  /** Writes every rank; the counts of all of them. */
  CountingSink write() throws IOException {
    CountingSink all = new CountingSink();
    EachRank.run(ranks, request.threads(), CountingSink::new, this::writeRank).forEach(all::add);
    return all;
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
}
