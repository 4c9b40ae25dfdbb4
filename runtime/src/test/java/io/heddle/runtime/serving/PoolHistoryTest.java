package io.heddle.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PoolHistoryTest {
  /** What an instance had in a step. */
  record Had(long begin, long nanos, int running, int waiting, long pages) {}

  @Provide
  Arbitrary<List<Had>> steps() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 1L << 40),
            Arbitraries.longs().between(0, 30).map(bits -> 1L << bits),
            Arbitraries.integers().between(0, 500),
            Arbitraries.integers().between(0, 500),
            Arbitraries.longs().between(0, 1L << 30))
        .as(Had::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  /** What was had, times how long, is that of all steps, however often spans were joined. */
  @Property
  void nothingIsLost(@ForAll("steps") List<Had> steps) {
    PoolHistory history = new PoolHistory();
    double running = 0;
    double waiting = 0;
    double pages = 0;
    long end = 0;
    for (Had step : steps) {
      history.add(step.begin(), step.nanos(), step.running(), step.waiting(), step.pages());
      running += (double) step.nanos() * step.running();
      waiting += (double) step.nanos() * step.waiting();
      pages += (double) step.nanos() * step.pages();
      end = Math.max(end, step.begin() + step.nanos());
    }
    double[] had = new double[3];
    for (int span = 0; span < history.spans(); span++) {
      had[0] += history.running(span) * history.spanNanos();
      had[1] += history.waiting(span) * history.spanNanos();
      had[2] += history.pages(span) * history.spanNanos();
    }
    assertThat(had[0]).isCloseTo(running, within(1e-9 * running));
    assertThat(had[1]).isCloseTo(waiting, within(1e-9 * waiting));
    assertThat(had[2]).isCloseTo(pages, within(1e-9 * pages));
    assertThat(history.spans() * history.spanNanos()).isBetween(end, end + history.spanNanos() - 1);
  }

  /** Two steps, each in a span of its own, and nothing between them. */
  @Test
  void aSpanHasTheMeanOfItsTime() {
    PoolHistory history = new PoolHistory();
    history.add(0, 512, 4, 2, 10);
    history.add(2048, 1024, 8, 0, 20);
    assertThat(history.spanNanos()).isEqualTo(1024);
    assertThat(history.spans()).isEqualTo(3);
    assertThat(history.running(0)).isEqualTo(2);
    assertThat(history.running(1)).isZero();
    assertThat(history.running(2)).isEqualTo(8);
    assertThat(history.waiting(0)).isEqualTo(1);
    assertThat(history.pages(2)).isEqualTo(20);
  }

  /** Spans double until the last step has one of 256. */
  @Test
  void spansAreJoinedInPairs() {
    PoolHistory history = new PoolHistory();
    history.add(0, 1024, 4, 0, 0);
    history.add(256 * 1024, 1024, 6, 0, 0);
    assertThat(history.spanNanos()).isEqualTo(2048);
    assertThat(history.spans()).isEqualTo(129);
    assertThat(history.running(0)).isEqualTo(2);
    assertThat(history.running(128)).isEqualTo(3);
  }
}
