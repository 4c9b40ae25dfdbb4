package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.program.Sharding;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors under another name. They cost nothing and lie as the tensor that they name, each split
 * dimension under its new identity; a pin, or the stream, makes a collective of its own of them.
 */
final class Aliases {
  private Aliases() {}

  /** Whether nothing but the name is another. */
  static boolean isOnlyName(BlockContext context, Alias op) {
    return op.renamed().isEmpty() && context.storage.pinned(op.result(), false) == null;
  }

  /** How the result lies before it is stored. */
  static Sharding forward(Alias op, Sharding input) {
    return renamed(input, op.renamed());
  }

  private static Sharding renamed(Sharding sharding, Map<Dim, Dim> names) {
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    sharding.split().forEach((dim, axes) -> split.put(names.getOrDefault(dim, dim), axes));
    return new Sharding(split, sharding.partial());
  }

  /** Gives the gradient of the result to the input, under the input's dimensions. */
  static void backward(Gradients gradients, Alias op, Placed gradient) {
    Map<Dim, Dim> back = new LinkedHashMap<>();
    op.renamed().forEach((from, to) -> back.put(to, from));
    gradients.add(op.input(), renamed(gradient.sharding(), back), gradient.value());
  }

  /** The gradient may stay a partial sum over whatever does not split the result. */
  static Set<String> staysPartial(BlockContext context, Alias op) {
    Set<String> axes = new HashSet<>(context.layout());
    axes.removeAll(context.stored.get(op.result()).splitAxes());
    return axes;
  }
}
