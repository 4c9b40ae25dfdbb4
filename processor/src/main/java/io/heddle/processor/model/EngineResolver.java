package io.heddle.processor.model;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves an engine, with the figures of the engines that it is made of. */
final class EngineResolver {
  private final Names<Declaration.Engine> engines;
  private final Diagnostics diagnostics;

  EngineResolver(Names<Declaration.Engine> engines, Diagnostics diagnostics) {
    this.engines = engines;
    this.diagnostics = diagnostics;
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
      Map<EngineFigure, Span> said = new EnumMap<>(EngineFigure.class);
      for (HardwareItem item : each.items()) {
        if (item instanceof HardwareItem.EngineLine line) {
          for (HardwareItem.Figure figure : line.figures()) {
            Optional<Engine> more = with(engine, line.name(), figure, said);
            sound &= more.isPresent();
            engine = more.orElse(engine);
          }
        }
      }
    }
    return sound ? Optional.of(engine) : Optional.empty();
  }

  private Optional<Engine> with(
      Engine engine, Name line, HardwareItem.Figure figure, Map<EngineFigure, Span> said) {
    if (EngineFigure.of(line.text()).isEmpty()) {
      unknown("line of an engine", line, EngineFigure.lines());
      return Optional.empty();
    }
    Optional<EngineFigure> known = EngineFigure.named(line.text(), figure.name().text());
    if (known.isEmpty()) {
      unknown(
          "figure of `%s`".formatted(line),
          figure.name(),
          EngineFigure.of(line.text()).stream().map(EngineFigure::word).toList());
      return Optional.empty();
    }
    Span first = said.putIfAbsent(known.get(), figure.name().span());
    if (first != null) {
      diagnostics
          .report(Code.DUPLICATE_NAME, figure.name().span(), "figure", figure.name())
          .note(first, "the first one is here")
          .help("remove one of them")
          .add();
      return Optional.empty();
    }
    Units units =
        switch (known.get().unit()) {
          case TIME -> Units.TIME;
          case SHARE -> Units.SHARE;
          default -> Units.NUMBER;
        };
    Optional<BigDecimal> value = units.read(figure.value(), diagnostics);
    return value.map(number -> engine.with(known.get(), number.doubleValue()));
  }

  private void unknown(String sort, Name name, List<String> known) {
    diagnostics
        .report(Code.UNKNOWN_NAME, name.span(), sort, name)
        .help(
            Spelling.nearest(name.text(), known)
                .map("did you mean `%s`?"::formatted)
                .orElseGet(() -> "known: " + String.join(", ", known)))
        .add();
  }
}
