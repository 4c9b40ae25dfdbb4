package io.heddle.runtime.cost;

import io.heddle.plan.Engine;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.plan.mesh.Collective;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long collectives and messages really last on a network that has figures of them. With f the
 * bytes that a rank sends,
 *
 * <pre>
 * time = start + f / reach (1 + √(half / f))
 * f    = (n - 1)/n of the whole tensor; twice that in an all-reduce; the bytes of a message
 * </pre>
 *
 * Those of the outermost dimension that a group crosses hold. Where k of its members lie in each
 * unit of that dimension, they use k links side by side: each carries a k-th, but no faster than
 * the dimensions within the unit hand it round. In an all-to-all every rank sends through its own
 * link what leaves the unit, and the slowest of the dimensions counts. A small all-reduce within
 * the innermost dimension, or a small exchange, may be a kernel of the engine, which has figures of
 * its own. Figures of several numbers of ranks are interpolated in the logarithm of the number, and
 * held beyond.
 */
public final class TransferTimes {
  /** No figures say anything. */
  public static final double UNKNOWN = -1;

  private static final double NANOS = 1e9;

  private final List<NetworkDimension> network;
  private final double ofReductions;
  private final double ofExchanges;
  private final List<Map<MeasuredTransfer, List<TransferFigures>>> lines = new ArrayList<>();

  /**
   * @param network the dimensions of more than one rank, innermost first
   */
  public TransferTimes(List<NetworkDimension> network) {
    this(network, Engine.IDEAL);
  }

  /**
   * As the other.
   *
   * @param engine which may make small all-reduces in the innermost dimension, and small exchanges,
   *     by kernels of its own, if that is faster and the dimension has figures of them
   */
  public TransferTimes(List<NetworkDimension> network, Engine engine) {
    this.network = List.copyOf(network);
    this.ofReductions = engine.value(EngineFigure.COLLECTIVES_ONE_SHOT);
    this.ofExchanges = engine.value(EngineFigure.EXCHANGES_ONE_SHOT);
    for (NetworkDimension dimension : network) {
      Map<MeasuredTransfer, List<TransferFigures>> byKind = new EnumMap<>(MeasuredTransfer.class);
      dimension.transfers().stream()
          .sorted(Comparator.comparingDouble(TransferFigures::ranks))
          .forEach(
              line -> byKind.computeIfAbsent(line.transfer(), key -> new ArrayList<>()).add(line));
      lines.add(byKind);
    }
  }

  /** Bytes that each of {@code ranks} sends in a collective. */
  public static double sent(Collective collective, double bytes, int ranks) {
    double whole = collective.givesPart() ? bytes * ranks : bytes;
    double once = whole * (ranks - 1) / ranks;
    return collective.goesThereAndBack() ? 2 * once : once;
  }

  /**
   * ns of a collective; {@link #UNKNOWN} where the outermost dimension has no figures of it.
   *
   * @param members of the group along each dimension of the network
   * @param bytes an all-gather's own shard, else a member's whole tensor
   */
  public double nanos(int[] members, Collective collective, double bytes) {
    MeasuredTransfer transfer = MeasuredTransfer.of(collective);
    int outermost = outermost(members);
    if (transfer == null || !lines.get(outermost).containsKey(transfer)) {
      return UNKNOWN;
    }
    double byFigures = nanos(members, outermost, transfer, collective, bytes);
    if (outermost == 0
        && transfer == MeasuredTransfer.ALL_REDUCE
        && bytes <= ofReductions
        && lines.get(0).containsKey(MeasuredTransfer.ALL_REDUCE_ONE_SHOT)) {
      return Math.min(byFigures, nanosOfOneShot(members[0], bytes));
    }
    return transfer == MeasuredTransfer.ALL_TO_ALL
            && bytes <= ofExchanges
            && lines.get(outermost).containsKey(MeasuredTransfer.ALL_TO_ALL_ONE_SHOT)
        ? Math.min(byFigures, nanosOfOneShot(members, bytes))
        : byFigures;
  }

  /**
   * ns of an exchange by a kernel of an engine that needs little time for few bytes; {@link
   * #UNKNOWN} where the outermost dimension has no figures of that.
   *
   * @param members of the group along each dimension of the network
   * @param bytes a member's whole tensor
   */
  public double nanosOfOneShot(int[] members, double bytes) {
    int outermost = outermost(members);
    return lines.get(outermost).containsKey(MeasuredTransfer.ALL_TO_ALL_ONE_SHOT)
        ? exchanged(members, outermost, MeasuredTransfer.ALL_TO_ALL_ONE_SHOT, bytes)
        : UNKNOWN;
  }

  /**
   * ns of an all-reduce within the innermost dimension by a kernel of an engine; {@link #UNKNOWN}
   * where it has no figures of that.
   */
  public double nanosOfOneShot(int ranks, double bytes) {
    if (!lines.get(0).containsKey(MeasuredTransfer.ALL_REDUCE_ONE_SHOT)) {
      return UNKNOWN;
    }
    TransferFigures line = at(0, MeasuredTransfer.ALL_REDUCE_ONE_SHOT, ranks);
    return line.startNanos() + moving(line, sent(Collective.ALL_REDUCE, bytes, ranks));
  }

  /**
   * ns of a kernel that sends each token once to each node, and from there once to each rank, or
   * back; {@link #UNKNOWN} where the outermost dimension has no figures of it. What goes within
   * nodes runs beside what goes between them, and the slower of both counts.
   *
   * @param members of the group along each dimension of the network
   * @param toExperts whether tokens go to their experts, or come back
   * @param between bytes that a rank sends to other nodes
   * @param inside bytes that it sends to others in its node
   */
  public double nanos(int[] members, boolean toExperts, double between, double inside) {
    MeasuredTransfer transfer = toExperts ? MeasuredTransfer.DISPATCH : MeasuredTransfer.COMBINE;
    int outermost = outermost(members);
    if (!lines.get(outermost).containsKey(transfer)) {
      return UNKNOWN;
    }
    double slowest = 0;
    for (int d = 0; d <= outermost; d++) {
      if (members[d] > 1) {
        TransferFigures line = within(d, transfer, members);
        double moving = moving(line, d == 0 ? inside : between);
        slowest = Math.max(slowest, line.startNanos() + moving);
      }
    }
    return slowest;
  }

  private static int outermost(int[] members) {
    int outermost = members.length - 1;
    while (outermost > 0 && members[outermost] == 1) {
      outermost--;
    }
    return outermost;
  }

  private double nanos(
      int[] members,
      int outermost,
      MeasuredTransfer transfer,
      Collective collective,
      double bytes) {
    int ranks = product(members, members.length);
    int inside = product(members, outermost);
    double sent = sent(collective, bytes, ranks);
    if (!collective.isExchange()) {
      TransferFigures own = at(outermost, transfer, members[outermost]);
      double slowest = own.startNanos() + moving(own, sent / inside);
      for (int d = 0; d < outermost; d++) {
        if (members[d] > 1) {
          slowest =
              Math.max(slowest, own.startNanos() + moving(within(d, transfer, members), sent));
        }
      }
      return slowest;
    }
    return exchanged(members, outermost, transfer, bytes);
  }

  private double exchanged(int[] members, int outermost, MeasuredTransfer transfer, double bytes) {
    int ranks = product(members, members.length);
    double slowest = 0;
    for (int d = 0; d <= outermost; d++) {
      if (members[d] > 1) {
        TransferFigures line = within(d, transfer, members);
        double through = bytes * (ranks - (double) product(members, d)) / ranks;
        slowest = Math.max(slowest, line.startNanos() + moving(line, through));
      }
    }
    return slowest;
  }

  /** ns of a message through a dimension; {@link #UNKNOWN} where it has no figures of them. */
  public double nanosOfMessage(int outermost, double bytes) {
    if (!lines.get(outermost).containsKey(MeasuredTransfer.MESSAGE)) {
      return UNKNOWN;
    }
    TransferFigures line = at(outermost, MeasuredTransfer.MESSAGE, 2);
    return line.startNanos() + moving(line, bytes);
  }

  private static int product(int[] members, int below) {
    int product = 1;
    for (int d = 0; d < below; d++) {
      product *= members[d];
    }
    return product;
  }

  private static double moving(TransferFigures line, double sent) {
    return NANOS * (sent + Math.sqrt(line.half() * sent)) / line.reach();
  }

  /** The figures of a dimension, or its bandwidth where it has none. */
  private TransferFigures within(int dimension, MeasuredTransfer transfer, int[] members) {
    return lines.get(dimension).containsKey(transfer)
        ? at(dimension, transfer, members[dimension])
        : new TransferFigures(transfer, 0, network.get(dimension).bandwidth(), 0, 0);
  }

  private TransferFigures at(int dimension, MeasuredTransfer transfer, int ranks) {
    List<TransferFigures> table = lines.get(dimension).get(transfer);
    TransferFigures below = table.get(0);
    for (TransferFigures line : table) {
      if (line.ranks() >= ranks) {
        return withReach(dimension, between(below, line, ranks));
      }
      below = line;
    }
    return withReach(dimension, below);
  }

  private TransferFigures withReach(int dimension, TransferFigures line) {
    return line.reach() > 0
        ? line
        : new TransferFigures(
            line.transfer(),
            line.ranks(),
            network.get(dimension).bandwidth(),
            line.half(),
            line.startNanos());
  }

  private static TransferFigures between(TransferFigures below, TransferFigures above, int ranks) {
    if (below.ranks() <= 0 || ranks <= below.ranks() || above.ranks() <= below.ranks()) {
      return ranks <= below.ranks() ? below : above;
    }
    double share =
        StrictMath.log(ranks / below.ranks()) / StrictMath.log(above.ranks() / below.ranks());
    return new TransferFigures(
        below.transfer(),
        ranks,
        below.reach() + share * (above.reach() - below.reach()),
        below.half() + share * (above.half() - below.half()),
        below.startNanos() + share * (above.startNanos() - below.startNanos()));
  }
}
