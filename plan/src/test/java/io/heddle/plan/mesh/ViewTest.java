package io.heddle.plan.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewTest {
  private final Mesh mesh =
      new Mesh(
          List.of(new Axis("pp", 2), new Axis("dp", 2), new Axis("cp", 2), new Axis("tp", 4)),
          List.of(new View(List.of("dp", "tp"), List.of(new Axis("edp", 2), new Axis("ep", 4)))));

  @Test
  void readsTheLeftSideAsOneNumberWithItsFirstAxisMajor() {
    for (int rank = 0; rank < mesh.ranks(); rank++) {
      int left = mesh.coordinate(rank, "dp") * 4 + mesh.coordinate(rank, "tp");
      assertThat(mesh.coordinate(rank, "edp") * 4 + mesh.coordinate(rank, "ep")).isEqualTo(left);
    }
  }

  @Test
  void groupsAlongItsAxesShareAllOtherCoordinates() {
    Groups groups =
        new Groups(
            mesh,
            List.of(GroupKind.all("ep"), GroupKind.all("edp", "cp"), GroupKind.all("tp")),
            new RingOrder(32));
    assertThat(groups.of(0)[0].name()).isEqualTo("ep@pp0.edp0.cp0");
    // tp 0 to 3 of dp 0: with ep = tp the groups of experts and of tensors are the same ranks.
    assertThat(sorted(groups.of(0)[0])).containsExactly(0, 1, 2, 3);
    assertThat(groups.of(0)[1].axes()).containsExactly("edp", "cp");
    assertThat(sorted(groups.of(0)[1])).containsExactly(0, 4, 8, 12);
    assertThat(groups.of(0)[2].name()).isEqualTo("tp@pp0.dp0.cp0");
  }

  @Test
  void aViewMayCutAcrossAxes() {
    Mesh across =
        new Mesh(
            List.of(new Axis("dp", 4), new Axis("tp", 2)),
            List.of(new View(List.of("dp", "tp"), List.of(new Axis("edp", 2), new Axis("ep", 4)))));
    Groups groups =
        new Groups(across, List.of(GroupKind.all("ep"), GroupKind.all("edp")), new RingOrder(8));
    assertThat(sorted(groups.of(5)[0])).containsExactly(4, 5, 6, 7);
    assertThat(sorted(groups.of(5)[1])).containsExactly(1, 5);
  }

  @Test
  void mustHaveAsManyRanksAsItRegroups() {
    View view = new View(List.of("tp"), List.of(new Axis("a", 3)));
    assertThatThrownBy(() -> new Mesh(List.of(new Axis("tp", 4)), List.of(view)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reads 4 ranks along [tp] as 3");
  }

  private static int[] sorted(Group group) {
    int[] ring = group.ring();
    Arrays.sort(ring);
    return ring;
  }
}
