package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static Cluster cluster(int... sizes) {
    return new Cluster(
        "Pod",
        new Device("H100", 989e12, 0.7, 80_000_000_000L, 3350e9, 0.8),
        Arrays.stream(sizes)
            .mapToObj(size -> new NetworkDimension(Topology.SWITCH, size, 450e9, 500))
            .toList());
  }

  private static List<String> warnings(Cluster cluster, int dp, int tp, GroupKind... kinds) {
    Mesh mesh = new Mesh(List.of(new Axis("dp", dp), new Axis("tp", tp)));
    Groups groups = new Groups(mesh, List.of(kinds), cluster.ringOrder());
    return Warnings.of(cluster, mesh.ranks(), groups.all());
  }

  @Test
  void axesThatAreDimensionsAreFine() {
    assertThat(warnings(cluster(8, 3), 3, 8, GroupKind.all("tp"), GroupKind.all("dp"))).isEmpty();
  }

  @Test
  void aRingOverAnOddNumberOfNodesIsDiagonal() {
    assertThat(warnings(cluster(4, 3), 6, 2, GroupKind.all("dp")))
        .containsExactly(
            "The rings of 2 groups, dp@tp0 the first, have hops that change several digits of the"
                + " network; AstraSim charges them in the innermost of these dimensions only.");
  }

  @Test
  void aGroupOfAllRanksHasTheRingsOfTheNetwork() {
    assertThat(warnings(cluster(4, 3), 6, 2, GroupKind.all("dp", "tp"))).isEmpty();
  }

  @Test
  void idsThatOverflowAreCounted() {
    assertThat(warnings(cluster(2, 2147), 2147, 2, GroupKind.all("tp"))).isEmpty();
    assertThat(warnings(cluster(2, 2150), 2150, 2, GroupKind.all("tp")))
        .containsExactly(
            "3 groups have ids of 2148 or more, which overflow AstraSim's message tags.");
  }

  @Test
  void oneRankHasNoNetwork() {
    assertThat(warnings(cluster(1), 1, 1, GroupKind.all("tp")))
        .containsExactly("AstraSim runs no network of one rank.");
  }
}
