package io.heddle.runtime.astrasim;

import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.TeeSink;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes one trace for each class of ranks. */
final class ClassTraceFiles {
  private final Flattener flattener;
  private final EmitRequest request;
  private final EmitProgress progress;
  private final RankClasses classes;
  private final CountingSink counts = new CountingSink();
  private final long[] nodes;
  private final long[] bytes;
  private int written;
  private long nodesWritten;
  private long bytesWritten;

  ClassTraceFiles(
      Flattener flattener, EmitRequest request, RankClasses classes, EmitProgress progress) {
    this.flattener = flattener;
    this.request = request;
    this.classes = classes;
    this.progress = progress;
    this.nodes = new long[classes.count()];
    this.bytes = new long[classes.count()];
  }

  /** Nodes of each rank of a class. */
  long nodes(int number) {
    return nodes[number];
  }

  /** Bytes of the trace of a class. */
  long bytes(int number) {
    return bytes[number];
  }

  /** Bytes of the traces of all classes. */
  long bytes() {
    return bytesWritten;
  }

  /** Of the nodes of all ranks. */
  CountingSink counts() {
    return counts;
  }

  void write() throws IOException {
    EachRank.run(classes.count(), request.threads(), CountingSink::new, this::writeClass)
        .forEach(counts::add);
  }

  private void writeClass(int number, CountingSink countsOfThread) throws IOException {
    int rank = classes.first(number);
    CountingSink one = new CountingSink();
    AtomicFile.write(
        request.folder().resolve(ClassIndex.file(request.prefix(), number)),
        out -> {
          try (EtWriter writer =
              EtWriter.relative(
                  out, rank, request.annotate(), request.tensors(), classes.names(number))) {
            flattener.emit(rank, new TeeSink(writer, one));
            nodes[number] = writer.nodes();
            bytes[number] = writer.bytes();
            if (nodes[number] == 0) {
              throw new IllegalStateException("rank " + rank + " has nothing to do");
            }
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
    countsOfThread.add(one, classes.ranks(number));
    tell(number);
  }

  private synchronized void tell(int number) {
    written++;
    nodesWritten += nodes[number];
    bytesWritten += bytes[number];
    progress.written(written, classes.count(), nodesWritten, bytesWritten);
  }
}
