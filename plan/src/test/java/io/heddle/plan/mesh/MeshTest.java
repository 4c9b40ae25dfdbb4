package io.heddle.plan.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MeshTest {
  @Provide
  Arbitrary<Mesh> meshes() {
    return Shapes.meshes(6);
  }

  @Property
  void everyRankHasCoordinatesOfItsOwn(@ForAll("meshes") Mesh mesh) {
    Set<List<Integer>> seen = new HashSet<>();
    for (int rank = 0; rank < mesh.ranks(); rank++) {
      List<Integer> coordinates = new java.util.ArrayList<>();
      int back = 0;
      for (int i = 0; i < mesh.axes().size(); i++) {
        int coordinate = mesh.coordinate(rank, i);
        assertThat(coordinate).isBetween(0, mesh.axes().get(i).size() - 1);
        coordinates.add(coordinate);
        back += coordinate * mesh.stride(i);
      }
      assertThat(back).isEqualTo(rank);
      assertThat(seen.add(coordinates)).isTrue();
    }
    assertThat(seen).hasSize(mesh.axes().stream().mapToInt(Axis::size).reduce(1, (a, b) -> a * b));
  }

  @Test
  void theLastAxisIsInnermost() {
    Mesh mesh = Shapes.mesh(List.of(4, 2, 1, 8));
    assertThat(mesh.ranks()).isEqualTo(64);
    assertThat(mesh.stride(mesh.indexOf("tp"))).isEqualTo(1);
    assertThat(mesh.stride(mesh.indexOf("dp"))).isEqualTo(8);
    assertThat(mesh.stride(mesh.indexOf("pp"))).isEqualTo(16);
    assertThat(mesh.size("tp")).isEqualTo(8);
    assertThat(mesh.size("ep")).isEqualTo(1);
    assertThat(mesh.indexOf("ep")).isEqualTo(-1);
  }

  @Test
  void tooManyRanksAreRefused() {
    assertThatThrownBy(() -> Shapes.mesh(List.of(1 << 16, 1 << 16)))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new Axis("tp", 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
