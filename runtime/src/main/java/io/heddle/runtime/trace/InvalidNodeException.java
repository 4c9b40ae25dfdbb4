package io.heddle.runtime.trace;

/**
 * A flattener emitted a node that no simulator can run. It is a fault of the program that made the
 * node, never of the user's input, which the compiler has checked.
 */
public final class InvalidNodeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * @param rank whose trace it is
   * @param problem what is wrong, such as {@code num_ops is 0, it must be at least 1}
   */
  public InvalidNodeException(int rank, NodeHeader node, String problem) {
    super("rank " + rank + ", node " + node.id() + " (" + name(node) + "): " + problem);
  }

  private static String name(NodeHeader node) {
    StringBuilder name = new StringBuilder();
    node.appendName(name);
    return name.toString();
  }
}
