package io.heddle.plan.expert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Where tokens go, against all choices of a router counted one by one. */
final class TokenSpreadProperties {
  @Property(tries = 300)
  void tokensGoWhereChoicesSay(
      @ForAll @IntRange(min = 2, max = 4) int nodes,
      @ForAll @IntRange(min = 1, max = 2) int ranks,
      @ForAll @IntRange(min = 1, max = 2) int each,
      @ForAll @IntRange(min = 1, max = 5) int top,
      @ForAll @IntRange(min = 0, max = 4) int most,
      @ForAll @LongRange(min = 1, max = 5000) long tokens) {
    int ofNode = ranks * each;
    int chosen = most == 0 ? nodes : Math.min(most, nodes);
    Assume.that(top <= chosen * ofNode);
    List<Set<Integer>> choices = new ArrayList<>();
    for (Set<Integer> some : subsets(nodes, chosen)) {
      List<Integer> pool = new ArrayList<>();
      some.forEach(node -> addExperts(pool, node, ofNode));
      for (Set<Integer> places : subsets(pool.size(), top)) {
        Set<Integer> experts = new HashSet<>();
        places.forEach(place -> experts.add(pool.get(place)));
        choices.add(experts);
      }
    }
    long onNode = choices.stream().filter(c -> has(c, 0, ofNode)).count();
    long onRank = choices.stream().filter(c -> has(c, 0, each)).count();
    TokenSpread spread = new TokenSpread(tokens, (long) nodes * ofNode, top, most);
    assertThat(spread.toNode(nodes)).isEqualTo(up(tokens * onNode, choices.size()));
    assertThat(spread.toRank(nodes, ranks)).isEqualTo(up(nodes * tokens * onRank, choices.size()));
  }

  /** A token goes once to a node where each of its experts would have it once. */
  @Property
  void noTokenGoesMoreOften(
      @ForAll @IntRange(min = 2, max = 16) int nodes,
      @ForAll @IntRange(min = 1, max = 8) int ranks,
      @ForAll @IntRange(min = 1, max = 16) int top,
      @ForAll @LongRange(min = 1, max = 100_000) long tokens) {
    long experts = 4L * nodes * ranks;
    Assume.that(top <= experts);
    TokenSpread spread = new TokenSpread(tokens, experts, top, 0);
    assertThat(spread.toNode(nodes)).isBetween(1L, Math.min(tokens, up(tokens * top, nodes)));
    assertThat(spread.toRank(nodes, ranks))
        .isBetween(1L, Math.min(tokens * nodes, up(tokens * top, ranks)));
  }

  /** DeepSeek-V3: 8 of 256 experts on 8 nodes of 8 ranks, on four of them at most. */
  @Example
  void ofDeepSeekV3() {
    // 512 (1 - C(224, 8) / C(256, 8)) = 338.6 and 512 / 2 (1 - C(96, 8) / C(128, 8)) = 232.1.
    assertThat(new TokenSpread(512, 256, 8, 0).toNode(8)).isEqualTo(339);
    assertThat(new TokenSpread(512, 256, 8, 4).toNode(8)).isEqualTo(233);
  }

  private static boolean has(Set<Integer> experts, int begin, int count) {
    return experts.stream().anyMatch(expert -> expert >= begin && expert < begin + count);
  }

  private static void addExperts(List<Integer> pool, int node, int ofNode) {
    for (int i = 0; i < ofNode; i++) {
      pool.add(node * ofNode + i);
    }
  }

  private static List<Set<Integer>> subsets(int of, int size) {
    List<Set<Integer>> subsets = new ArrayList<>();
    for (int bits = 0; bits < 1 << of; bits++) {
      if (Integer.bitCount(bits) == size) {
        Set<Integer> subset = new HashSet<>();
        for (int i = 0; i < of; i++) {
          if ((bits >> i & 1) == 1) {
            subset.add(i);
          }
        }
        subsets.add(subset);
      }
    }
    return subsets;
  }

  private static long up(long part, long whole) {
    return -Math.floorDiv(-part, whole);
  }
}
