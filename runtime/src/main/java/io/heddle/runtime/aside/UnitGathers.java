package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Direction;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers the weights of one rank's units, each so many units ahead of its own. Passes that need
 * weights are a sequence of units over all actions of the rank; a second place in it, ahead of
 * where the rank is, says what is gathered next.
 *
 * <p>A gather is launched when the unit before is done, but takes its place on the communication
 * lane behind the first collective of the unit that is computed meanwhile, so that this does not
 * wait for it.
 */
final class UnitGathers {
  private final RankEmitter rank;
  private final DataGroups groups;
  private final WeightGathers plan;
  private final List<Action> actions;

  /** Gathers of the units that have not begun, for each group, as a ring. */
  private final long[] gathered;

  private final ActionUnits units;
  private final boolean[] forwardHas;
  private final boolean[] backwardHas;
  private int nextAction;
  private int nextUnit;
  private long issued;
  private long begun;
  private long kernelBefore = RankEmitter.NONE;

  UnitGathers(
      RankEmitter rank,
      DataGroups groups,
      WeightGathers plan,
      LayerSplit layers,
      int stage,
      List<Action> actions) {
    this.rank = rank;
    this.groups = groups;
    this.plan = plan;
    this.actions = actions;
    this.units = new ActionUnits(layers, stage);
    this.gathered = new long[(plan.prefetch() + 1) * groups.size()];
    this.forwardHas = new boolean[layers.chunks()];
    this.backwardHas = new boolean[layers.chunks()];
  }

  /** The rank comes to its next unit: its first kernel needs the weights. */
  void begin() {
    gap();
    begun++;
    kernelBefore = rank.lastCompute();
    gatherUpTo(begun);
    int at = place(begun - 1);
    for (int i = 0; i < groups.size(); i++) {
      rank.nextKernelNeeds(gathered[at + i]);
    }
  }

  /**
   * Behind the first collective of a unit there is room for the gathers of those ahead.
   *
   * @return whether there were any
   */
  boolean gap() {
    long before = issued;
    gatherUpTo(begun + plan.prefetch());
    return issued > before;
  }

  private void gatherUpTo(long unit) {
    while (issued < unit && findNext()) {
      gather();
      nextUnit++;
      issued++;
    }
  }

  private int place(long unit) {
    return (int) (unit % (plan.prefetch() + 1)) * groups.size();
  }

  /** Goes on to the next action with units where this one has no more. */
  private boolean findNext() {
    while (nextAction < actions.size() && nextUnit == units(nextAction) + unitsBeside()) {
      boolean besideNext;
      do {
        Action done = actions.get(nextAction++);
        (done.kind() == Kind.FORWARD ? forwardHas : backwardHas)[done.chunk()] = true;
        besideNext = done.besideNext();
      } while (besideNext);
      nextUnit = 0;
    }
    return nextAction < actions.size();
  }

  /** Units of an action that need weights. */
  private int units(int action) {
    Action of = actions.get(action);
    return of.kind() == Kind.BACKWARD_WEIGHT ? 0 : units.count(of);
  }

  /** Units of the input pass that is side by side with the next action. */
  private int unitsBeside() {
    return actions.get(nextAction).besideNext() ? units(nextAction + 1) : 0;
  }

  /** Gathers the next unit: of two actions side by side they come by turns. */
  private void gather() {
    int own = units(nextAction);
    int beside = unitsBeside();
    int pairs = Math.min(own, beside);
    int number = nextUnit < 2 * pairs ? nextUnit / 2 : nextUnit - pairs;
    boolean isBeside = nextUnit < 2 * pairs ? nextUnit % 2 == 1 : beside > own;
    gather(actions.get(isBeside ? nextAction + 1 : nextAction), number);
  }

  private void gather(Action action, int number) {
    boolean forward = action.kind() == Kind.FORWARD;
    int at = place(issued);
    if (plan.once() && (forward ? forwardHas : backwardHas)[action.chunk()]) {
      Arrays.fill(gathered, at, at + groups.size(), RankEmitter.NONE);
      return;
    }
    int layer = units.layer(action, number);
    int unit =
        units.isEmbed(action, number)
            ? DataGroups.EMBED
            : units.isHead(action, number) ? DataGroups.HEAD : groups.unit(layer);
    rank.beginAside(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch(), layer);
    for (int i = 0; i < groups.size(); i++) {
      rank.launchBehind(kernelBefore);
      gathered[at + i] =
          groups.group(i).gather(rank, unit, groups.weights(unit, i), groups.tensorBytes());
    }
    rank.endAside();
  }
}
