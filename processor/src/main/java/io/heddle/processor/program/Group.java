package io.heddle.processor.program;

import java.util.List;

/** Which ranks take part in a collective: those that differ in some coordinates alone. */
public sealed interface Group {
  /** All ranks along axes, in layout order. */
  record Along(List<String> axes) implements Group {
    public Along {
      axes = List.copyOf(axes);
    }
  }

  /** The stages with the embedding and with the head, where these are two. */
  record Ends(String axis) implements Group {}
}
