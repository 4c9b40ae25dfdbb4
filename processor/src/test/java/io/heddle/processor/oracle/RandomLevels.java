package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Some random plans, on a network of two dimensions, with sums in two levels. */
final class RandomLevels {
  private static final String NETWORK = "  network switch n at 50 GB/s latency 1 us\n";

  private RandomLevels() {}

  /** The text of a plan, in one of four cases with sums in two levels, drawn from a seed. */
  static String sometimes(long seed, RandomMesh mesh, String text) {
    // Of its own, so that all other draws stay what they are.
    Random random = new Random(seed ^ 0x2E1EE15);
    return random.nextInt(4) > 0 ? text : in(mesh, text, random);
  }

  private static String in(RandomMesh mesh, String text, Random random) {
    int ranks = mesh.ranks() * mesh.stages;
    List<Integer> nodes = new ArrayList<>();
    for (int node = 2; node < ranks; node++) {
      if (ranks % node == 0) {
        nodes.add(node);
      }
    }
    if (nodes.isEmpty()) {
      return text;
    }
    int node = nodes.get(random.nextInt(nodes.size()));
    List<String> axes = new ArrayList<>(mesh.axes.keySet());
    axes.addAll(mesh.view.keySet());
    String levels = "  all_reduce two_level over " + String.join(", ", axes) + "\n";
    return text.replaceFirst("(?m)^(  reduce .*)$", "$1 two_level")
        .replaceFirst("(?m)^  batch ", levels + "  batch ")
        .replace(
            NETWORK,
            "  network ring %d at 100 GB/s latency 500 ns\n".formatted(node)
                + "  network switch n / %d at 50 GB/s latency 1 us\n".formatted(node));
  }
}
