package io.heddle.runtime.chakra;

import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.emit.Headers;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeHeader;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random calls of a sink on rank {@link #RANK}; the numbers favour the borders of varints. */
final class NodeCalls {
  static final int RANK = 300;

  /** Groups with ids of one to four digits. */
  static final List<Group> GROUPS =
      new Groups(
              new Mesh(List.of(new Axis("dp", 1100), new Axis("tp", 2))),
              List.of(GroupKind.all("tp")),
              new RingOrder(2, 1100))
          .all();

  private NodeCalls() {}

  static Arbitrary<NodeCall> any() {
    Arbitrary<Long> sizes = longs(1);
    // Up to five times as large, it still has 63 bits.
    Arbitrary<Long> scales =
        Arbitraries.longs().between(1, 5 * Millionths.ONE).filter(scale -> scale != Millionths.ONE);
    Arbitrary<Long> scalable = sizes.map(size -> Math.max(1, size / 5));
    Arbitrary<Integer> tags = Arbitraries.integers().between(0, EtWriter.TAG_LIMIT - 1);
    Arbitrary<Integer> peers = ints().filter(peer -> peer != RANK);
    return Arbitraries.oneOf(
        Combinators.combine(headers(), sizes, sizes).as(NodeCall.Compute::new),
        Combinators.combine(headers(), scales, scalable, scalable).as(NodeCall.ScaledCompute::new),
        Combinators.combine(
                headers(), Arbitraries.of(Collective.class), Arbitraries.of(GROUPS), sizes)
            .as(NodeCall.Collect::new),
        Combinators.combine(headers(), peers, tags, sizes).as(NodeCall.Send::new),
        Combinators.combine(headers(), peers, tags, sizes).as(NodeCall.Receive::new));
  }

  private static Arbitrary<NodeHeader> headers() {
    Arbitrary<String> operations =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withChars('.', '_', '0', '9')
            .ofMinLength(1)
            .ofMaxLength(300);
    Arbitrary<Integer> orNone = Arbitraries.oneOf(Arbitraries.just(-1), ints());
    Arbitrary<NodeHeader> whole =
        Combinators.combine(
                longs(1),
                Arbitraries.of(Direction.class),
                ints(),
                orNone,
                orNone,
                operations,
                longs(1).list().ofMaxSize(20),
                longs(1).list().ofMaxSize(20))
            .as(Headers::of);
    return Combinators.combine(whole, orNone, orNone).as(Headers::partOf);
  }

  private static Arbitrary<Integer> ints() {
    return Arbitraries.oneOf(
        Arbitraries.of(0, 9, 10, 99, 100, 127, 128, 16383, 16384, Integer.MAX_VALUE),
        Arbitraries.integers().greaterOrEqual(0));
  }

  private static Arbitrary<Long> longs(long least) {
    return Arbitraries.oneOf(
        Arbitraries.of(1L, 127L, 128L, 16383L, 16384L, (1L << 35) - 1, 1L << 35, Long.MAX_VALUE),
        Arbitraries.longs().greaterOrEqual(least));
  }
}
