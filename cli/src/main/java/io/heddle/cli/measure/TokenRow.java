package io.heddle.cli.measure;

import io.heddle.plan.Exact;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.plan.expert.TokenSpread;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.runtime.cost.TransferTimes;
import java.util.ArrayList;
import java.util.List;

/**
 * One direction of an exchange of tokens with experts by DeepEP's kernels, measured. Those of its
 * mode {@code normal} send each token once to each rank of a node, and once to each node; those of
 * {@code low_latency} send a row straight to each expert. A router without preferences chooses at
 * most four nodes, as DeepEP's own tests do. Rows go to experts in fp8, with a scale in fp32 for
 * each 128 elements, and come back in bf16.
 *
 * @param kind as the language names it
 * @param nodes that exchange
 * @param inNode ranks of each
 * @param betweenNodes bytes that a rank sends to other nodes
 * @param insideNode bytes that it sends to others in its node
 * @param size tells sizes apart
 */
public record TokenRow(
    String kind,
    String format,
    int nodes,
    int inNode,
    double betweenNodes,
    double insideNode,
    long size,
    double measuredNanos)
    implements TransferRow {
  private static final String NORMAL = "normal";
  private static final String LOW_LATENCY = "low_latency";
  private static final int MOST_NODES = 4;
  private static final int GPUS_OF_NODE = 8;
  private static final long MOST_PLACES = 1 << 20;
  private static final long MOST_TOKENS = 1L << 32;

  /** DeepEP's own choice of streaming multiprocessors for its kernels. */
  private static final long DEFAULT_UNITS = 20;

  /**
   * The rows of a table, two for each of its lines, in the columns mode, nodes, tokens_per_rank,
   * hidden, top_k, experts, dispatch_us and combine_us; of those with a number in a column sms
   * those that DeepEP chooses itself. A column gpus_per_node may say how many ranks a node has.
   */
  public static List<TransferRow> of(MeasurementFile table, List<MeasurementFile.Row> rows) {
    table.require(
        "mode",
        "nodes",
        "tokens_per_rank",
        "hidden",
        "top_k",
        "experts",
        "dispatch_us",
        "combine_us");
    List<TransferRow> all = new ArrayList<>();
    for (MeasurementFile.Row row : rows) {
      if (!table.has("sms") || row.text("sms").isEmpty() || row.whole("sms", 1) == DEFAULT_UNITS) {
        boolean named = table.has("gpus_per_node") && !row.text("gpus_per_node").isEmpty();
        int inNode = named ? places(row, "gpus_per_node") : GPUS_OF_NODE;
        all.add(of(row, inNode, true));
        all.add(of(row, inNode, false));
      }
    }
    return all;
  }

  private static int places(MeasurementFile.Row row, String column) {
    return (int) row.whole(column, 1, MOST_PLACES);
  }

  private static TokenRow of(MeasurementFile.Row row, int inNode, boolean toExperts) {
    int nodes = places(row, "nodes");
    long tokens = row.whole("tokens_per_rank", 1, MOST_TOKENS);
    long hidden = row.whole("hidden", 1, MOST_PLACES);
    long experts = row.whole("experts", 1, ExpertShares.MOST_EXPERTS);
    long top = row.whole("top_k", 1, Math.min(experts, TokenSpread.MOST_TOP));
    long ranks = (long) nodes * inNode;
    if (ranks == 1) {
      throw row.wrong("nodes", "one rank exchanges nothing");
    }
    long token = toExperts ? hidden + 4 * Exact.ceilDiv(hidden, 128) : 2 * hidden;
    double micros = row.positive(toExperts ? "dispatch_us" : "combine_us");
    boolean direct = row.text("mode").equals(LOW_LATENCY);
    if (!direct && !row.text("mode").equals(NORMAL)) {
      throw row.wrong(
          "mode",
          "`%s` is unknown; there are %s, %s".formatted(row.text("mode"), NORMAL, LOW_LATENCY));
    }
    double between;
    double inside;
    if (direct) {
      double sent = (double) tokens * top * token;
      between = sent * (nodes - 1) / nodes;
      inside = sent * (inNode - 1) / ranks;
    } else {
      if (experts % ranks != 0) {
        throw row.wrong("experts", "%d do not divide among %d ranks".formatted(experts, ranks));
      }
      TokenSpread spread = new TokenSpread(tokens, experts, top, Math.min(nodes, MOST_NODES));
      between = nodes == 1 ? 0 : (double) token * spread.toNode(nodes) * (nodes - 1);
      inside = inNode == 1 ? 0 : (double) token * spread.toRank(nodes, inNode) * (inNode - 1);
    }
    MeasuredTransfer transfer =
        direct
            ? MeasuredTransfer.ALL_TO_ALL_ONE_SHOT
            : toExperts ? MeasuredTransfer.DISPATCH : MeasuredTransfer.COMBINE;
    return new TokenRow(
        transfer.word(),
        toExperts ? "fp8" : "bf16",
        nodes,
        inNode,
        between,
        inside,
        tokens * hidden,
        1000 * micros);
  }

  @Override
  public int ranks() {
    return isBetweenNodes() ? nodes : inNode;
  }

  @Override
  public boolean isBetweenNodes() {
    return nodes > 1;
  }

  @Override
  public boolean isFitted() {
    return true;
  }

  @Override
  public double sent() {
    return isBetweenNodes() ? betweenNodes : insideNode;
  }

  @Override
  public List<String> classes() {
    String where = isBetweenNodes() ? " between nodes" : " in a node";
    return List.of((isDirect() ? "low-latency exchanges" : kind) + where);
  }

  private boolean isDirect() {
    return kind.equals(MeasuredTransfer.ALL_TO_ALL_ONE_SHOT.word());
  }

  @Override
  public double nanos(TransferTimes times) {
    int[] members = isBetweenNodes() ? new int[] {inNode, nodes} : new int[] {inNode};
    if (isDirect()) {
      return times.nanosOfOneShot(members, (betweenNodes + insideNode) * ofAll());
    }
    return times.nanos(
        members, kind.equals(MeasuredTransfer.DISPATCH.word()), betweenNodes, insideNode);
  }

  /** Bytes of a whole tensor for each that leaves the rank. */
  private double ofAll() {
    double ranks = (double) nodes * inNode;
    return ranks / (ranks - 1);
  }
}
