package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.program.Origin;

/** Why a tensor is brought from one sharding to another: each collective on the way asks. */
interface Reason {
  /** What the tensor is brought there for. */
  Span statement();

  /** Why there is this step. */
  Origin of(Reshard.Step step);
}
