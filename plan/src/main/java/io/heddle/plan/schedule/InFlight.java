package io.heddle.plan.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Passes of a stage that are under way at a time.
 *
 * @param forBackward through each chunk, those that wait for their backward pass or its first part,
 *     or are in it
 * @param forWeights through each chunk, those of which the gradients of weights are left
 * @param running the chunk whose backward pass, or its first part, is being run; empty between such
 *     passes
 */
public record InFlight(
    List<Integer> forBackward, List<Integer> forWeights, Optional<Integer> running) {
  public InFlight {
    forBackward = List.copyOf(forBackward);
    forWeights = List.copyOf(forWeights);
  }

  static InFlight of(int[] forBackward, int[] forWeights, Optional<Integer> running) {
    return new InFlight(
        Arrays.stream(forBackward).boxed().toList(),
        Arrays.stream(forWeights).boxed().toList(),
        running);
  }
}
