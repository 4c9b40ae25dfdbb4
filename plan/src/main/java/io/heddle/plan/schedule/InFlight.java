package io.heddle.plan.schedule;

import java.util.Arrays;
import java.util.List;

/**
 * Passes of a stage that are under way at a time.
 *
 * @param forBackward through each chunk, those that wait for their backward pass or its first part
 * @param forWeights through each chunk, those of which the gradients of weights are left
 */
public record InFlight(List<Integer> forBackward, List<Integer> forWeights) {
  public InFlight {
    forBackward = List.copyOf(forBackward);
    forWeights = List.copyOf(forWeights);
  }

  static InFlight of(int[] forBackward, int[] forWeights) {
    return new InFlight(
        Arrays.stream(forBackward).boxed().toList(), Arrays.stream(forWeights).boxed().toList());
  }
}
