package io.heddle.processor;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.ProgramFacts;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Recent;
import io.heddle.processor.program.RecentFacts;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The numbers of plans that were asked for lately: those of plans that differ in nothing but a
 * batch that is given as a number are evaluated once. Used by several threads.
 */
final class RecentNumbers {
  private static final long MOST = 1024;

  /** What ranks send each other takes as much as the numbers of a plan, for so many of them. */
  private static final long RANKS_OF_ONE = 1024;

  private final RecentFacts facts = new RecentFacts();
  private final Recent<Key, Numbered> known = new Recent<>(MOST, Numbered::weight);

  /** Numbers of a plan, and what is known of plans with other batches. */
  record Numbered(PlanNumbers numbers, ProgramFacts facts) {
    /** Plans without a load that take as much memory. */
    long weight() {
      long kept =
          numbers.experts().values().stream()
              .mapToLong(shares -> (long) shares.draws() * shares.ranks())
              .sum();
      return 1 + kept / RANKS_OF_ONE;
    }
  }

  /**
   * A program, which is itself alone, and names and numbers that are given in place of the plan's;
   * of the batch the name alone.
   */
  private record Key(RankProgram program, List<Object> given) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Key key && key.program == program && key.given.equals(given);
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(program) + given.hashCode();
    }
  }

  /**
   * The numbers of a plan; empty after findings.
   *
   * @param program of the plan
   * @param like the program, or one that is the same but for the order of the mesh
   * @param changes of which the numbers are taken; the program has the lines already
   */
  Optional<Numbered> of(
      RankProgram program, RankProgram like, PlanChanges changes, Diagnostics diagnostics) {
    List<Object> given = new ArrayList<>();
    PlanChange.Value batch = null;
    boolean isLiteral = true;
    for (PlanChange change : changes.all()) {
      if (change instanceof PlanChange.Value value) {
        given.add(value.name());
        if (value.name().equals(PlanNumbers.BATCH)) {
          batch = value;
        } else if (value.value() instanceof Expression.Literal literal) {
          given.add(literal.value());
        } else {
          isLiteral = false;
        }
      }
    }
    // Whoever reads warnings is told all of them each time.
    if (batch == null || !isLiteral || diagnostics.wantsWarnings()) {
      return evaluated(program, like, changes, diagnostics);
    }
    return likeBefore(new Key(program, given), batch, like, changes, diagnostics);
  }

  private Optional<Numbered> likeBefore(
      Key key,
      PlanChange.Value batch,
      RankProgram like,
      PlanChanges changes,
      Diagnostics diagnostics) {
    Numbered before = known.get(key).orElse(null);
    if (before != null) {
      Optional<PlanNumbers> same = before.numbers().withBatch(batch, changes);
      if (same.isPresent()) {
        return Optional.of(new Numbered(same.get(), before.facts()));
      }
    }
    Optional<Numbered> made = evaluated(key.program(), like, changes, diagnostics);
    if (before == null && PlanNumbers.hasBatchApart(key.program().plan())) {
      made.ifPresent(numbered -> known.put(key, numbered));
    }
    return made;
  }

  private Optional<Numbered> evaluated(
      RankProgram program, RankProgram like, PlanChanges changes, Diagnostics diagnostics) {
    Optional<PlanNumbers> numbers = PlanNumbers.of(program.plan(), changes, diagnostics);
    return numbers.isEmpty() || diagnostics.hasErrors()
        ? Optional.empty()
        : numbers.map(found -> new Numbered(found, facts.of(like, found)));
  }
}
