package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.mesh.Group;
import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.SmallFlattener;
import org.junit.jupiter.api.Test;

class ExposedByAxesTest {
  private static final Groups GROUPS =
      new SmallFlattener(SmallFlattener.plan(2, 2, 2, 2, 1), 1).groups();

  private static int groupAlong(String axis, int position) {
    return GROUPS.all().stream()
        .filter(group -> String.join(".", group.axes()).equals(axis))
        .map(Group::id)
        .toList()
        .get(position);
  }

  @Test
  void addsUpGroupsAlongTheSameAxesAndDividesByAllRanks() {
    ExposedByAxes exposed = new ExposedByAxes(GROUPS, 8);
    exposed.completed(0, 1, NodeKind.COLLECTIVE, groupAlong("tp", 0), 0, 100, 80);
    exposed.completed(6, 1, NodeKind.COLLECTIVE, groupAlong("tp", 1), 0, 100, 16);
    exposed.completed(6, 2, NodeKind.COLLECTIVE, groupAlong("dp", 0), 0, 100, 0);
    exposed.completed(0, 2, NodeKind.SEND, 0, 0, 100, 4);
    exposed.completed(0, 3, NodeKind.COMPUTE, 0, 0, 100, 0);
    exposed.completed(4, 3, NodeKind.RECEIVE, 0, 0, 100, 0);
    assertThat(exposed.meanNanos())
        .containsOnly(
            java.util.Map.entry("send", 0.5),
            java.util.Map.entry("tp", 12.0),
            java.util.Map.entry("dp", 0.0));
  }
}
