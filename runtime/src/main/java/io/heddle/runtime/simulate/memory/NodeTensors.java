package io.heddle.runtime.simulate.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of the tensors that it reads and writes: name, size, name, size, …
 *
 * @param name of the node
 * @param inputs null where it has no such list
 * @param outputs null where it has no such list
 */
public record NodeTensors(
    String name, @Nullable List<String> inputs, @Nullable List<String> outputs) {
  public NodeTensors {
    inputs = inputs == null ? null : List.copyOf(inputs);
    outputs = outputs == null ? null : List.copyOf(outputs);
  }
}
