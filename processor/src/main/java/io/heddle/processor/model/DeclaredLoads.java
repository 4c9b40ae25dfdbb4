package io.heddle.processor.model;

import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.expert.RecordedLoad;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The loads of experts that a file declares, each resolved once. */
final class DeclaredLoads {
  private final Names<Declaration.Load> names;
  private final Diagnostics diagnostics;
  private final Map<String, Optional<RecordedLoad>> resolved = new LinkedHashMap<>();

  /**
   * @param diagnostics receives what is found of declarations
   */
  DeclaredLoads(Names<Declaration.Load> names, Diagnostics diagnostics) {
    this.names = names;
    this.diagnostics = diagnostics;
  }

  void declare(Declaration.Load load) {
    if (ExpertLoad.WORDS.contains(load.name().text())) {
      wrong(load, load.name().span(), "the name is a word that `load =` knows already");
      return;
    }
    boolean isFirst = !names.contains(load.name().text());
    names.declare(load.name(), load);
    if (isFirst) {
      resolved.put(load.name().text(), new Rows(load).resolve());
    }
  }

  /** The load of a name; empty after findings. */
  Optional<RecordedLoad> find(Name name, Diagnostics findings) {
    Optional<RecordedLoad> found = resolved.get(name.text());
    if (found == null) {
      List<String> known = new ArrayList<>(ExpertLoad.WORDS);
      known.addAll(names.all().keySet());
      findings
          .report(Code.UNKNOWN_NAME, name.span(), "load", name)
          .help(Spelling.help(name.text(), known))
          .add();
      return Optional.empty();
    }
    return found;
  }

  private void wrong(Declaration.Load load, Span span, String what) {
    diagnostics.report(Code.LOAD_ROWS, span, load.name(), what).add();
  }

  /** The lines of a declaration, by layers and micro-batches. */
  private final class Rows {
    private final Declaration.Load load;
    private final Map<Integer, Map<Integer, Declaration.Routed>> byLayer = new TreeMap<>();
    private boolean sound = true;

    Rows(Declaration.Load load) {
      this.load = load;
    }

    Optional<RecordedLoad> resolve() {
      if (load.items().isEmpty()) {
        wrong(load.name().span(), "it has no layer");
        return Optional.empty();
      }
      if (load.items().size() > RecordedLoad.MOST_ROWS) {
        wrong(
            load.items().get(RecordedLoad.MOST_ROWS).span(),
            "it has more than %d lines".formatted(RecordedLoad.MOST_ROWS));
        return Optional.empty();
      }
      load.items().forEach(this::add);
      int microBatches = byLayer.values().stream().mapToInt(Map::size).max().orElse(0);
      byLayer.values().forEach(rows -> complete(rows, microBatches));
      return sound
          ? Optional.of(RecordedLoad.of(load.name().text(), microBatches, texts()))
          : Optional.empty();
    }

    private void add(Declaration.Routed item) {
      long microBatch = item.microBatch() == null ? 0 : item.microBatch();
      int experts = load.items().get(0).tokens().size();
      if (item.layer() > Integer.MAX_VALUE || microBatch >= RecordedLoad.MOST_ROWS) {
        wrong(item.span(), "the layer or the micro-batch is out of range");
      } else if (item.tokens().size() > RecordedLoad.MOST_EXPERTS) {
        wrong(item.span(), "more than %d experts".formatted(RecordedLoad.MOST_EXPERTS));
      } else if (item.tokens().size() != experts) {
        wrong(
            item.span(),
            "%d experts here, and %d in its first line".formatted(item.tokens().size(), experts));
      } else if (item.tokens().stream().allMatch(tokens -> tokens == 0)) {
        wrong(item.span(), "no expert has a token");
      } else if (item.tokens().stream().anyMatch(tokens -> tokens > RecordedLoad.MOST_TOKENS)) {
        wrong(item.span(), "more than %d tokens".formatted(RecordedLoad.MOST_TOKENS));
      } else if (byLayer
              .computeIfAbsent((int) item.layer(), layer -> new TreeMap<>())
              .putIfAbsent((int) microBatch, item)
          != null) {
        wrong(item.span(), "a second line of layer %d".formatted(item.layer()));
      }
    }

    /** All layers have the same micro-batches, from the first on. */
    private void complete(Map<Integer, Declaration.Routed> rows, int microBatches) {
      for (int microBatch = 0; microBatch < microBatches && sound; microBatch++) {
        if (!rows.containsKey(microBatch)) {
          Declaration.Routed some = rows.values().iterator().next();
          wrong(
              some.span(),
              "layer %d has no line of micro-batch %d".formatted(some.layer(), microBatch));
        }
      }
    }

    private List<String> texts() {
      return byLayer.values().stream()
          .flatMap(rows -> rows.values().stream())
          .map(
              item ->
                  item.tokens().stream()
                      .map(String::valueOf)
                      .collect(Collectors.joining(" ", item.layer() + ": ", "")))
          .toList();
    }

    private void wrong(Span span, String what) {
      sound = false;
      DeclaredLoads.this.wrong(load, span, what);
    }
  }
}
