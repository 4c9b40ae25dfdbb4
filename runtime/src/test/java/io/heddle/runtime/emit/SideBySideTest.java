package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Schedule;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.trace.RecordedNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two passes side by side take turns from exchange to exchange. */
class SideBySideTest {
  /** Two stages of two chunks, each of one layer: gather, kernel, scatter. */
  private static List<RecordedNode> nodes() {
    return RecordedNode.of(
        new SmallFlattener(
            SmallFlattener.plan(2, 1, 2, 4, 6).withSchedule(Schedule.of("dualpipe_v")), 1),
        0);
  }

  private static List<String> names(int from, int to) {
    return nodes().stream().map(RecordedNode::name).toList().subList(from, to);
  }

  private static int indexOf(String name) {
    return nodes().stream().map(RecordedNode::name).toList().indexOf(name);
  }

  /** The embedding beside the head, a layer beside a layer; sends are the last. */
  @Test
  void unitsStandBesideEachOther() {
    int begin = indexOf("fwd.mb3.embed");
    assertThat(names(begin, begin + 13))
        .containsExactly(
            "fwd.mb3.embed",
            "bwd.mb1.head",
            "bwd.mb1.head.dw",
            "bwd.mb1.layer3.mlp.gather",
            "fwd.mb3.layer0.mlp.gather",
            "bwd.mb1.layer3.mlp.a",
            "bwd.mb1.layer3.mlp.scatter",
            "bwd.mb1.layer3.mlp.again",
            "fwd.mb3.layer0.mlp.a",
            "fwd.mb3.layer0.mlp.scatter",
            "bwd.mb1.layer3.mlp.dw",
            "fwd.mb3.layer0.stream.send",
            "bwd.mb1.layer3.stream.send");
  }

  /** What a node uses is of its own pass. */
  @Test
  void nodesUseWhatTheirOwnPassMade() {
    List<RecordedNode> all = nodes();
    int begin = indexOf("fwd.mb3.embed");
    long embed = all.get(begin).id();
    long head = all.get(begin + 1).id();
    assertThat(all.get(begin + 3).data()).containsExactly(head);
    assertThat(all.get(begin + 4).data()).containsExactly(embed);
    assertThat(all.get(begin + 5).data()).containsExactly(all.get(begin + 3).id());
    assertThat(all.get(begin + 8).data()).containsExactly(all.get(begin + 4).id());
    assertThat(all.get(begin + 11).data()).containsExactly(all.get(begin + 9).id());
    assertThat(all.get(begin + 12).data()).containsExactly(all.get(begin + 6).id());
  }

  /** Both lanes are chained as everywhere: the order is the same on all ranks. */
  @Test
  void lanesStayChained() {
    long lastKernel = RankEmitter.NONE;
    long lastExchange = RankEmitter.NONE;
    for (RecordedNode node : nodes()) {
      if (node.kind() == RecordedNode.Kind.COMPUTE) {
        assertThat(lastKernel == RankEmitter.NONE || node.follows(lastKernel)).isTrue();
        lastKernel = node.id();
      } else if (node.kind() != RecordedNode.Kind.RECEIVE) {
        assertThat(lastExchange == RankEmitter.NONE || node.follows(lastExchange)).isTrue();
        lastExchange = node.id();
      }
    }
  }
}
