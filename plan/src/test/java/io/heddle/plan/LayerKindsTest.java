package io.heddle.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Patterns of layers against lists in which every layer is written down. */
final class LayerKindsTest {
  record Stack(int repetitions, List<Integer> counts) {}

  @Provide
  Arbitrary<List<Stack>> stacks() {
    Arbitrary<List<Integer>> counts =
        Arbitraries.integers()
            .between(0, 3)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .filter(list -> list.stream().anyMatch(count -> count > 0));
    return Combinators.combine(Arbitraries.integers().between(0, 20), counts)
        .as(Stack::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Property
  void everyLayerHasTheKindOfItsPlace(
      @ForAll("stacks") List<Stack> stacks, @ForAll("bounds") int from, @ForAll("bounds") int to) {
    List<Integer> written = new ArrayList<>();
    LayerKinds.Builder builder = LayerKinds.builder();
    int next = 0;
    for (Stack stack : stacks) {
      List<Integer> period = new ArrayList<>();
      builder.stack(stack.repetitions());
      for (int count : stack.counts()) {
        builder.of(next, count);
        for (int i = 0; i < count; i++) {
          period.add(next);
        }
        next++;
      }
      for (int layer = 0; layer < stack.repetitions(); layer++) {
        written.add(period.get(layer % period.size()));
      }
    }
    LayerKinds kinds = builder.build();
    assertThat(kinds.total()).isEqualTo(written.size());
    assertThat(kinds.kinds()).isEqualTo(next);
    for (int layer = 0; layer < written.size(); layer++) {
      assertThat(kinds.kindOf(layer)).isEqualTo(written.get(layer));
    }
    for (int kind = 0; kind < next; kind++) {
      int wanted = kind;
      long here =
          java.util.stream.IntStream.range(from, Math.min(to, written.size()))
              .filter(layer -> written.get(layer) == wanted)
              .count();
      assertThat(kinds.of(kind, from, to)).isEqualTo(here);
    }
  }

  @Provide
  Arbitrary<Integer> bounds() {
    return Arbitraries.integers().between(0, 90);
  }

  @Example
  void aPatternWithoutLayersOrWithTooManyIsRefused() {
    LayerKinds.Builder empty = LayerKinds.builder().stack(2).of(0, 0).of(1, 0);
    assertThatThrownBy(empty::build).isInstanceOf(ArithmeticException.class);
    LayerKinds.Builder many = LayerKinds.builder().stack(1L << 40).of(0, 1).of(1, 1);
    assertThatThrownBy(many::build).isInstanceOf(ArithmeticException.class);
    assertThat(LayerKinds.builder().stack(1L << 40).of(0, 1).build().total()).isEqualTo(1L << 40);
  }
}
