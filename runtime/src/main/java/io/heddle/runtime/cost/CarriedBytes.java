package io.heddle.runtime.cost;

import io.heddle.plan.Cluster;
import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The sizes that collectives and messages carry in a trace so that a simulator, which knows
 * bandwidths and latencies only, takes as long as the figures of the network say. They are found by
 * inverting the simulator's own closed form, once for each kind, shape of a group and number of
 * bytes, and so are the same on every member. All else keeps the nominal sizes. Safe for several
 * threads.
 */
public final class CarriedBytes {
  private static final long MOST = 1L << 61;

  private final TransferTimes times;
  private final CollectiveCost collectives;
  private final MessageCost messages;
  private final Routes routes;
  private final int ranks;

  /** The network whose times are meant where it has no figures; null: the one that carries. */
  private final @Nullable CollectiveCost meant;

  private final @Nullable MessageCost meantForMessages;

  /** The share of exchanges that nothing runs beside. */
  private final double exposed;

  private final Map<Group, Shape> shapes = new WeakHashMap<>();
  private final Map<Shape, Shape> known = new HashMap<>();
  private final Map<Shape, Map<Collective, Map<Long, Long>>> found = new HashMap<>();
  private final Map<Long, Map<Long, Long>> foundOfMessages = new HashMap<>();
  private final Map<String, Floor> floors = new TreeMap<>();

  private CarriedBytes(Machine own, Machine machine, Engine engine) {
    this.exposed = engine.value(EngineFigure.EXCHANGES_EXPOSED);
    this.times = new TransferTimes(own.network(), engine);
    boolean isOther = !own.network().equals(machine.network());
    this.meant = isOther ? new CollectiveCost(own) : null;
    this.meantForMessages = isOther ? new MessageCost(own) : null;
    this.collectives = new CollectiveCost(machine);
    this.messages = new MessageCost(machine);
    this.routes = new Routes(machine.network());
    this.ranks = machine.ranks();
  }

  /** Those of a cluster; null if no network has figures. */
  public static @Nullable CarriedBytes of(Cluster cluster) {
    return of(cluster, Engine.IDEAL);
  }

  /** Those of a cluster under an engine; null if both leave all sizes as they are. */
  public static @Nullable CarriedBytes of(Cluster cluster, Engine engine) {
    double exposed = engine.value(EngineFigure.EXCHANGES_EXPOSED);
    return exposed == 1 && cluster.liveDimensions().stream().allMatch(d -> d.transfers().isEmpty())
        ? null
        : new CarriedBytes(Machine.of(cluster), Machine.of(cluster), engine);
  }

  /**
   * Those of a cluster under an engine in a network that is another cluster's; null if all sizes
   * stay as they are.
   *
   * @param carrier whose network has dimensions of the same topologies and sizes, and other figures
   *     or rates
   */
  public static @Nullable CarriedBytes of(Cluster cluster, Engine engine, Cluster carrier) {
    return cluster.liveDimensions().equals(carrier.liveDimensions())
        ? of(cluster, engine)
        : new CarriedBytes(Machine.of(cluster), Machine.of(carrier), engine);
  }

  /**
   * A collective whose hops alone take longer than the figures say.
   *
   * @param axes of the group
   * @param bytes nominal
   * @param floorNanos what it takes
   * @param nanos what the figures say
   */
  public record Floor(
      Collective collective, List<String> axes, long bytes, long floorNanos, long nanos) {}

  /** Those whose hops alone take longer, the worst of each kind and axes, of what was asked for. */
  public synchronized List<Floor> floors() {
    return List.copyOf(floors.values());
  }

  /** How a group lies in the network. */
  private static final class Shape {
    private final int[] members;
    private final long[] hops;
    private final int hash;

    private Shape(int[] members, long[] hops) {
      this.members = members;
      this.hops = hops;
      this.hash = Arrays.hashCode(hops);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Shape shape
          && hash == shape.hash
          && Arrays.equals(members, shape.members)
          && Arrays.equals(hops, shape.hops);
    }
  }

  /**
   * What a collective carries.
   *
   * @param bytes an all-gather's own shard, else a member's whole tensor
   */
  public synchronized long collective(Group group, Collective collective, long bytes) {
    Shape shape = shape(group);
    return found
        .computeIfAbsent(shape, key -> new HashMap<>())
        .computeIfAbsent(collective, key -> new HashMap<>())
        .computeIfAbsent(bytes, key -> invert(group, shape, collective, bytes));
  }

  /** What the figures say that a collective takes, ns; negative where they say nothing. */
  public synchronized double nanos(Group group, Collective collective, long bytes) {
    return nanos(shape(group), collective, (double) bytes);
  }

  private double nanos(Shape shape, Collective collective, double bytes) {
    double whole = times.nanos(shape.members, collective, bytes);
    return collective.isExchange() && whole > 0 ? whole * exposed : whole;
  }

  /** What a message carries; as much in both directions. */
  public synchronized long message(int from, int to, long bytes) {
    long route = routes.of(from, to);
    return foundOfMessages
        .computeIfAbsent(route, key -> new HashMap<>())
        .computeIfAbsent(
            bytes, key -> invert(from, to, bytes, nanosOfMessage(from, to, route, bytes)));
  }

  private double nanosOfMessage(int from, int to, long route, long bytes) {
    double nanos = times.nanosOfMessage(Routes.outermost(route), (double) bytes);
    return nanos < 0 && meantForMessages != null ? meantForMessages.nanos(from, to, bytes) : nanos;
  }

  /**
   * What a message of an exchange of all with all carries: they follow each other, and so each
   * takes its share of the exchange's time.
   *
   * @param bytes of the message
   */
  public synchronized long exchanged(Group group, int from, int to, long bytes) {
    int size = group.size();
    double whole = nanos(shape(group), Collective.ALL_TO_ALL, (double) bytes * size);
    if (whole >= 0) {
      return invert(from, to, bytes, whole / (size - 1));
    }
    return meantForMessages == null
        ? shareOf(bytes, 1)
        : invert(from, to, bytes, exposed * meantForMessages.nanos(from, to, bytes));
  }

  /**
   * What the figures say that a kernel takes which sends each token once to each node and rank, ns;
   * negative where they say nothing.
   *
   * @param toExperts whether tokens go there, or come back
   * @param betweenNodes bytes that a rank sends to other nodes
   * @param insideNodes bytes that it sends to others in its node
   */
  public synchronized double nanos(
      Group group, boolean toExperts, long betweenNodes, long insideNodes) {
    double whole =
        times.nanos(shape(group).members, toExperts, (double) betweenNodes, (double) insideNodes);
    return whole > 0 ? whole * exposed : whole;
  }

  /** What a message carries that lasts so long. */
  public synchronized long lasting(int from, int to, long bytes, double nanos) {
    return invert(from, to, bytes, nanos);
  }

  private Shape shape(Group group) {
    return shapes.computeIfAbsent(
        group,
        key -> {
          int[] ring = group.ring();
          long[] hops = new long[ring.length];
          for (int i = 0; i < ring.length; i++) {
            hops[i] = routes.of(ring[i], ring[(i + 1) % ring.length]);
          }
          Shape shape = new Shape(routes.members(ring), hops);
          Shape other = known.putIfAbsent(shape, shape);
          return other == null ? shape : other;
        });
  }

  private long invert(Group group, Shape shape, Collective collective, long bytes) {
    double nanos = nanos(shape, collective, (double) bytes);
    long least = collective.givesPart() ? 1 : ranks;
    if (nanos < 0 && meant == null) {
      return collective.isExchange() ? shareOf(bytes, least) : bytes;
    }
    try {
      if (nanos < 0) {
        long whole = Objects.requireNonNull(meant).nanos(group, collective, bytes);
        nanos = collective.isExchange() ? exposed * whole : whole;
      }
      long carried = inverse(least, nanos, size -> collectives.nanos(group, collective, size));
      long floor = carried > least ? 0 : collectives.nanos(group, collective, least);
      if (floor > 1 + nanos * 1.01) {
        floors.merge(
            collective + String.join(".", group.axes()),
            new Floor(collective, group.axes(), bytes, floor, Math.round(nanos)),
            (one, two) -> one.nanos() <= two.nanos() ? one : two);
      }
      return carried;
    } catch (CannotRunException e) {
      // Whoever runs the trace says why it cannot.
      return bytes;
    }
  }

  private long invert(int from, int to, long bytes, double nanos) {
    return nanos < 0 ? bytes : inverse(1, nanos, size -> messages.nanos(from, to, size));
  }

  /** What is exposed of an exchange of which the network has no figures. */
  private long shareOf(long bytes, long least) {
    return exposed == 1 ? bytes : Math.max(Math.min(bytes, least), Math.round(bytes * exposed));
  }

  /** The size from {@code least} on whose time is nearest; times rise with the size. */
  public static long inverse(long least, double nanos, LongUnaryOperator time) {
    long low = least;
    if (time.applyAsLong(low) >= nanos) {
      return low;
    }
    long high = 2 * low;
    while (time.applyAsLong(high) < nanos) {
      low = high;
      high *= 2;
      if (high > MOST) {
        return MOST;
      }
    }
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (time.applyAsLong(middle) < nanos) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return nanos - time.applyAsLong(low) <= time.applyAsLong(high) - nanos ? low : high;
  }
}
