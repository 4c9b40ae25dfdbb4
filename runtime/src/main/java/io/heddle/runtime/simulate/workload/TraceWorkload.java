package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.chakra.Printable;
import io.heddle.runtime.simulate.memory.NodeTensors;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trace files, one per rank, whoever made them. A rank's trace is read whole, since a node may name
 * parents that come later, and AstraSim issues whichever free node has the smallest id.
 *
 * @param prefix rank r reads {@code prefix.r.et}
 */
public record TraceWorkload(Path prefix, int ranks) implements Workload {
  private static final int LONGEST_NAME = 200;

  @Override
  public boolean fails() {
    return true;
  }

  @Override
  public NodeSource open(int rank) {
    return new TraceSource(file(rank), rank, false);
  }

  @Override
  public NodeSource openPartly(int rank) {
    return new TraceSource(file(rank), rank, true);
  }

  @Override
  public Map<Long, String> groupNames(int rank) {
    Map<Long, String> names = new HashMap<>();
    // A trace names few groups, by many nodes.
    Map<String, String> once = new HashMap<>();
    try (EtReader reader = new EtReader(file(rank), true)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        String name = node.group();
        if (!name.isEmpty() && !name.equals(String.valueOf(node.value(EtAttribute.PG_NAME)))) {
          names.put(node.id(), once.computeIfAbsent(name, any -> Printable.of(any, LONGEST_NAME)));
        }
      }
    } catch (IOException e) {
      // It was read before: what was read of it now is right.
    }
    return names;
  }

  @Override
  public void each(int rank, Visitor visitor) throws IOException {
    try (EtReader reader = new EtReader(file(rank), true)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        EtAttribute size =
            node.state(EtAttribute.COMM_SIZE) == EtNode.State.PRESENT
                ? EtAttribute.COMM_SIZE
                : EtAttribute.TENSOR_SIZE;
        long bytes = node.state(size) == EtNode.State.PRESENT ? node.value(size) : 0;
        boolean inMicroBatch = node.state(EtAttribute.MICRO_BATCH) == EtNode.State.PRESENT;
        int microBatch = inMicroBatch ? (int) node.value(EtAttribute.MICRO_BATCH) : -1;
        visitor.node(node.id(), node.name(), microBatch, bytes);
      }
    }
  }

  @Override
  public void eachTensors(int rank, TensorVisitor visitor) throws IOException {
    try (EtReader reader = new EtReader(file(rank), true, true)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        visitor.node(node.id(), new NodeTensors(node.name(), node.inputs(), node.outputs()));
      }
    }
  }

  /**
   * The traces of a prefix that are there, as many as the highest of their ranks says.
   *
   * @throws IOException if there are none
   */
  public static TraceWorkload find(Path prefix) throws IOException {
    Path folder = prefix.toAbsolutePath().getParent();
    Pattern name = Pattern.compile(Pattern.quote(prefix.getFileName() + ".") + "(\\d{1,7})\\.et");
    int ranks = 0;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Objects.requireNonNull(folder, "a prefix names files"))) {
      for (Path file : files) {
        Matcher matcher = name.matcher(file.getFileName().toString());
        ranks = Math.max(ranks, matcher.matches() ? Integer.parseInt(matcher.group(1)) + 1 : 0);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    TraceWorkload found = new TraceWorkload(prefix, ranks);
    if (ranks == 0) {
      throw new NoSuchFileException(found.file(0).toString());
    }
    return found;
  }

  /** What is wrong with the first trace that cannot be read. */
  public Optional<String> unreadable() {
    for (int rank = 0; rank < ranks; rank++) {
      Path file = file(rank);
      if (!Files.isReadable(file)) {
        String why = Files.exists(file) ? "permission denied" : "no such file";
        return Optional.of("rank " + rank + ": " + file + ": " + why);
      }
    }
    return Optional.empty();
  }

  /** Says so if there are traces of more ranks than these. */
  public Optional<String> surplus() {
    Path next = file(ranks);
    return Files.exists(next)
        ? Optional.of(
            next
                + ": a trace of rank "
                + ranks
                + ", but the network has "
                + ranks
                + " ranks; the product of npus_count must be the number of traces")
        : Optional.empty();
  }

  /** The trace of a rank. */
  public Path file(int rank) {
    return prefix.resolveSibling(prefix.getFileName() + "." + rank + ".et");
  }
}
