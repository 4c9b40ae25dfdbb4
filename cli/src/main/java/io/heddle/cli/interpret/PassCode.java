package io.heddle.cli.interpret;

import io.heddle.runtime.emit.RankEmitter;
import java.util.List;

/** A pass through a section as a list of instructions. */
final class PassCode {
  private final Instruction[] instructions;
  private final int values;
  private final int argument;
  private final int result;
  private final int[] sidesGiven;
  private final int[] sidesMade;

  /**
   * @param values how many values have places
   * @param argument place of what the pass gets; -1 where it gets nothing
   * @param result place of what it makes; -1 where it makes nothing
   * @param sidesGiven places of what it gets of other streams; -1 for each of which it gets nothing
   * @param sidesMade likewise of the gradients that it makes of them
   */
  PassCode(
      List<Instruction> instructions,
      int values,
      int argument,
      int result,
      int[] sidesGiven,
      int[] sidesMade) {
    this.instructions = instructions.toArray(new Instruction[0]);
    this.values = values;
    this.argument = argument;
    this.result = result;
    this.sidesGiven = sidesGiven;
    this.sidesMade = sidesMade;
  }

  /** Whether it makes what the next section gets. */
  boolean makes() {
    return result >= 0;
  }

  /**
   * Emits the nodes.
   *
   * @param given the node that makes its argument
   * @param sides numbers of the other streams that the block takes here
   * @param forward whether it takes their tensors, not gradients
   * @return the node that makes its result; {@link RankEmitter#NONE} where it makes none
   */
  long run(
      ProgramNumbers numbers, RankEmitter rank, long given, List<Integer> sides, boolean forward) {
    long[] made = new long[values];
    if (argument >= 0) {
      made[argument] = given;
    }
    for (int i = 0; i < sidesGiven.length; i++) {
      if (sidesGiven[i] >= 0) {
        int side = sides.get(i);
        made[sidesGiven[i]] = forward ? rank.streams().tensor(side) : rank.streams().gradient(side);
      }
    }
    for (Instruction instruction : instructions) {
      instruction.run(numbers, rank, made);
    }
    for (int i = 0; i < sidesMade.length; i++) {
      if (sidesMade[i] >= 0) {
        rank.streams().gradient(sides.get(i), made[sidesMade[i]]);
      }
    }
    return result < 0 ? RankEmitter.NONE : made[result];
  }
}
