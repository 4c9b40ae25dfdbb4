package io.heddle.plan.expert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No row is lost or made, whatever the load is, and both ends of a message count it alike. */
final class ExpertSharesProperties {
  /** What a load is tried on. */
  private record Case(ExpertLoad load, int experts, int ranks, long tokens, int top) {
    ExpertShares shares() {
      return new ExpertShares(load, experts, ranks, tokens, top);
    }
  }

  @Provide
  Arbitrary<ExpertLoad> loads() {
    Arbitrary<String> factors = Arbitraries.of("1", "1.5", "3", "1000");
    Arbitrary<Long> seeds = Arbitraries.longs().between(0, 5);
    return Arbitraries.oneOf(
        Arbitraries.just(ExpertLoad.even()),
        Combinators.combine(factors, seeds).as(ExpertLoad::hotExpert),
        Combinators.combine(factors, seeds).as(ExpertLoad::hotRank),
        Combinators.combine(Arbitraries.of("0", "0.5", "2", "10"), seeds)
            .as((sigma, seed) -> ExpertLoad.logNormal(sigma, seed + 1)));
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Integer> small = Arbitraries.integers().between(1, 9);
    return Combinators.combine(loads(), small, small, Arbitraries.longs().between(1, 300), small)
        .as(
            (load, each, ranks, tokens, top) ->
                new Case(load, each * ranks, ranks, tokens, Math.min(top, each * ranks)))
        .flatMap(of -> Arbitraries.longs().map(seed -> seed % 5 == 0 ? recorded(of, seed) : of));
  }

  /** A record of all layers and micro-batches that are asked for, with experts without tokens. */
  private static Case recorded(Case of, long seed) {
    Random random = new Random(seed);
    List<String> rows = new ArrayList<>();
    for (int layer = 0; layer < 256; layer++) {
      StringBuilder row = new StringBuilder(layer + ": 1");
      for (int i = 1; i < of.experts(); i++) {
        row.append(' ').append(Math.max(0, random.nextInt(1000) - 300));
      }
      rows.add(row.toString());
    }
    return new Case(
        RecordedLoad.of("Router", 1, rows), of.experts(), of.ranks(), of.tokens(), of.top());
  }

  @Property
  void everyRankSendsAllItsRowsAndExpertsGetThem(@ForAll("cases") Case of, @ForAll long mixed) {
    ExpertShares shares = of.shares();
    int draw = shares.draw((int) (mixed & 0xffff), (int) (mixed >>> 40 & 0xff));
    long all = 0;
    for (int to = 0; to < of.ranks(); to++) {
      long received = 0;
      for (int from = 0; from < of.ranks(); from++) {
        long rows = shares.between(from, to, draw);
        assertThat(rows).isNotNegative();
        received += rows;
      }
      assertThat(received).isEqualTo(shares.received(to, draw)).isLessThanOrEqualTo(shares.most());
      all += received;
    }
    for (int from = 0; from < of.ranks(); from++) {
      long sent = 0;
      for (int to = 0; to < of.ranks(); to++) {
        sent += shares.between(from, to, draw);
      }
      assertThat(sent).isEqualTo(of.tokens() * of.top());
    }
    assertThat(all).isEqualTo(of.ranks() * of.tokens() * of.top());
  }

  /** A token goes to an expert once, so that none has more rows than there are tokens. */
  @Property
  void noExpertGetsATokenTwice(@ForAll("cases") Case of) {
    long[] rows = of.shares().rows(0);
    assertThat(Arrays.stream(rows).sum()).isEqualTo(of.ranks() * of.tokens() * of.top());
    assertThat(Arrays.stream(rows)).allMatch(each -> each >= 0 && each <= of.tokens() * of.ranks());
  }

  /** Two senders differ by a row at most to each receiver. */
  @Property
  void sendersAreAlike(@ForAll("cases") Case of) {
    ExpertShares shares = of.shares();
    for (int to = 0; to < of.ranks(); to++) {
      double fair = (double) shares.received(to, 0) / of.ranks();
      for (int from = 0; from < of.ranks(); from++) {
        assertThat((double) shares.between(from, to, 0)).isBetween(fair - 1, fair + 1);
      }
    }
  }

  @Property
  void evenLoadsDifferByARowAtMost(@ForAll("cases") Case of) {
    long[] rows =
        new ExpertShares(ExpertLoad.even(), of.experts(), of.ranks(), of.tokens(), of.top())
            .rows(0);
    long least = Arrays.stream(rows).min().orElseThrow();
    assertThat(Arrays.stream(rows).max().orElseThrow() - least).isBetween(0L, 1L);
  }

  /** The numbers are the same on every machine and in every version: plans are compared by them. */
  @Example
  void drawsStayWhatTheyAre() {
    ExpertShares drawn = new ExpertShares(ExpertLoad.logNormal("1.0", 1), 8, 4, 128, 2);
    assertThat(drawn.rows(0)).containsExactly(50, 138, 142, 204, 39, 424, 10, 17);
    assertThat(drawn.draw(0, 0)).isZero();
    assertThat(drawn.draw(2, 7)).isEqualTo(201);
    assertThat(drawn.draw(3, 7)).isEqualTo(47);
    ExpertShares hot = new ExpertShares(ExpertLoad.hotExpert("3", 0), 8, 4, 128, 2);
    // 1,024 rows: 3 x 128 to the first, the other 640 to seven.
    assertThat(hot.rows(0)).containsExactly(384, 92, 92, 92, 91, 91, 91, 91);
    ExpertShares rank = new ExpertShares(ExpertLoad.hotRank("2", 0), 8, 4, 128, 2);
    assertThat(rank.received(0, 0)).isEqualTo(512);
    assertThat(rank.most()).isEqualTo(512);
  }
}
