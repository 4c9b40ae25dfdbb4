package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the lines that a sweep takes. One that is wrong by itself may be right together with lines
 * of other choices, such as a view and what is sharded over it: it is an error if it is wrong with
 * all of them.
 */
final class SweptLines {
  /** More combinations than this are not tried: what is wrong with a line alone is then told. */
  private static final long MOST_COMBINATIONS = 256;

  private final List<Sweep.Lines> choices = new ArrayList<>();
  private final Resolution resolution;

  /** Resolves a plan with lines. */
  interface Resolution {
    Optional<Plan> resolve(List<PlanChange.Line> lines, Diagnostics findings);
  }

  SweptLines(Sweep sweep, Resolution resolution) {
    for (Sweep.Choice choice : sweep.choices()) {
      if (choice instanceof Sweep.Lines lines) {
        choices.add(lines);
      }
    }
    this.resolution = resolution;
  }

  /** Reports what is wrong with lines; each is tried alone first. */
  void check(Diagnostics diagnostics) {
    for (Sweep.Lines choice : choices) {
      for (PlanChange.Line line : choice.alternatives()) {
        Diagnostics alone = new Diagnostics();
        boolean isRight = resolution.resolve(List.of(line), alone).isPresent();
        if (!isRight && !isRightWithOthers(choice, line)) {
          diagnostics.addAll(alone.all());
        }
      }
    }
  }

  private boolean isRightWithOthers(Sweep.Lines of, PlanChange.Line line) {
    long combinations = 1;
    for (Sweep.Lines choice : choices) {
      combinations =
          Math.min(
              MOST_COMBINATIONS + 1,
              combinations * (choice.equals(of) ? 1 : choice.alternatives().size()));
    }
    boolean isRight = false;
    long tried = combinations > MOST_COMBINATIONS || choices.size() < 2 ? 0 : combinations;
    for (long number = 0; number < tried && !isRight; number++) {
      isRight = resolution.resolve(combination(number, of, line), new Diagnostics()).isPresent();
    }
    return isRight;
  }

  private List<PlanChange.Line> combination(long number, Sweep.Lines of, PlanChange.Line line) {
    List<PlanChange.Line> lines = new ArrayList<>();
    long rest = number;
    for (Sweep.Lines choice : choices) {
      if (choice.equals(of)) {
        lines.add(line);
      } else {
        int size = choice.alternatives().size();
        lines.add(choice.alternatives().get((int) (rest % size)));
        rest /= size;
      }
    }
    return lines;
  }
}
