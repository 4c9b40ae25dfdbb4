package io.heddle.cli.interpret;

import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import io.heddle.runtime.emit.RankEmitter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The passes through a block, the embedding or the head. */
final class SectionCode {
  private final Map<Pass.Kind, PassCode> plain = new EnumMap<>(Pass.Kind.class);
  private final Map<Pass.Kind, PassCode> again = new EnumMap<>(Pass.Kind.class);
  private final Map<Pass.Kind, Boolean> repeatsForward = new EnumMap<>(Pass.Kind.class);

  /**
   * The code of a section.
   *
   * @param groups of the program, by their numbers
   * @param numbers receives what the nodes use
   */
  SectionCode(Section section, List<LocalGroup> groups, NumberList numbers) {
    for (Pass pass : section.passes()) {
      if (pass.repeatsForward()) {
        // Its nodes are those of the pass without recomputation.
        repeatsForward.put(pass.kind(), true);
      } else {
        (pass.recomputes() ? again : plain)
            .put(pass.kind(), PassTranslation.of(section.block().name(), pass, groups, numbers));
      }
    }
  }

  /**
   * Emits a pass, if there is one.
   *
   * @param recomputing whether the layer computes again what the plan names
   * @param given what makes its argument
   * @param sides numbers of the other streams that the block takes here
   * @return what makes the argument of the next section: {@code given} if this makes nothing
   */
  long run(
      Pass.Kind kind,
      boolean recomputing,
      ProgramNumbers numbers,
      RankEmitter rank,
      long given,
      List<Integer> sides) {
    @Nullable PassCode pass = recomputing ? again.get(kind) : null;
    if (recomputing && repeatsForward.containsKey(kind)) {
      rank.recompute();
      run(Pass.Kind.FORWARD, false, numbers, rank, RankEmitter.NONE, sides);
      rank.backward();
    }
    if (pass == null) {
      pass = plain.get(kind);
    }
    if (pass == null) {
      return given;
    }
    long made = pass.run(numbers, rank, given, sides, kind == Pass.Kind.FORWARD);
    return pass.makes() ? made : given;
  }
}
