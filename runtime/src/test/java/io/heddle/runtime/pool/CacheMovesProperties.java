package io.heddle.runtime.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.AxisSplit;
import io.heddle.plan.mesh.Interval;
import io.heddle.plan.mesh.Mesh;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random layouts of a cache on two meshes, element by element. */
class CacheMovesProperties {
  /**
   * How one side has a cache: sequences over dp, heads over tp, all of it on each rank of the rest.
   */
  record Side(int dp, int tp, int copies) {
    Mesh mesh() {
      return new Mesh(List.of(new Axis("dp", dp), new Axis("rest", copies), new Axis("tp", tp)));
    }

    int ranks() {
      return dp * tp * copies;
    }
  }

  /** A cache of two tensors, one of which has no heads, on two sides. */
  record Pair(Side from, Side to, int sequences, int heads, int latent, int moving) {
    private static final List<Long> BYTES = List.of(6L, 5L);

    /** Parts of all ranks of a side in both tensors, its numbers from {@code first} on. */
    List<Map<Integer, CachePart>> parts(Side side, int first, int count) {
      Mesh mesh = side.mesh();
      long each = (count + side.dp - 1L) / side.dp;
      IntFunction<Interval> ofSequences =
          new AxisSplit(count, each * side.dp, List.of("dp")).parts(mesh);
      long padded = (heads + side.tp - 1L) / side.tp * side.tp;
      IntFunction<Interval> ofHeads = new AxisSplit(heads, padded, List.of("tp")).parts(mesh);
      Map<Integer, CachePart> keys = new LinkedHashMap<>();
      Map<Integer, CachePart> latents = new LinkedHashMap<>();
      for (int rank = 0; rank < side.ranks(); rank++) {
        Interval of = ofSequences.apply(rank);
        keys.put(first + rank, new CachePart(of, List.of(ofHeads.apply(rank), Interval.first(2))));
        latents.put(first + rank, new CachePart(of, List.of(Interval.first(latent))));
      }
      return List.of(keys, latents);
    }

    List<Map<Integer, CachePart>> held() {
      return parts(from, 0, sequences);
    }

    List<Map<Integer, CachePart>> needed() {
      return parts(to, from.ranks(), Math.min(moving, sequences));
    }
  }

  @Provide
  Arbitrary<Pair> pairs() {
    Arbitrary<Side> sides =
        Combinators.combine(
                Arbitraries.integers().between(1, 4),
                Arbitraries.of(1, 2, 3, 4, 6, 8),
                Arbitraries.integers().between(1, 4))
            .as(Side::new);
    return Combinators.combine(
            sides,
            sides,
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(0, 12))
        .as(Pair::new);
  }

  private static CacheRanks ranks(Map<Integer, CachePart> parts) {
    CacheRanks ranks = new CacheRanks();
    parts.forEach((rank, part) -> ranks.add(part, rank));
    return ranks;
  }

  private static List<CacheMove> moves(Pair pair, int turn, int... tensors) {
    CacheMoves moves = new CacheMoves(turn);
    for (int tensor : tensors) {
      moves.add(
          ranks(pair.held().get(tensor)), ranks(pair.needed().get(tensor)), Pair.BYTES.get(tensor));
    }
    return moves.all();
  }

  /** Elements that both have, one after the other. */
  private static long common(CachePart one, CachePart other) {
    long elements = 0;
    for (long s = one.sequences().begin(); s < one.sequences().end(); s++) {
      if (!contains(other.sequences(), s)) {
        continue;
      }
      long ofSequence = 1;
      for (int d = 0; d < one.dims().size(); d++) {
        long both = 0;
        for (long i = one.dims().get(d).begin(); i < one.dims().get(d).end(); i++) {
          both += contains(other.dims().get(d), i) ? 1 : 0;
        }
        ofSequence *= both;
      }
      elements += ofSequence;
    }
    return elements;
  }

  private static boolean contains(Interval interval, long number) {
    return interval.begin() <= number && number < interval.end();
  }

  /** Of each part of a tensor, whoever has it, a rank gets what is in its own part, once. */
  @Property
  void everyRankGetsWhatItNeedsOnceFromRanksThatHaveIt(
      @ForAll("pairs") Pair pair, @ForAll int turn) {
    for (int tensor = 0; tensor < 2; tensor++) {
      Map<Integer, CachePart> held = pair.held().get(tensor);
      Map<Integer, CachePart> needed = pair.needed().get(tensor);
      long bytes = Pair.BYTES.get(tensor);
      List<CacheMove> moves = moves(pair, turn, tensor);
      Map<List<Object>, Long> got =
          moves.stream()
              .collect(
                  Collectors.groupingBy(
                      move -> List.of(move.to(), held.get(move.from())),
                      Collectors.summingLong(CacheMove::bytes)));
      Map<List<Object>, Long> wanted = new HashMap<>();
      needed.forEach(
          (rank, part) ->
              held.values().stream()
                  .distinct()
                  .filter(there -> common(there, part) > 0)
                  .forEach(there -> wanted.put(List.of(rank, there), bytes * common(there, part))));
      assertThat(got).isEqualTo(wanted);
      needed.forEach(
          (rank, part) -> assertThat(received(moves, rank)).isEqualTo(bytes * common(part, part)));
    }
  }

  private static long received(List<CacheMove> moves, int rank) {
    return moves.stream().filter(move -> move.to() == rank).mapToLong(CacheMove::bytes).sum();
  }

  @Property
  void tensorsTravelTogether(@ForAll("pairs") Pair pair, @ForAll int turn) {
    List<CacheMove> both = moves(pair, turn, 0, 1);
    assertThat(both).allMatch(move -> move.bytes() > 0);
    assertThat(both.stream().map(move -> List.of(move.from(), move.to())).distinct())
        .hasSize(both.size());
    for (int rank : pair.needed().get(0).keySet()) {
      assertThat(received(both, rank))
          .isEqualTo(received(moves(pair, turn, 0), rank) + received(moves(pair, turn, 1), rank));
    }
  }

  /** After as many layers as a part has copies each copy has had each turn. */
  @Property(tries = 200)
  void copiesSendAsMuchAsEachOther(@ForAll("pairs") Pair pair) {
    for (int tensor = 0; tensor < 2; tensor++) {
      Map<CachePart, List<Integer>> copies = new LinkedHashMap<>();
      pair.held()
          .get(tensor)
          .forEach(
              (rank, part) -> copies.computeIfAbsent(part, unused -> new ArrayList<>()).add(rank));
      int most = copies.values().stream().mapToInt(List::size).max().orElseThrow();
      Map<Integer, Long> sent = new HashMap<>();
      for (int layer = 0; layer < most; layer++) {
        moves(pair, layer, tensor)
            .forEach(move -> sent.merge(move.from(), move.bytes(), Long::sum));
      }
      for (List<Integer> ranks : copies.values()) {
        if (ranks.size() == most) {
          assertThat(ranks.stream().map(rank -> sent.getOrDefault(rank, 0L)).distinct()).hasSize(1);
        }
      }
    }
  }
}
