package io.heddle.processor.lower;

import io.heddle.processor.program.RankProgram;
import java.util.EnumSet;
import java.util.Set;

/** A step of lowering, from program to program: one thing that the plan asks for. */
interface Rewrite {
  /** The program as it is with it. */
  RankProgram apply(RankProgram program);

  /** What it leaves as it is in the passes that it is given; {@link Invariants} look after it. */
  default Set<Conserved> conserves() {
    return EnumSet.allOf(Conserved.class);
  }

  /** What of a pass can be left as it is. */
  enum Conserved {
    /** Its kernels with operations and bytes, its collectives with groups and bytes. */
    WORK,
    /** The order of its communication, which is the same on all ranks. */
    ORDER
  }
}
