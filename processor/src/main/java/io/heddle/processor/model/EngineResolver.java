package io.heddle.processor.model;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Resolves an engine, with the figures of the engines that it is made of. */
final class EngineResolver {
  private final Names<Declaration.Engine> engines;
  private final Diagnostics diagnostics;
  private final FigureLine figures;

  EngineResolver(Names<Declaration.Engine> engines, Diagnostics diagnostics) {
    this.engines = engines;
    this.diagnostics = diagnostics;
    this.figures = new FigureLine(diagnostics);
  }

  /** The engine of this name; empty after findings. */
  Optional<Engine> resolve(Name name) {
    if (name.text().equals(Engine.IDEAL.name()) && !engines.contains(name.text())) {
      return Optional.of(Engine.IDEAL);
    }
    List<Declaration.Engine> lineage = new ArrayList<>();
    Name next = name;
    while (next != null && !next.text().equals(Engine.IDEAL.name())) {
      Optional<Declaration.Engine> found = engines.find(next);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (lineage.contains(found.get())) {
        diagnostics.report(Code.ENGINE_OF_ITSELF, next.span(), next).add();
        return Optional.empty();
      }
      lineage.add(0, found.get());
      next = found.get().base();
    }
    Engine engine = Engine.called(name.text());
    boolean sound = true;
    for (Declaration.Engine each : lineage) {
      Set<EngineFigure> said = EnumSet.noneOf(EngineFigure.class);
      for (HardwareItem item : each.items()) {
        if (item instanceof HardwareItem.EngineLine line) {
          Map<EngineFigure, Double> values = read(line, said);
          sound &= !values.isEmpty();
          for (Map.Entry<EngineFigure, Double> value : values.entrySet()) {
            engine = engine.with(value.getKey(), value.getValue());
          }
        }
      }
    }
    return sound ? Optional.of(engine) : Optional.empty();
  }

  /**
   * The figures of a line; empty after findings.
   *
   * @param said by the lines of the same engine before, to which these are added
   */
  private Map<EngineFigure, Double> read(HardwareItem.EngineLine line, Set<EngineFigure> said) {
    List<EngineFigure> known = EngineFigure.of(line.name().text());
    if (known.isEmpty()) {
      figures.unknown("line of an engine", line.name(), EngineFigure.lines());
      return Map.of();
    }
    Map<EngineFigure, Double> values =
        figures.read(line.name().text(), line.figures(), known).orElse(Map.of());
    for (EngineFigure figure : values.keySet()) {
      if (!said.add(figure)) {
        diagnostics
            .report(Code.DUPLICATE_NAME, line.span(), "figure", figure.word())
            .help("remove one of them")
            .add();
        return Map.of();
      }
    }
    return values;
  }
}
