package io.heddle.runtime.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BusyTimesTest {
  /** Pauses and times in turn. */
  private static List<BusyTime> times(List<Integer> lengths) {
    List<BusyTime> times = new ArrayList<>();
    long now = 0;
    for (int i = 0; i + 1 < lengths.size(); i += 2) {
      long start = now + lengths.get(i);
      now = start + lengths.get(i + 1);
      times.add(new BusyTime(start, now, now - start));
    }
    return times;
  }

  @Property
  void keepsWhatIsBusyInBoundedMemory(
      @ForAll @Size(max = 400) List<@IntRange(max = 1000) Integer> lengths,
      @ForAll @IntRange(min = 2, max = 64) int most) {
    List<BusyTime> given = times(lengths);
    BusyTimes kept = new BusyTimes(most);
    given.forEach(time -> kept.add(time.start(), time.end()));
    List<BusyTime> all = kept.all();

    assertThat(all).hasSizeLessThanOrEqualTo(most);
    assertThat(all.stream().mapToLong(BusyTime::busy).sum())
        .isEqualTo(given.stream().mapToLong(BusyTime::busy).sum());
    for (int i = 0; i < all.size(); i++) {
      BusyTime time = all.get(i);
      assertThat(time.busy()).isPositive().isLessThanOrEqualTo(time.end() - time.start());
      assertThat(time.busy())
          .isEqualTo(
              given.stream()
                  .filter(one -> one.start() >= time.start() && one.end() <= time.end())
                  .mapToLong(BusyTime::busy)
                  .sum());
      if (i > 0) {
        assertThat(time.start()).isGreaterThan(all.get(i - 1).end());
      }
    }
  }

  @Property
  void keepsFewTimesAsTheyAre(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 9) Integer> of) {
    BusyTimes kept = new BusyTimes(32);
    times(of).forEach(time -> kept.add(time.start(), time.end()));
    assertThat(kept.all()).isEqualTo(times(of));
  }
}
