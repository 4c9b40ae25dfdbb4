package io.heddle.processor.oracle;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tensors of a block that are others under a second name, and what they name. */
final class Names {
  private final Map<String, Alias> aliases = new LinkedHashMap<>();

  Names(Block block) {
    for (Operation operation : block.operations()) {
      if (operation instanceof Alias alias) {
        aliases.put(alias.result().name(), alias);
      }
    }
  }

  /** The operation that gives the name; null where the tensor is one of its own. */
  @Nullable Alias of(String tensor) {
    return aliases.get(tensor);
  }

  /** From the dimensions of the result to those of the input. */
  static Map<Dim, Dim> back(Alias alias) {
    Map<Dim, Dim> back = new LinkedHashMap<>();
    alias.renamed().forEach((from, to) -> back.put(to, from));
    return back;
  }
}
