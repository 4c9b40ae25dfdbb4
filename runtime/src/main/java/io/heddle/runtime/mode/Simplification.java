package io.heddle.runtime.mode;

/**
 * What is made simpler of a step whose pipeline is computed, to measure what it brings about. A
 * pipeline that is simulated knows none of it.
 *
 * @param passesByFormula whether passes last as closed formulas say, where the mode simulates them
 * @param messagesFree whether messages between stages take no time
 * @param stagesEqual whether all stages and chunks last alike: as the mean of them
 */
public record Simplification(boolean passesByFormula, boolean messagesFree, boolean stagesEqual) {
  /** The step as the mode has it. */
  public static final Simplification NONE = new Simplification(false, false, false);

  /** The same, with passes by formula. */
  public Simplification withPassesByFormula() {
    return new Simplification(true, messagesFree, stagesEqual);
  }

  /** The same, with messages that take no time. */
  public Simplification withMessagesFree() {
    return new Simplification(passesByFormula, true, stagesEqual);
  }

  /** The same, with stages that last alike. */
  public Simplification withStagesEqual() {
    return new Simplification(passesByFormula, messagesFree, true);
  }
}
