package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Aim.Measure;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.SweepItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Resolves what a search is for. */
final class AimResolver {
  private final Declaration.Search search;
  private final Diagnostics diagnostics;
  private final Names<Span> measures;

  AimResolver(Declaration.Search search, Diagnostics diagnostics) {
    this.search = search;
    this.diagnostics = diagnostics;
    this.measures = new Names<>("measure", Function.identity(), diagnostics);
    for (Measure measure : Measure.values()) {
      Name name = new Name(measure.toString(), search.name().span());
      measures.declare(name, name.span());
    }
  }

  /** The aim; empty after findings. */
  Optional<Aim> resolve() {
    List<SweepItem.Aim> aims = new ArrayList<>();
    for (SweepItem item : search.items()) {
      if (item instanceof SweepItem.Aim aim) {
        aims.add(aim);
      }
    }
    if (aims.size() != 1) {
      diagnostics
          .report(
              Code.NOT_ONE_AIM,
              aims.isEmpty() ? search.name().span() : aims.get(1).span(),
              search.name(),
              aims.size())
          .help("write one line such as `minimize time`")
          .add();
      return Optional.empty();
    }
    return resolve(aims.get(0));
  }

  private Optional<Aim> resolve(SweepItem.Aim aim) {
    Optional<Measure> measure = measure(aim.measure());
    if (measure.isPresent() && measure.get().isMoreBetter() != aim.isMost()) {
      backwards(
          aim.span(), measure.get(), (aim.isMost() ? "minimize " : "maximize ") + measure.get());
      return Optional.empty();
    }
    SweepItem.Limit limit = aim.limit();
    if (limit == null) {
      return measure.map(of -> new Aim(of, Optional.empty()));
    }
    Optional<Aim.Limit> kept = resolve(limit);
    return measure.isPresent() && kept.isPresent()
        ? Optional.of(new Aim(measure.get(), kept))
        : Optional.empty();
  }

  private Optional<Aim.Limit> resolve(SweepItem.Limit limit) {
    Optional<Measure> measure = measure(limit.measure());
    if (measure.isEmpty()) {
      return Optional.empty();
    }
    String number = limit.quantity().number().toPlainString();
    String unit = limit.quantity().unit();
    String quantity = unit.isEmpty() ? number : number + " " + unit;
    String text = measure.get() + (measure.get().isMoreBetter() ? " >= " : " <= ") + quantity;
    if (measure.get().isMoreBetter() == limit.isMost()) {
      backwards(limit.span(), measure.get(), text);
      return Optional.empty();
    }
    return measure
        .get()
        .unit()
        .read(limit.quantity(), diagnostics)
        .map(bound -> new Aim.Limit(measure.get(), bound.doubleValue(), text));
  }

  private Optional<Measure> measure(Name name) {
    return measures.find(name).flatMap(place -> Measure.named(name.text()));
  }

  private void backwards(Span span, Measure measure, String instead) {
    diagnostics
        .report(Code.AIM_BACKWARDS, span, measure, measure.isMoreBetter() ? "more" : "less")
        .help("write `%s`".formatted(instead))
        .add();
  }
}
