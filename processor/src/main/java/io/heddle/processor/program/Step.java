package io.heddle.processor.program;

import java.util.List;

/**
 * The end of a training step: gradients are reduced, weights updated.
 *
 * @param first gradients that are partial over axes other than the data axes, by those axes
 * @param data all gradients, by the data axes over which they are partial
 * @param units what ranks share before the end of the step: gradients that backward passes reduce,
 *     weights that are gathered; empty where all is done at the end
 * @param pass the nodes; each stage leaves out those that have nothing to do there
 */
public record Step(List<GradientGroup> first, List<DataGroup> data, List<Unit> units, Pass pass) {
  /** The value that stands for the last reduction of the backward passes. */
  public static final Value REDUCED = new Value("reducedBefore");

  /** A step without nodes: nothing is trained. */
  public static final Step NONE =
      new Step(
          List.of(),
          List.of(),
          List.of(),
          new Pass(
              Pass.Kind.STEP, null, Value.BEFORE, List.of(), Value.BEFORE, List.of(), List.of()));

  public Step {
    first = List.copyOf(first);
    data = List.copyOf(data);
    units = List.copyOf(units);
  }

  /** Whether ranks share gradients or weights unit by unit. */
  public boolean sharesUnits() {
    return !units.isEmpty();
  }

  /** Weights whose gradients are partial over the same axes. */
  public record GradientGroup(List<String> axes, List<LocalWeight> weights) {
    public GradientGroup {
      axes = List.copyOf(axes);
      weights = List.copyOf(weights);
    }
  }

  /**
   * Weights whose gradients are partial over the same data axes.
   *
   * @param axes empty for gradients that are whole on every rank
   * @param scattered those of the axes over which gradients are reduce-scattered
   * @param others those over which shards of gradients are all-reduced
   * @param twoLevel whether that goes in two levels
   * @param frozen weights without gradients that the same ranks split between their uses
   * @param shares what each unit has of them; those that have nothing are left out
   */
  public record DataGroup(
      List<String> axes,
      List<String> scattered,
      List<String> others,
      boolean twoLevel,
      List<LocalWeight> weights,
      List<LocalWeight> frozen,
      List<UnitShare> shares) {
    public DataGroup {
      frozen = List.copyOf(frozen);
      axes = List.copyOf(axes);
      scattered = List.copyOf(scattered);
      others = List.copyOf(others);
      weights = List.copyOf(weights);
      shares = List.copyOf(shares);
    }

    /** The ranks that add shards of gradients. */
    public LocalGroup.Along othersGroup() {
      return new LocalGroup.Along(others, twoLevel);
    }
  }

  /**
   * Elements that a layer, the embedding or the head has on one rank.
   *
   * @param unit {@link Size.End#HEAD_APART} for a table that the embedding has, too: where both are
   *     on one stage it has one gradient
   */
  public record UnitShare(Size.Part unit, Size gradients, Size weights) {}

  /** What ranks do with a layer, the embedding or the head before the end of the step. */
  public record Unit(Size.Part part, List<UnitCollective> collectives) {
    public Unit {
      collectives = List.copyOf(collectives);
    }
  }

  /**
   * A collective that ranks have for a unit.
   *
   * @param bytes an all-gather's own share; for others the rank's whole input
   */
  public record UnitCollective(
      String operation, CollectiveKind kind, LocalGroup.Along group, Size bytes) {}
}
