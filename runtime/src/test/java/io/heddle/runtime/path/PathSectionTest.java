package io.heddle.runtime.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PathSectionTest {
  private static final Communication TP = Communication.of(Collective.ALL_GATHER, List.of("tp"));

  private final List<PathNode> nodes = new ArrayList<>();

  private void compute(int rank, Direction direction, int mb, int layer, String name, long nanos) {
    add(rank, new NodeName(direction, mb, layer, name, -1, -1), NodeKind.COMPUTE, nanos);
  }

  private void gather(int rank, Direction direction, int mb, int layer, long nanos) {
    add(rank, new NodeName(direction, mb, layer, "mlp.gather", -1, -1), NodeKind.COLLECTIVE, nanos);
  }

  private void add(int rank, NodeName name, NodeKind kind, long nanos) {
    long from = nodes.isEmpty() ? 0 : nodes.get(nodes.size() - 1).completed();
    Optional<Communication> communication =
        kind == NodeKind.COMPUTE ? Optional.empty() : Optional.of(TP);
    nodes.add(new PathNode(rank, nodes.size() + 1L, name, kind, communication, from, from + nanos));
  }

  /** A step of three micro-batches on two stages; ranks 0 and 1 are of the first. */
  private CriticalPath path() {
    compute(0, Direction.FORWARD, 0, -1, "embed.tokens", 1);
    compute(0, Direction.FORWARD, 0, 0, "mlp.up", 10);
    gather(1, Direction.FORWARD, 0, 1, 5);
    for (int mb = 0; mb < 3; mb++) {
      gather(2, Direction.FORWARD, mb, 2, 5);
      compute(2, Direction.FORWARD, mb, 3, "mlp.up", 10);
      compute(2, Direction.FORWARD, mb, -1, "head.loss", 2);
      compute(2, Direction.BACKWARD, mb, 3, "mlp.up.dx", 10);
      compute(2, Direction.RECOMPUTE, mb, 2, "mlp.up", 10);
    }
    compute(2, Direction.STEP, -1, -1, "optimizer", 7);
    return new CriticalPath(nodes, Optional.empty());
  }

  @Test
  void whatRepeatsFromMicroBatchToMicroBatchIsFolded() {
    List<PathSection> sections = path().sections(rank -> rank / 2);
    assertThat(sections).hasSize(3);
    assertThat(sections.get(0).stretches())
        .containsExactly(
            new PathStretch(0, Direction.FORWARD, 0, "embed, layers 0-1", 3, 0, 16, 11));
    assertThat(sections.get(1).times()).isEqualTo(3);
    assertThat(sections.get(1).at(0))
        .containsExactly(
            new PathStretch(1, Direction.FORWARD, 0, "layers 2-3, head", 3, 16, 17, 12),
            new PathStretch(1, Direction.FORWARD, 1, "layers 2-3, head", 3, 53, 17, 12),
            new PathStretch(1, Direction.FORWARD, 2, "layers 2-3, head", 3, 90, 17, 12));
    assertThat(sections.get(1).at(1))
        .extracting(PathStretch::where)
        .containsOnly("layers 3-2")
        .hasSize(3);
    assertThat(sections.get(2).stretches())
        .containsExactly(new PathStretch(1, Direction.STEP, -1, "optimizer", 1, 127, 7, 7));
  }

  @Test
  void sharesAreByOperationAndWhatCommunicates() {
    assertThat(path().shares())
        .containsExactly(
            new PathShare(Optional.empty(), "mlp.up", 7, 70),
            new PathShare(Optional.empty(), "mlp.up.dx", 3, 30),
            new PathShare(Optional.of(TP), "", 4, 20),
            new PathShare(Optional.empty(), "optimizer", 1, 7),
            new PathShare(Optional.empty(), "head.loss", 3, 6),
            new PathShare(Optional.empty(), "embed.tokens", 1, 1));
  }

  @Property(tries = 500)
  void foldingLosesNothing(@ForAll @Size(max = 60) List<@IntRange(max = 2) Integer> wheres) {
    List<PathStretch> stretches = new ArrayList<>();
    for (int where : wheres) {
      int at = stretches.size();
      stretches.add(new PathStretch(where, Direction.FORWARD, at, "layer 0", 1, at, 1, 1));
    }
    List<PathSection> sections = PathSection.fold(stretches);
    assertThat(sections.stream().flatMap(section -> section.stretches().stream()))
        .containsExactlyElementsOf(stretches);
    for (PathSection section : sections) {
      for (int place = 0; place < section.period(); place++) {
        assertThat(section.at(place)).extracting(PathStretch::stage).hasSize(section.times());
        assertThat(section.at(place).stream().map(PathStretch::stage).distinct()).hasSize(1);
      }
    }
    for (int i = 1; i < sections.size(); i++) {
      int before =
          sections.get(i - 1).stretches().get(sections.get(i - 1).stretches().size() - 1).stage();
      boolean bothOnce = sections.get(i - 1).times() == 1 && sections.get(i).times() == 1;
      assertThat(bothOnce && before == sections.get(i).stretches().get(0).stage()).isFalse();
    }
  }
}
