package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.List;

/**
 * The phases of a stage, in numbers of actions; without backward passes, all is steady.
 *
 * @param warmUp before the first backward action
 * @param steady from there to the last forward pass
 * @param coolDown behind that
 */
public record Phases(int warmUp, int steady, int coolDown) {
  /** The phases of the actions of one stage. */
  public static Phases of(List<Action> actions) {
    if (actions.stream().allMatch(action -> action.kind() == Kind.FORWARD)) {
      return new Phases(0, actions.size(), 0);
    }
    int warmUp = 0;
    while (actions.get(warmUp).kind() == Kind.FORWARD) {
      warmUp++;
    }
    int lastForward = actions.size() - 1;
    while (actions.get(lastForward).kind() != Kind.FORWARD) {
      lastForward--;
    }
    int coolDown = actions.size() - 1 - lastForward;
    return new Phases(warmUp, actions.size() - warmUp - coolDown, coolDown);
  }
}
