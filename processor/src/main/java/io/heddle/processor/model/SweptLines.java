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

  /** Of each choice its alternatives, of each of these the lines that it takes. */
  private final List<List<List<PlanChange.Line>>> choices = new ArrayList<>();

  private final Resolution resolution;

  /** Resolves a plan with lines. */
  interface Resolution {
    Optional<Plan> resolve(List<PlanChange.Line> lines, Diagnostics findings);
  }

  SweptLines(Sweep sweep, Resolution resolution) {
    for (Sweep.Choice choice : sweep.choices()) {
      List<Sweep.Lines> parts = new ArrayList<>();
      for (Sweep.Choice part : choice.parts()) {
        if (part instanceof Sweep.Lines lines) {
          parts.add(lines);
        }
      }
      List<List<PlanChange.Line>> alternatives = new ArrayList<>();
      for (int i = 0; i < choice.size() && !parts.isEmpty(); i++) {
        int index = i;
        alternatives.add(parts.stream().map(part -> part.alternatives().get(index)).toList());
      }
      if (!alternatives.isEmpty()) {
        choices.add(alternatives);
      }
    }
    this.resolution = resolution;
  }

  /** Reports what is wrong with lines; those of an alternative are tried alone first. */
  void check(Diagnostics diagnostics) {
    for (int c = 0; c < choices.size(); c++) {
      for (List<PlanChange.Line> lines : choices.get(c)) {
        Diagnostics alone = new Diagnostics();
        boolean isRight = resolution.resolve(lines, alone).isPresent();
        if (!isRight && !isRightWithOthers(c, lines)) {
          diagnostics.addAll(alone.all());
        }
      }
    }
  }

  private boolean isRightWithOthers(int of, List<PlanChange.Line> lines) {
    long combinations = 1;
    for (int c = 0; c < choices.size(); c++) {
      combinations =
          Math.min(MOST_COMBINATIONS + 1, combinations * (c == of ? 1 : choices.get(c).size()));
    }
    boolean isRight = false;
    long tried = combinations > MOST_COMBINATIONS || choices.size() < 2 ? 0 : combinations;
    for (long number = 0; number < tried && !isRight; number++) {
      isRight = resolution.resolve(combination(number, of, lines), new Diagnostics()).isPresent();
    }
    return isRight;
  }

  private List<PlanChange.Line> combination(long number, int of, List<PlanChange.Line> own) {
    List<PlanChange.Line> lines = new ArrayList<>();
    long rest = number;
    for (int c = 0; c < choices.size(); c++) {
      if (c == of) {
        lines.addAll(own);
      } else {
        int size = choices.get(c).size();
        lines.addAll(choices.get(c).get((int) (rest % size)));
        rest /= size;
      }
    }
    return lines;
  }
}
