package io.heddle.runtime.pool;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * One network for all instances of pools. They stand side by side along the outermost dimension;
 * instances that take a part of the innermost one only, as of a node, may share it. A simulator has
 * one such network: ranks of an instance reach each other in it as in their own.
 */
public final class CommonNetwork {
  /** As many as a plan may have. */
  private static final long MOST_RANKS = 1 << 20;

  private final List<Share> shares;

  /** Instances that are alike, on a cluster each. */
  public record Share(String plan, Cluster cluster, int instances) {
    private List<NetworkDimension> dimensions() {
      return cluster.dimensions();
    }

    private int size(int dimension) {
      return dimensions().get(dimension).size();
    }

    private int ranks() {
      return dimensions().stream().mapToInt(NetworkDimension::size).reduce(1, Math::multiplyExact);
    }
  }

  private CommonNetwork(List<Share> shares) {
    this.shares = shares;
  }

  /**
   * The cluster of each share with the dimensions of all: each has its own device, rates and
   * figures.
   *
   * @param shares in the order in which their ranks are numbered
   * @param line between them, where clusters have one dimension only
   * @throws InvalidPoolsException if there is no such network
   */
  public static List<Cluster> of(List<Share> shares, CacheLine line) {
    int most = shares.stream().mapToInt(share -> share.dimensions().size()).max().orElseThrow();
    if (most > 1) {
      return new CommonNetwork(shares).clusters();
    }
    List<Share> deeper = new ArrayList<>();
    for (Share share : shares) {
      deeper.add(new Share(share.plan(), deeper(share.cluster(), line), share.instances()));
    }
    return new CommonNetwork(deeper).clusters();
  }

  /** The same cluster, as a node among others that the line joins. */
  private static Cluster deeper(Cluster cluster, CacheLine line) {
    List<NetworkDimension> dimensions = new ArrayList<>(cluster.dimensions());
    dimensions.add(
        new NetworkDimension(Topology.SWITCH, 1, line.bytesPerSecond(), line.latencyNanos() / 2.0));
    return new Cluster(cluster.name(), cluster.device(), dimensions);
  }

  private List<Cluster> clusters() {
    int count = shares.get(0).dimensions().size();
    List<Integer> sizes = new ArrayList<>();
    for (Share share : shares) {
      if (share.dimensions().size() != count) {
        throw refused("they have %s dimensions".formatted(each(s -> s.dimensions().size())));
      }
    }
    for (int d = 0; d < count; d++) {
      int dimension = d;
      if (shares.stream().map(s -> s.dimensions().get(dimension).topology()).distinct().count()
          > 1) {
        throw refused(
            "dimension %d is a %s"
                .formatted(
                    d + 1, each(s -> s.dimensions().get(dimension).topology().astraSimName())));
      }
      if (d < count - 1) {
        sizes.add(inner(d));
      }
    }
    sizes.add(outermost(sizes));
    return shares.stream().map(share -> cluster(share, sizes)).toList();
  }

  /** The size of a dimension that is not the outermost. */
  private int inner(int dimension) {
    int size = shares.stream().mapToInt(share -> share.size(dimension)).max().orElseThrow();
    for (Share share : shares) {
      if (share.size(dimension) == size) {
        continue;
      }
      boolean isPartOfNode =
          share.dimensions().size() == 2
              && share.size(1) == 1
              && size % share.size(0) == 0
              && share.dimensions().get(0).topology() != Topology.RING;
      if (!isPartOfNode) {
        throw refused(
            "dimension %d has %s ranks".formatted(dimension + 1, each(s -> s.size(dimension))));
      }
    }
    return size;
  }

  private int outermost(List<Integer> inner) {
    int unit = inner.stream().reduce(1, Math::multiplyExact);
    int last = inner.size();
    long ranks = 0;
    for (Share share : shares) {
      ranks = Math.addExact(ranks, Math.multiplyExact((long) share.instances(), share.ranks()));
    }
    if (ranks % unit != 0) {
      throw refused("%,d ranks fill no whole number of nodes of %,d".formatted(ranks, unit));
    }
    if (ranks > MOST_RANKS) {
      throw new InvalidPoolsException(
          "both pools have %,d ranks, more than %,d; take fewer instances"
              .formatted(ranks, MOST_RANKS));
    }
    checkPlaces(unit, last);
    return Math.toIntExact(ranks / unit);
  }

  /** Instances are whole in the units that they share with no one, as alone. */
  private void checkPlaces(int unit, int last) {
    long first = 0;
    for (Share share : shares) {
      if (share.size(last) > 1 && share.dimensions().get(last).topology() == Topology.RING) {
        throw refused("instances of plan %s close a ring of their own".formatted(share.plan()));
      }
      if (first % Math.min(unit, share.ranks()) != 0) {
        throw refused(
            "instances of plan %s would begin within a node, at rank %,d"
                .formatted(share.plan(), first));
      }
      first += (long) share.instances() * share.ranks();
    }
  }

  private static Cluster cluster(Share share, List<Integer> sizes) {
    List<NetworkDimension> dimensions = new ArrayList<>();
    for (int d = 0; d < sizes.size(); d++) {
      NetworkDimension own = share.dimensions().get(d);
      dimensions.add(
          new NetworkDimension(
              own.topology(), sizes.get(d), own.bandwidth(), own.latencyNanos(), own.transfers()));
    }
    return new Cluster(
        share.cluster().name(), share.cluster().device(), Collections.unmodifiableList(dimensions));
  }

  /** What a number is in the plan of each share. */
  private String each(Function<Share, Object> number) {
    return String.join(
        ", ", shares.stream().map(s -> number.apply(s) + " in plan " + s.plan()).toList());
  }

  private static InvalidPoolsException refused(String why) {
    return new InvalidPoolsException(
        "the clusters of the pools make no common network: "
            + why
            + "; take clusters whose networks have the same dimensions, and differ in the size of"
            + " the outermost one, as in the number of nodes");
  }
}
