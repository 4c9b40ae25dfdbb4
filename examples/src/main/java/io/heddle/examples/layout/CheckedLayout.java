package io.heddle.examples.layout;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.Layout;
import io.heddle.runtime.TransformerModel;

/**
 * Uses a layout that was checked when this class was compiled. With {@code tp = 16} it would not
 * compile: the eight groups of keys and values of Llama 3 8B do not split over sixteen ranks.
 */
@TransformerModel("llama3_8b.tfm")
@Layout(plan = Llama3_8BPlans.Pod64, set = "pp = 8, dp = 1")
public final class CheckedLayout {
  private CheckedLayout() {}

  /** Prints the layout. */
  public static void main(String[] arguments) {
    PlanValues plan = Llama3_8BPlan.Pod64.defaults().withAxis("pp", 8).withAxis("dp", 1);
    System.out.printf(
        "pp %d, dp %d, tp %d: %d ranks%n",
        plan.axis("pp"), plan.axis("dp"), plan.axis("tp"), plan.mesh().ranks());
  }
}
