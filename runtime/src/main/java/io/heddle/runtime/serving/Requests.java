package io.heddle.runtime.serving;

import io.heddle.plan.serving.ServeLimits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Requests in order of arrival, as columns. Prompts may say what they begin with: the numbers of
 * their leading blocks, where equal numbers stand for equal tokens from the prompt's first on.
 */
public final class Requests {
  private static final int[] NO_BLOCKS = {};

  private final long[] arrivals;
  private final int[] inputs;
  private final int[] outputs;
  private final int concurrency;
  private final int blockTokens;
  private final int[] blockStarts;
  private final int[] blocks;
  private final int distinctBlocks;

  private Requests(
      long[] arrivals, int[] inputs, int[] outputs, int concurrency, Prefixes prefixes) {
    this.arrivals = arrivals;
    this.inputs = inputs;
    this.outputs = outputs;
    this.concurrency = concurrency;
    this.blockTokens = prefixes.blockTokens;
    this.blockStarts = new int[blockTokens == 0 ? 0 : inputs.length + 1];
    Map<Integer, Integer> numbers = new HashMap<>();
    this.blocks = blockTokens == 0 ? NO_BLOCKS : whole(prefixes, numbers);
    this.distinctBlocks = numbers.size();
  }

  /** The blocks that are whole, numbered anew and densely: caches have room for each number. */
  private int[] whole(Prefixes prefixes, Map<Integer, Integer> numbers) {
    int[] whole = new int[prefixes.blocks.length];
    int end = 0;
    for (int request = 0; request < inputs.length; request++) {
      int from = prefixes.starts[request];
      int count = Math.min(prefixes.starts[request + 1] - from, inputs[request] / blockTokens);
      for (int i = 0; i < count; i++) {
        whole[end++] = numbers.computeIfAbsent(prefixes.blocks[from + i], any -> numbers.size());
      }
      blockStarts[request + 1] = end;
    }
    return Arrays.copyOf(whole, end);
  }

  /**
   * What prompts begin with.
   *
   * @param blockTokens tokens of a block; 0 where nothing is known
   * @param starts where the blocks of each request begin, and where those of the last end
   * @param blocks their numbers; those of blocks that a prompt does not have whole do not count
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Prefixes(int blockTokens, int[] starts, int[] blocks) {
    /** Nothing is known: no two prompts are taken to have anything in common. */
    public static final Prefixes NONE = new Prefixes(0, NO_BLOCKS, NO_BLOCKS);
  }

  /**
   * Requests that come at times of their own.
   *
   * @param arrivals ns, never falling
   * @param inputs tokens of the prompts, 1 to {@link ServeLimits#MOST_TOKENS}
   * @param outputs tokens that are to be drawn, 1 to {@link ServeLimits#MOST_TOKENS}
   */
  public static Requests open(long[] arrivals, int[] inputs, int[] outputs, Prefixes prefixes) {
    for (int i = 1; i < arrivals.length; i++) {
      if (arrivals[i] < arrivals[i - 1]) {
        throw new IllegalArgumentException("request " + i + " arrives before the one before it");
      }
    }
    checkTokens(arrivals.length, inputs, outputs);
    return new Requests(arrivals, inputs, outputs, 0, prefixes);
  }

  /**
   * Requests of so many users, each of whom sends the next one when the last is answered. All begin
   * at time 0.
   */
  public static Requests closed(int concurrency, int[] inputs, int[] outputs) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("a closed loop has at least one user");
    }
    checkTokens(inputs.length, inputs, outputs);
    return new Requests(new long[inputs.length], inputs, outputs, concurrency, Prefixes.NONE);
  }

  private static void checkTokens(int size, int[] inputs, int[] outputs) {
    if (inputs.length != size || outputs.length != size) {
      throw new IllegalArgumentException("columns differ in length");
    }
    for (int[] column : new int[][] {inputs, outputs}) {
      if (Arrays.stream(column)
          .anyMatch(tokens -> tokens < 1 || tokens > ServeLimits.MOST_TOKENS)) {
        throw new IllegalArgumentException(
            "a request has 1 to " + ServeLimits.MOST_TOKENS + " tokens");
      }
    }
  }

  /** How many there are. */
  public int size() {
    return inputs.length;
  }

  /** When one arrives, ns; of a closed loop 0 for all. */
  public long arrival(int request) {
    return arrivals[request];
  }

  /** Tokens of a prompt. */
  public int input(int request) {
    return inputs[request];
  }

  /** Tokens that are drawn for a request. */
  public int output(int request) {
    return outputs[request];
  }

  /** Users of a closed loop; 0 where requests come at times of their own. */
  public int concurrency() {
    return concurrency;
  }

  /** Tokens of a block of a prompt that others may begin with; 0 where no prompt has any. */
  public int blockTokens() {
    return blockTokens;
  }

  /** Blocks that a prompt begins with and that are whole. */
  int blocks(int request) {
    return blockTokens == 0 ? 0 : blockStarts[request + 1] - blockStarts[request];
  }

  /** The number of a block of a prompt. */
  int block(int request, int index) {
    return blocks[blockStarts[request] + index];
  }

  /** Block numbers are below. */
  int distinctBlocks() {
    return distinctBlocks;
  }
}
