package io.heddle.runtime.trace;

/**
 * What a flattener emits of a plan. Anything but {@link #WHOLE} is no trace of it: what is left out
 * or let loose there is measured by how much sooner or later the step ends.
 *
 * @param laneOfEachGroup whether communication waits only for that of its own group, and a message
 *     between stages for nothing but what it carries; otherwise for all that the rank communicates
 * @param shared whether data-parallel ranks communicate: reductions of gradients, gathers of
 *     weights, all collectives at the end of the step
 * @param layersApart whether a layer, the embedding or the head begins when its input is there and
 *     all of the one before is done, its communication too; otherwise each of its nodes begins when
 *     what that node uses is there
 */
public record Emission(boolean laneOfEachGroup, boolean shared, boolean layersApart) {
  /** The plan's own trace. */
  public static final Emission WHOLE = new Emission(false, true, false);

  /** The same, with a communication lane for each group. */
  public Emission withLaneOfEachGroup() {
    return new Emission(true, shared, layersApart);
  }

  /** The same, without what data-parallel ranks communicate. */
  public Emission withoutSharing() {
    return new Emission(laneOfEachGroup, false, layersApart);
  }

  /** The same, with layers that do not overlap. */
  public Emission withLayersApart() {
    return new Emission(laneOfEachGroup, shared, true);
  }
}
