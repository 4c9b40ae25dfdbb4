package io.heddle.cli.interpret;

import io.heddle.runtime.trace.RankEmitter;
import java.util.List;

/** A pass through a section as a list of instructions. */
final class PassCode {
  private final Instruction[] instructions;
  private final int values;
  private final int argument;
  private final int result;

  /**
   * @param values how many values have places
   * @param argument place of what the pass gets; -1 where it gets nothing
   * @param result place of what it makes; -1 where it makes nothing
   */
  PassCode(List<Instruction> instructions, int values, int argument, int result) {
    this.instructions = instructions.toArray(new Instruction[0]);
    this.values = values;
    this.argument = argument;
    this.result = result;
  }

  /** Whether it makes what the next section gets. */
  boolean makes() {
    return result >= 0;
  }

  /**
   * Emits the nodes.
   *
   * @param given the node that makes its argument
   * @return the node that makes its result; {@link RankEmitter#NONE} where it makes none
   */
  long run(ProgramNumbers numbers, RankEmitter rank, long given) {
    long[] made = new long[values];
    if (argument >= 0) {
      made[argument] = given;
    }
    for (Instruction instruction : instructions) {
      instruction.run(numbers, rank, made);
    }
    return result < 0 ? RankEmitter.NONE : made[result];
  }
}
