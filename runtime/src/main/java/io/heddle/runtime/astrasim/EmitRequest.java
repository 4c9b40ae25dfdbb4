package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What to write and where.
 *
 * @param folder made if it does not exist; files of an earlier run with the same prefix are
 *     replaced
 * @param prefix of the trace files, an identifier: the model's name
 * @param threads that write ranks at once, at least 1; they do not change a byte
 * @param annotate whether nodes say their stage, layer, micro-batch and direction
 * @param tensors whether nodes say which tensors they read and write, and AstraSim keeps account
 * @param provenance told in the manifest
 */
@Api
public record EmitRequest(
    Path folder,
    String prefix,
    int threads,
    boolean annotate,
    boolean tensors,
    Provenance provenance) {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Leaves room in a file name of 255 bytes for rank, ending and the name of a part. */
  private static final int LONGEST_PREFIX = 200;

  /** A request whose nodes say nothing of tensors. */
  public EmitRequest(
      Path folder, String prefix, int threads, boolean annotate, Provenance provenance) {
    this(folder, prefix, threads, annotate, false, provenance);
  }

  /** A request that uses all processors, and says nothing of nodes nor of where they come from. */
  public static EmitRequest of(Path folder, String prefix) {
    int threads = Runtime.getRuntime().availableProcessors();
    return new EmitRequest(folder, prefix, threads, false, Provenance.NONE);
  }

  /** A request that says no more of the specification than its hash. */
  public EmitRequest(
      Path folder,
      String prefix,
      int threads,
      boolean annotate,
      String heddleVersion,
      String inputHash) {
    this(
        folder,
        prefix,
        threads,
        annotate,
        new Provenance(heddleVersion, inputHash, List.of(), Map.of()));
  }

  /**
   * @throws EmitException if the prefix makes no safe file name
   */
  void check() throws EmitException {
    if (!isPrefix(prefix)) {
      throw new EmitException(
          "\""
              + prefix
              + "\" cannot begin the names of trace files: it takes up to "
              + LONGEST_PREFIX
              + " letters, digits and underscores, no digit first");
    }
  }

  /** Whether the names of traces may begin so. */
  static boolean isPrefix(String text) {
    return IDENTIFIER.matcher(text).matches() && text.length() <= LONGEST_PREFIX;
  }

  String traceFile(int rank) {
    return traceFile(prefix, rank);
  }

  /** The name of the trace of a rank. */
  static String traceFile(String prefix, int rank) {
    return prefix + "." + rank + ".et";
  }
}
