package io.heddle.cli.validate;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.cost.TransferTimes;
import java.util.List;

/**
 * What the cache of a prompt takes from the ranks that computed it to those that go on, when all of
 * it is computed. All ranks send at once, each over a line of its own; the time is that of a
 * message with all that the fullest rank of either pool has of the prompt.
 *
 * @param bytes that this rank has
 * @param network of the machine
 * @param dimension of the network that both pools lie in
 */
record CacheTransfer(double bytes, List<NetworkDimension> network, int dimension) {
  private static final double NANOS = 1e9;

  /** Where caches stay where they are. */
  static final CacheTransfer NONE = new CacheTransfer(0, List.of(), 0);

  CacheTransfer {
    network = List.copyOf(network);
  }

  /**
   * The transfer between two pools.
   *
   * @param prefill a step of one prompt
   * @param decode a step of so many sequences, with as many tokens in the cache of each
   * @param inside GPUs that the innermost dimension joins
   * @param gpus of both pools
   */
  static CacheTransfer of(
      Compiled prefill,
      Compiled decode,
      long sequences,
      double shareOfCache,
      long inside,
      long gpus)
      throws CannotSayException {
    Cluster cluster = prefill.numbers().values().cluster();
    double sent = fullest(prefill);
    double received = fullest(decode) / sequences * shareOfCache;
    int dimension = gpus <= inside ? 0 : cluster.dimensions().size() - 1;
    return new CacheTransfer(Math.max(sent, received), cluster.dimensions(), dimension);
  }

  private static double fullest(Compiled compiled) throws CannotSayException {
    return compiled
        .memory()
        .stages()
        .orElseThrow(() -> new CannotSayException("the memory of a step cannot be counted"))
        .stream()
        .mapToLong(StageMemory::cache)
        .max()
        .orElse(0);
  }

  /** Seconds on the way; 0 where nothing travels. */
  double seconds() {
    if (bytes == 0) {
      return 0;
    }
    double nanos = new TransferTimes(network).nanosOfMessage(dimension, bytes);
    NetworkDimension line = network.get(dimension);
    return (nanos == TransferTimes.UNKNOWN
            ? line.latencyNanos() + NANOS * bytes / line.bandwidth()
            : nanos)
        / NANOS;
  }
}
