package io.heddle.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Surfaces over functions that are known. */
class StepSurfaceTest {
  private static final Region PROMPTS =
      new Region(new int[] {1, 0}, new int[] {4096, 8192}, Long.MAX_VALUE);

  private static StepSurface of(Region region, ToDoubleFunction<int[]> function, int most) {
    return of(region, function, 0.005, most);
  }

  private static StepSurface of(
      Region region, ToDoubleFunction<int[]> function, double allowed, int most) {
    return new StepSurface(
        region,
        StepSurface.Base.NONE,
        points -> points.stream().mapToLong(at -> Math.round(function.applyAsDouble(at))).toArray(),
        allowed,
        most);
  }

  /** Products have a tile more every 64 tokens; attention sees the context. */
  private static double step(int[] at) {
    int tiles = (at[0] + 63) / 64;
    return 5e6 + 4e5 * tiles + 3e3 * at[0] + 0.5 * at[0] * (at[1] + at[0] / 2.0);
  }

  @Test
  void pointsErrByLessThanIsAllowed() {
    Region line = new Region(new int[] {1, 0}, new int[] {4096, 0}, Long.MAX_VALUE);
    // As the lines of pools: what stands on a line errs by what the line errs by, too.
    StepSurface jumps = of(line, StepSurfaceTest::step, 0.005 / 20, 50_000);
    StepSurface surface =
        new StepSurface(
            PROMPTS,
            (tokens, context, none) -> jumps.at(tokens, 0, 0),
            points -> points.stream().mapToLong(at -> Math.round(step(at))).toArray(),
            0.005,
            50_000);
    Random random = new Random(99);
    int wrong = 0;
    for (int i = 0; i < 2000; i++) {
      int[] at = PROMPTS.point(random, 1).orElseThrow();
      wrong += Math.abs(surface.at(at[0], at[1], 0) / step(at) - 1) > 0.005 ? 1 : 0;
    }
    // Those that were drawn to try it were others.
    assertThat(wrong).isLessThan(20);
    assertThat(jumps.knots()).isLessThan(2500);
    assertThat(surface.knots()).isLessThan(1500);
  }

  @Test
  void whatIsLinearHasFewKnots() {
    StepSurface surface = of(PROMPTS, at -> 1e6 + 500 * at[0] + 3.0 * at[0] * at[1], 50_000);
    assertThat(surface.knots()).isZero();
    assertThat(surface.at(700, 3000, 0)).isCloseTo(1e6 + 500 * 700 + 3.0 * 700 * 3000, within(1.0));
    assertThat(surface.knots()).isLessThan(20);
    assertThat(surface.worst()).isLessThan(1e-5);
  }

  @Test
  void moreKnotsThanAllowedAreNotAskedForAndTheErrorIsTold() {
    Random noise = new Random(1);
    StepSurface surface = of(PROMPTS, at -> 1e6 * (1 + noise.nextDouble()), 1000);
    for (int i = 0; i < 2000; i++) {
      int[] at = PROMPTS.point(noise, 1).orElseThrow();
      assertThat(surface.at(at[0], at[1], 0)).isBetween(9e5, 2.1e6);
    }
    assertThat(surface.knots()).isLessThan(4000);
    assertThat(surface.worst()).isGreaterThan(0.1);
  }

  @Test
  void aPointBeyondTheLimitsIsAsTheNearest() {
    StepSurface surface = of(PROMPTS, at -> 1e6 + 500 * at[0], 1000);
    assertThat(surface.at(1e6, 1e6, 0)).isEqualTo(surface.at(4096, 8192, 0));
    assertThat(surface.at(0, -5, 0)).isEqualTo(surface.at(1, 0, 0));
  }

  /** A region of one point, and of one line. */
  @Test
  void smallRegionsHaveASurfaceToo() {
    assertThat(of(new Region(new int[] {1, 0}, new int[] {1, 0}, 10), at -> 7, 10).at(1, 0, 0))
        .isEqualTo(7);
    assertThat(
            of(new Region(new int[] {1, 0}, new int[] {9, 0}, 90), at -> 7 * at[0], 100)
                .at(5, 0, 0))
        .isEqualTo(35);
  }

  /** Laid over a base that jumps, what is left needs few knots. */
  @Test
  void aBaseTakesTheJumps() {
    Region three = new Region(new int[] {1, 1, 0}, new int[] {64, 4096, 8192}, 4096);
    StepSurface surface =
        new StepSurface(
            three,
            (count, each, context) ->
                step(new int[] {(int) Math.round(count * each), (int) context}),
            points ->
                points.stream()
                    .mapToLong(
                        at -> Math.round(step(new int[] {at[0] * at[1], at[2]}) + 2e4 * at[0]))
                    .toArray(),
            0.005,
            20_000);
    assertThat(List.of(surface.at(4, 100, 50)).get(0))
        .isCloseTo(
            step(new int[] {400, 50}) + 8e4, org.assertj.core.data.Percentage.withPercentage(0.6));
    assertThat(surface.worst()).isLessThanOrEqualTo(0.005);
    assertThat(surface.knots()).isLessThan(100);
  }

  /** Values are those of the boxes: neither the order of questions nor threads change them. */
  @Test
  void theOrderOfQuestionsChangesNothing() {
    List<int[]> points = new java.util.ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      points.add(PROMPTS.point(random, 1).orElseThrow());
    }
    StepSurface forth = of(PROMPTS, StepSurfaceTest::step, 50_000);
    double[] first = points.stream().mapToDouble(at -> forth.at(at[0], at[1], 0)).toArray();
    StepSurface back = of(PROMPTS, StepSurfaceTest::step, 50_000);
    for (int i = points.size() - 1; i >= 0; i--) {
      back.at(points.get(i)[0], points.get(i)[1], 0);
    }
    StepSurface together = of(PROMPTS, StepSurfaceTest::step, 50_000);
    points.parallelStream().forEach(at -> together.at(at[0], at[1], 0));
    for (StepSurface other : List.of(back, together)) {
      assertThat(points.stream().mapToDouble(at -> other.at(at[0], at[1], 0)).toArray())
          .isEqualTo(first);
      assertThat(other.knots()).isEqualTo(forth.knots());
      assertThat(other.worst()).isEqualTo(forth.worst());
    }
  }
}
