package io.heddle.cli.request;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.serving.ServeLimits;
import io.heddle.runtime.serving.Requests;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Requests as they are read, in columns that grow. */
final class RequestRows {
  /** Ten years. */
  private static final double LATEST = 3.2e8;

  private static final double NANOS = 1e9;

  private final Path file;
  private double[] arrivals = new double[64];
  private int[] inputs = new int[64];
  private int[] outputs = new int[64];
  private double[] first = new double[64];
  private double[] last = new double[64];
  private int[] blockStarts = new int[65];
  private int[] blocks = new int[64];
  private final Map<Long, Integer> blockNumbers = new HashMap<>();
  private int blockTokens;
  private int size;
  private long leftOut;

  RequestRows(Path file) {
    this.file = file;
  }

  int size() {
    return size;
  }

  /** A place in the file, for messages. */
  Failure wrong(int line, String what) {
    return Failure.wrongInput("%s:%d: %s".formatted(file, line, what));
  }

  /**
   * Adds a request.
   *
   * @param arrival in seconds
   */
  void add(int line, double arrival, long input, long output) {
    if (!(Math.abs(arrival) <= 1e13)) {
      throw wrong(line, "the time of arrival is out of range");
    }
    if (input == 0 || output == 0) {
      leftOut++;
      return;
    }
    if (input < 0
        || output < 0
        || input > ServeLimits.MOST_TOKENS
        || output > ServeLimits.MOST_TOKENS) {
      throw wrong(
          line, "a request has 1 to %,d tokens in and out".formatted(ServeLimits.MOST_TOKENS));
    }
    if (size == inputs.length) {
      int more = 2 * size;
      arrivals = Arrays.copyOf(arrivals, more);
      inputs = Arrays.copyOf(inputs, more);
      outputs = Arrays.copyOf(outputs, more);
      first = Arrays.copyOf(first, more);
      last = Arrays.copyOf(last, more);
      blockStarts = Arrays.copyOf(blockStarts, more + 1);
    }
    arrivals[size] = arrival;
    inputs[size] = (int) input;
    outputs[size] = (int) output;
    first[size] = Double.NaN;
    last[size] = Double.NaN;
    blockStarts[size + 1] = blockStarts[size];
    size++;
  }

  /** What was measured of the request that was added last, if it was not left out. */
  void measured(int before, double firstToken, double lastToken) {
    if (size > before) {
      first[size - 1] = firstToken;
      last[size - 1] = lastToken;
    }
  }

  /** A block at the beginning of the prompt that was added last, if it was not left out. */
  void block(int before, long name, int tokens) {
    if (size > before) {
      blockTokens = tokens;
      int end = blockStarts[size];
      if (end == blocks.length) {
        blocks = Arrays.copyOf(blocks, 2 * end);
      }
      blocks[end] = blockNumbers.computeIfAbsent(name, each -> blockNumbers.size());
      blockStarts[size] = end + 1;
    }
  }

  /**
   * All of them in order of arrival, from the first one on.
   *
   * @param isCut whether the file has more rows
   */
  RequestFile file(RequestColumns.Format format, boolean isCut) {
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> arrivals[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double begin = arrivals[order[0]];
    if (arrivals[order[size - 1]] - begin > LATEST) {
      throw Failure.wrongInput(
          file + ": the last request arrives more than ten years behind the first");
    }
    long[] times = new long[size];
    int[] in = new int[size];
    int[] out = new int[size];
    double[] firsts = new double[size];
    double[] lasts = new double[size];
    int[] starts = new int[size + 1];
    int[] ordered = new int[blockStarts[size]];
    for (int i = 0; i < size; i++) {
      int from = order[i];
      times[i] = Math.round((arrivals[from] - begin) * NANOS);
      in[i] = inputs[from];
      out[i] = outputs[from];
      firsts[i] = first[from] - (arrivals[from] - begin);
      lasts[i] = last[from] - (arrivals[from] - begin);
      int length = blockStarts[from + 1] - blockStarts[from];
      System.arraycopy(blocks, blockStarts[from], ordered, starts[i], length);
      starts[i + 1] = starts[i] + length;
    }
    Requests requests =
        Requests.open(
            times,
            in,
            out,
            blockTokens == 0
                ? Requests.Prefixes.NONE
                : new Requests.Prefixes(blockTokens, starts, ordered));
    boolean isMeasured = Arrays.stream(firsts).allMatch(Double::isFinite);
    return new RequestFile(
        format,
        requests,
        isMeasured ? Optional.of(new MeasuredTimes(firsts, lasts)) : Optional.empty(),
        leftOut,
        isCut);
  }
}
