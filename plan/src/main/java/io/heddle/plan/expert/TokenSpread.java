package io.heddle.plan.expert;

import java.math.BigInteger;

/**
 * To how many nodes and ranks a token goes, where it is sent to each of them once, however many of
 * its experts are there (as DeepEP's kernels do: DeepSeek-AI 2024, arXiv:2412.19437, section
 * 3.2.2). A router that has no favourites chooses {@code nodes} of all nodes, and {@code top} of
 * their experts. With E' experts on the chosen ones, of which e are in a place, a token goes there
 * with the probability
 *
 * <pre>  nodes / all nodes · (1 − C(E' − e, top) / C(E', top)) </pre>
 *
 * Tokens are whole: the expected number, rounded up.
 *
 * @param tokens of a rank
 * @param experts of all ranks
 * @param top experts that get each token
 * @param nodes to which a token goes at most; 0: any number
 */
public record TokenSpread(long tokens, long experts, long top, long nodes) {
  /** More experts for each token are refused. */
  public static final int MOST_TOP = 1024;

  public TokenSpread {
    if (experts > ExpertShares.MOST_EXPERTS || top > MOST_TOP || top < 1) {
      throw new IllegalArgumentException("%d of %d experts".formatted(top, experts));
    }
  }

  /**
   * Tokens that a rank sends to each other node.
   *
   * @param all nodes, over which experts are spread evenly
   */
  public long toNode(int all) {
    return expected(BigInteger.valueOf(tokens), all, experts / all);
  }

  /**
   * Tokens that a rank sends within its node to each other rank there: its own, and those that came
   * to it from its place in other nodes.
   *
   * @param all nodes
   * @param ranks in each of them
   */
  public long toRank(int all, int ranks) {
    BigInteger here = BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(all));
    return expected(here, all, experts / ((long) all * ranks));
  }

  /**
   * Bytes of a message to each other node.
   *
   * @param bytes of all rows: each token {@code top} times
   */
  public long bytesToNode(long bytes, int all) {
    return Math.multiplyExact(bytesOfToken(bytes), toNode(all));
  }

  /**
   * Bytes of a message to each other rank of the node.
   *
   * @param bytes of all rows: each token {@code top} times
   */
  public long bytesToRank(long bytes, int all, int ranks) {
    return Math.multiplyExact(bytesOfToken(bytes), toRank(all, ranks));
  }

  private long bytesOfToken(long bytes) {
    return bytes / Math.multiplyExact(tokens, top);
  }

  private long expected(BigInteger of, int all, long there) {
    long chosen = nodes == 0 ? all : Math.min(nodes, all);
    long pool = chosen * (experts / all);
    BigInteger missed = BigInteger.ONE;
    BigInteger ways = BigInteger.ONE;
    for (long i = 0; i < top; i++) {
      missed = missed.multiply(BigInteger.valueOf(Math.max(0, pool - there - i)));
      ways = ways.multiply(BigInteger.valueOf(Math.max(1, pool - i)));
    }
    BigInteger part = of.multiply(BigInteger.valueOf(chosen)).multiply(ways.subtract(missed));
    BigInteger whole = ways.multiply(BigInteger.valueOf(all));
    return part.add(whole).subtract(BigInteger.ONE).divide(whole).longValueExact();
  }
}
