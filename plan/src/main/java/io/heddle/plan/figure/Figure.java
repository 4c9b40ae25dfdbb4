package io.heddle.plan.figure;

/** A number that a line of figures may give, by name. */
public interface Figure {
  /** As files write it. */
  String word();

  /** What it counts in. */
  FigureUnit unit();
}
