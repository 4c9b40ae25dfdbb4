package io.heddle.cli.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.path.PathNode;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.NodeName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the bars of the critical path are called. */
class PathBarsTest {
  private static NodeName name(String operation) {
    return new NodeName(Direction.FORWARD, 0, 0, operation, -1, -1);
  }

  @Test
  void namesOfTheSpecificationStayAsTheyAre() {
    CriticalPath path =
        new CriticalPath(
            List.of(
                new PathNode(0, 1, name("mlp.gate_up"), NodeKind.COMPUTE, Optional.empty(), 0, 10),
                new PathNode(
                    0,
                    2,
                    name("mlp.gather"),
                    NodeKind.COLLECTIVE,
                    Optional.of(Communication.of(Collective.ALL_GATHER, List.of("tp_inner"))),
                    10,
                    11)),
            Optional.empty());
    Html html = new Html();
    PathBars.of(path).get(0).table(html);
    assertThat(html.toString()).contains("mlp.gate_up<", "tp_inner all-gather<");
  }
}
