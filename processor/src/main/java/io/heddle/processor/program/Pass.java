package io.heddle.processor.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rank does in one go with a micro-batch in a section of the program, or at the end of the
 * step.
 *
 * @param again what it computes again of the forward pass; null: nothing, for it runs in layers
 *     where all is kept
 * @param argument the value that comes from the section before it; {@link Value#BEFORE} for none
 * @param sides what it gets and makes of other streams
 * @param nodes in program order
 * @param result the node that makes what the next section gets; {@link Value#BEFORE} for none
 * @param kept what the forward pass keeps for it; of a forward pass of inference the cache
 * @param held what it leaves in memory for the pass that makes the gradients of weights
 */
public record Pass(
    Kind kind,
    @Nullable Again again,
    Value argument,
    Sides sides,
    List<LocalNode> nodes,
    Value result,
    List<Saved> kept,
    List<Saved> held) {
  /** What a pass is for. */
  public enum Kind {
    /** Makes the section's result. */
    FORWARD("forward"),
    /** Makes all gradients. */
    BACKWARD("backward"),
    /** Makes the gradient of the section's argument, and what has to be made with it. */
    BACKWARD_OF_INPUTS("backward of inputs"),
    /** Makes the gradients of weights that are left. */
    BACKWARD_OF_WEIGHTS("backward of weights"),
    /** Reduces gradients and updates weights, once for all micro-batches. */
    STEP("step");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /** As readers call it. */
    public String title() {
      return title;
    }
  }

  /**
   * What of the forward pass a backward pass computes again.
   *
   * @param whole whether the whole forward pass runs before it; its own nodes are then as without
   * @param values those of its nodes that the forward pass made before
   */
  public record Again(boolean whole, Set<Value> values) {
    /** The whole forward pass. */
    public static final Again WHOLE = new Again(true, Set.of());

    public Again {
      values = Set.copyOf(values);
    }
  }

  /**
   * Values of other streams than the block's own, in the order in which the block takes them.
   *
   * @param given tensors in a forward pass, gradients so far in a backward pass; {@link
   *     Value#BEFORE} for what has no gradient
   * @param made the nodes that make the gradients with this block's; none in a forward pass
   */
  public record Sides(List<Value> given, List<Value> made) {
    /** Of a block that takes its own stream alone. */
    public static final Sides NONE = new Sides(List.of(), List.of());

    public Sides {
      given = List.copyOf(given);
      made = List.copyOf(made);
    }
  }

  /** A pass that has nothing of other streams. */
  public Pass(
      Kind kind,
      @Nullable Again again,
      Value argument,
      List<LocalNode> nodes,
      Value result,
      List<Saved> kept,
      List<Saved> held) {
    this(kind, again, argument, Sides.NONE, nodes, result, kept, held);
  }

  /** The nodes that make what others get of it; {@link Value#BEFORE} may be among them. */
  public List<Value> results() {
    List<Value> results = new ArrayList<>(List.of(result));
    results.addAll(sides.made());
    return results;
  }

  public Pass {
    nodes = List.copyOf(nodes);
    kept = List.copyOf(kept);
    held = List.copyOf(held);
  }

  /** Whether it runs in layers where something is computed again. */
  public boolean recomputes() {
    return again != null;
  }

  /** Whether the whole forward pass runs before it. */
  public boolean repeatsForward() {
    return again != null && again.whole();
  }

  /** Whether the forward pass made this value before. */
  public boolean isAgain(Value value) {
    return again != null && again.values().contains(value);
  }

  /** {@code backward of inputs with recomputation}. */
  public String title() {
    return again == null ? kind.title() : kind.title() + " with recomputation";
  }

  /** The same with other nodes. */
  public Pass with(List<LocalNode> others) {
    return new Pass(kind, again, argument, sides, others, result, kept, held);
  }
}
