package io.heddle.processor.program;

import java.util.List;

/** Which ranks take part in a collective: those that differ in some coordinates alone. */
public sealed interface LocalGroup {
  /**
   * All ranks along axes, in layout order.
   *
   * @param twoLevel whether what they sum goes in two levels where they lie in several nodes,
   *     several in each
   */
  record Along(List<String> axes, boolean twoLevel) implements LocalGroup {
    public Along {
      axes = List.copyOf(axes);
    }

    /** Ranks that sum, if they do, in one collective. */
    public Along(List<String> axes) {
      this(axes, false);
    }
  }

  /** The stages that hold some weights, where these are several. */
  record Stages(String axis, Size.Shared weights) implements LocalGroup {}

  /** The stages with the embedding and with the head, where these are two. */
  record Ends(String axis) implements LocalGroup {}
}
