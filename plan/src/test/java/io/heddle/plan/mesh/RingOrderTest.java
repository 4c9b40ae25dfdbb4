package io.heddle.plan.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RingOrderTest {
  @Property
  void ranksOfAWholeNetworkChangeOneDigitAHop(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 5) Integer> sizes) {
    int[] dimensions = sizes.stream().mapToInt(Integer::intValue).toArray();
    int ranks = Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
    int[] ring = new RingOrder(dimensions).order(IntStream.range(0, ranks).boxed().toList());

    assertThat(ring).containsExactlyInAnyOrder(IntStream.range(0, ranks).toArray());
    for (int i = 0; i + 1 < ring.length; i++) {
      assertThat(differingDigits(dimensions, ring[i], ring[i + 1])).isEqualTo(1);
    }
    int closing = ranks == 1 ? 0 : differingDigits(dimensions, ring[ranks - 1], ring[0]);
    assertThat(new RingOrder(dimensions).diagonalHops(ring)).isEqualTo(closing > 1 ? 1 : 0);
    int[] live = Arrays.stream(dimensions).filter(size -> size > 1).toArray();
    if (live.length > 0 && live[live.length - 1] % 2 == 0) {
      assertThat(closing).isEqualTo(1);
    }
  }

  @Property
  void axesThatAreProductsOfDigitsChangeOneDigitAHop(
      @ForAll @IntRange(min = 1, max = 3) int logInner,
      @ForAll @IntRange(min = 1, max = 3) int logOuter,
      @ForAll @IntRange(min = 0, max = 4) int logStride) {
    int inner = 1 << logInner;
    int outer = 1 << logOuter;
    int stride = 1 << logStride;
    RingOrder order = new RingOrder(inner, outer);
    List<Integer> members =
        IntStream.range(0, inner * outer).filter(rank -> rank % stride == 0).boxed().toList();
    int[] ring = order.order(members);
    assertThat(Arrays.stream(ring).boxed().toList()).containsExactlyInAnyOrderElementsOf(members);
    assertThat(order.diagonalHops(ring)).isZero();
  }

  @Test
  void theRingGoesBackThroughTheSecondNode() {
    List<Integer> members = IntStream.range(0, 16).boxed().toList();
    assertThat(new RingOrder(8, 2).order(members))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8);
  }

  @Test
  void anOddNumberOfNodesClosesDiagonally() {
    RingOrder order = new RingOrder(2, 3);
    int[] ring = order.order(IntStream.range(0, 6).boxed().toList());
    assertThat(ring).containsExactly(0, 1, 3, 2, 4, 5);
    assertThat(order.diagonalHops(ring)).isEqualTo(1);
  }

  @Test
  void plainOrderIsDiagonalWhereANodeEnds() {
    assertThat(new RingOrder(8, 2).diagonalHops(IntStream.range(0, 16).toArray())).isEqualTo(2);
  }

  private static int differingDigits(int[] sizes, int a, int b) {
    int restA = a;
    int restB = b;
    int differing = 0;
    for (int size : sizes) {
      differing += restA % size == restB % size ? 0 : 1;
      restA /= size;
      restB /= size;
    }
    return differing;
  }
}
