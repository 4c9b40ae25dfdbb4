package io.heddle.plan.mesh;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Random meshes, networks and kinds of groups. */
final class Shapes {
  private static final String[] NAMES = {"pp", "dp", "cp", "tp"};

  private Shapes() {}

  /** Up to four axes of up to {@code largest} ranks each. */
  static Arbitrary<Mesh> meshes(int largest) {
    return Arbitraries.integers()
        .between(1, largest)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(Shapes::mesh);
  }

  static Mesh mesh(List<Integer> sizes) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      axes.add(new Axis(NAMES[i], sizes.get(i)));
    }
    return new Mesh(axes);
  }

  /** One to five kinds over any of the axes; those with the ends have one axis. */
  static Arbitrary<List<GroupKind>> kinds() {
    Arbitrary<GroupKind> all =
        Arbitraries.of(NAMES)
            .set()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(axes -> GroupKind.all(axes.toArray(String[]::new)));
    Arbitrary<GroupKind> ends = Arbitraries.of(NAMES).map(GroupKind::ends);
    return Arbitraries.oneOf(all, all, ends).list().ofMinSize(1).ofMaxSize(5);
  }

  /** A network of as many ranks as the mesh: its axes, innermost first, some of them joined. */
  static RingOrder network(Mesh mesh, int joined) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = mesh.axes().size() - 1; i >= 0; i--) {
      int size = mesh.axes().get(i).size();
      boolean join = !sizes.isEmpty() && (joined >> i & 1) == 1;
      if (join) {
        sizes.set(sizes.size() - 1, sizes.get(sizes.size() - 1) * size);
      } else {
        sizes.add(size);
      }
    }
    return new RingOrder(sizes.stream().mapToInt(Integer::intValue).toArray());
  }
}
