package io.heddle.processor.oracle;

import java.util.List;
import java.util.Random;

/** Random models with experts that have different loads. */
final class RandomLoads {
  private static final List<String> LOADS =
      List.of(
          "even",
          "hot_expert(factor = 3)",
          "hot_rank(factor = 1.7)",
          "hot_rank(factor = 1.7, seed = 2)",
          "log_normal(sigma = 1.5)",
          "hot_rank(factor = 1000)",
          "hot_expert(factor = 1000, seed = 5)",
          "log_normal(sigma = 6, seed = 9)");

  private RandomLoads() {}

  /** A specification with a plan {@code P}. */
  static String text(Random random) {
    while (true) {
      String text = RandomModel.text(random.nextLong());
      if (text.contains("dispatch(") && !text.contains("  experts ")) {
        String load = LOADS.get(random.nextInt(LOADS.size()));
        return text.replaceFirst("(?m)^  batch ", "  experts load = " + load + "\n  batch ");
      }
    }
  }
}
