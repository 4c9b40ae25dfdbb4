package io.heddle.cli.language;

import io.heddle.cli.language.Symbol.Kind;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.Quantisation;
import io.heddle.plan.WeightFormat;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.processor.model.Linked;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What could stand at a place of a file. */
public final class Completions {
  private static final Map<String, List<String>> BEGINNINGS =
      Map.of(
          "",
              List.of(
                  "import", "model", "plan", "sweep", "search", "serve", "op", "device", "cluster",
                  "engine", "load"),
          "model",
              List.of(
                  "param", "dim", "block", "stream", "embed", "begin", "stack", "head", "end",
                  "require"),
          "stream", List.of("embed", "begin", "stack", "head", "end"),
          "block", List.of("weight", "input", "fused", "return"),
          "plan",
              List.of(
                  "mesh",
                  "layout",
                  "view",
                  "shard",
                  "pin",
                  "batch",
                  "micro_batch",
                  "context",
                  "schedule",
                  "stages",
                  "recompute",
                  "keep",
                  "unfused",
                  "experts",
                  "overlap",
                  "all_reduce",
                  "forward",
                  "prefill",
                  "decode",
                  "cache",
                  "freeze",
                  "optimizer",
                  "reduce",
                  "dtype",
                  "engine",
                  "on"),
          "shard", List.of("stream"),
          "device", List.of("peak", "memory", "kernel"),
          "cluster", List.of("device", "network"),
          "engine", List.of("kernels", "step", "host", "memory", "exchanges"),
          "load", List.of("layer"));

  private static final List<String> SERVED =
      List.of("pool", "transfer", "requests", "batching", "route", "goal");

  private static final List<String> VARIED =
      List.of(
          "case",
          "keep",
          "layout",
          "schedule",
          "recompute",
          "optimizer",
          "overlap",
          "reduce",
          "micro_batch",
          "batch");

  private static final Map<String, List<String>> VALUES =
      Map.of(
          "context", List.of("ring", "all_gather", "all_to_all"),
          "reduce", List.of("at end", "per layer", "in gaps", "in buckets of 25 MB"),
          "stages", List.of("balanced"),
          "minimize", List.of("time", "memory", "gpus"),
          "maximize", List.of("tokens_per_second", "tokens_per_second_per_gpu"),
          "recompute", List.of("none", "full", "attend"),
          "decode", List.of("context", "speculate", "accept"),
          "prefill", List.of("context", "sequences"),
          "requests", List.of("poisson", "gamma", "closed", "trace"),
          "route", List.of("round_robin", "least_loaded"));

  private final SpecificationNames names;
  private final Caret caret;
  private final AxisValues values;
  private final List<Completion> found = new ArrayList<>();

  private Completions(SpecificationNames names, Caret caret, AxisValues values) {
    this.names = names;
    this.caret = caret;
    this.values = values;
  }

  /**
   * What could stand at a place.
   *
   * @param column where the word that is being written begins, from 1
   * @param values of numbers that pass the checks
   */
  public static List<Completion> at(
      SpecificationNames names, int line, int column, AxisValues values) {
    return names
        .main()
        .parsed()
        .map(parsed -> Caret.of(parsed.tokens().getTokens(), line, column))
        .map(caret -> new Completions(names, caret, values).all())
        .orElse(List.of());
  }

  private List<Completion> all() {
    if (caret.isInBrackets()) {
      symbols(Kind.DIMENSION, model());
      if (caret.last().equals("/")) {
        found.clear();
        symbols(Kind.AXIS, caret.owner());
      }
    } else if (caret.words().isEmpty()) {
      begin();
    } else {
      switch (caret.list()) {
        case "" -> declaration();
        case "model", "stream" -> member();
        case "block", "fused" -> term();
        case "plan", "shard" -> line();
        case "sweep", "search" -> varied();
        case "serve" -> served();
        case "cluster", "device", "engine" -> hardware();
        default -> {}
      }
    }
    return List.copyOf(found);
  }

  private String model() {
    return caret.of().isEmpty() ? caret.owner() : "@" + caret.owner();
  }

  private void begin() {
    String list = caret.list();
    keywords(BEGINNINGS.getOrDefault(list, List.of()));
    switch (list) {
      case "shard" -> {
        symbols(Kind.DIMENSION, model());
        value("layers", "the layers of the model");
      }
      case "serve" -> keywords(SERVED);
      case "sweep", "search" -> {
        symbols(Kind.AXIS, caret.of());
        keywords(VARIED);
        if (list.equals("search")) {
          keywords(List.of("minimize", "maximize"));
        }
      }
      default -> {}
    }
  }

  private void declaration() {
    if (caret.first().equals("import")) {
      Linked.libraryFiles()
          .forEach(
              file ->
                  found.add(
                      new Completion("\"" + file + "\"", Completion.Kind.FILE, "library", "")));
    } else if (caret.last().equals("of")) {
      switch (caret.first()) {
        case "plan", "serve" -> symbols(Kind.MODEL, "");
        case "sweep", "search" -> symbols(Kind.PLAN, "");
        case "device" -> symbols(Kind.DEVICE, "");
        case "engine" -> symbols(Kind.ENGINE, "");
        default -> {}
      }
    } else if (caret.first().equals("model") && caret.last().equals("=")) {
      symbols(Kind.MODEL, "");
    } else if (caret.words().size() == 2) {
      keywords(List.of("of"));
    }
  }

  private void member() {
    if (caret.last().equals("=") && caret.words().contains("(")) {
      symbols(Kind.STREAM, caret.owner());
    }
    switch (caret.first()) {
      case "stack" -> {
        symbols(caret.words().contains("of") ? Kind.BLOCK : Kind.PARAMETER, caret.owner());
        keywords(List.of("of", "cycle"));
      }
      case "begin", "end" -> symbols(Kind.BLOCK, caret.owner());
      case "head", "embed" -> {
        keywords(List.of("tied", "norm"));
        if (caret.last().equals("tied")) {
          symbols(Kind.TENSOR, caret.owner() + NameWalk.EMBED);
        }
      }
      default -> symbols(Kind.PARAMETER, caret.owner());
    }
  }

  private void term() {
    int block = caret.lists().indexOf("block");
    String owner = caret.owner() + "." + (block < 0 ? "" : caret.names().get(block));
    symbols(Kind.TENSOR, owner);
    symbols(Kind.PARAMETER, caret.owner());
    symbols(Kind.DIMENSION, caret.owner());
    for (String name : Words.operations().all()) {
      Words.Word word = Words.operations().of(name).orElseThrow();
      found.add(new Completion(name, Completion.Kind.FUNCTION, word.form(), word.text()));
    }
    symbols(Kind.OPERATION, "");
  }

  private void line() {
    if (caret.words().contains("over") || caret.last().equals(">")) {
      symbols(Kind.AXIS, caret.owner());
      keywords(List.of("padded"));
      return;
    }
    if (caret.list().equals("shard")) {
      symbols(Kind.DIMENSION, model());
      keywords(List.of("over"));
      return;
    }
    if (caret.last().equals(".")) {
      symbols(Kind.TENSOR, ofModel() + "." + caret.beforeLast());
      symbols(Kind.KERNEL, ofModel() + "." + caret.beforeLast());
      return;
    }
    switch (caret.first()) {
      case "mesh" -> {
        if (caret.last().equals("=")) {
          values(caret.beforeLast());
        }
      }
      case "layout", "overlap", "all_reduce" -> {
        symbols(Kind.AXIS, caret.owner());
        keywords(caret.first().equals("overlap") ? List.of("experts", "chunks") : List.of());
      }
      case "pin", "keep", "freeze" -> symbols(Kind.BLOCK, model());
      case "recompute" -> {
        named("recompute");
        symbols(Kind.BLOCK, model());
      }
      case "experts" -> {
        if (caret.last().equals("=")) {
          boolean isLoad = caret.beforeLast().equals("load");
          keywords(isLoad ? ExpertLoad.WORDS : List.of("pairwise", "direct", "by_node"));
          if (isLoad) {
            symbols(Kind.LOAD, "");
          }
        } else {
          keywords(List.of("capacity", "imbalance", "exchange", "nodes", "load"));
        }
      }
      case "batch", "micro_batch" -> values(caret.last());
      case "optimizer" -> {
        Optimizer.Algorithm.words().forEach(word -> value(word, "optimizer"));
        keywords(List.of("clipped", "sharded", "gradients", "weights", "over"));
      }
      case "dtype" -> {
        NumberFormat.words().forEach(word -> value(word, "format"));
        Quantisation.allWords().forEach(word -> value(word, "format"));
        WeightFormat.words().stream()
            .filter(word -> NumberFormat.named(word).isEmpty())
            .filter(word -> Quantisation.named(word).isEmpty())
            .forEach(word -> value(word, "format of weights"));
        keywords(List.of("gradients"));
        value("products", "of linear layers");
        value("attention", "what attention computes in");
        value("stream", "what blocks take and return");
        value("qkv", "queries, keys and values, in training");
        value("logits", "what the loss reads");
        value("exchanges", "rows on their way to experts");
        value("moments", "of the optimizer");
        value("master", "weights that the optimizer updates");
        value("weights", "of linear layers, in inference");
        value("experts", "of linear layers of experts, in inference");
      }
      case "schedule" -> schedules();
      case "engine" -> symbols(Kind.ENGINE, "");
      case "on" -> {
        boolean isSetting = caret.words().contains("(");
        symbols(isSetting ? Kind.PARAMETER : Kind.CLUSTER, isSetting ? caret.words().get(1) : "");
      }
      case "decode", "prefill" -> {
        if (caret.words().contains("(")) {
          named(caret.first());
        }
      }
      default -> named(caret.first());
    }
  }

  private String ofModel() {
    return caret.of().isEmpty() ? caret.owner() : "@" + caret.owner();
  }

  private void schedules() {
    PipelineSchedule.words().forEach(name -> value(name, "schedule"));
  }

  private void varied() {
    if (caret.words().size() == 1 && !caret.first().equals("keep")) {
      keywords(List.of("in"));
      named(caret.first());
    } else {
      switch (caret.first()) {
        case "schedule" -> schedules();
        case "layout" -> symbols(Kind.AXIS, caret.of());
        case "keep" -> {
          keywords(List.of("when"));
          symbols(Kind.AXIS, caret.of());
        }
        default -> {
          named(caret.first());
          symbols(Kind.AXIS, caret.of());
        }
      }
    }
  }

  private void served() {
    switch (caret.first()) {
      case "pool" -> {
        if (caret.last().equals("of") || caret.last().equals("and")) {
          symbols(Kind.PLAN, "");
        } else {
          Role.words().forEach(word -> value(word, "pool"));
          keywords(List.of("of", "and"));
        }
      }
      case "batching" -> BatchPolicy.words().forEach(word -> value(word, "scheduler"));
      case "goal" -> {
        Goal.Metric.words().forEach(word -> value(word, "metric"));
        Goal.Share.words().forEach(word -> value(word, "share"));
      }
      default -> named(caret.first());
    }
  }

  private void hardware() {
    switch (caret.first()) {
      case "device" -> symbols(Kind.DEVICE, "");
      case "network" -> {
        value("switch", "network");
        value("ring", "network");
        value("fully_connected", "network");
        symbols(Kind.PARAMETER, caret.owner());
        keywords(List.of("at", "latency"));
      }
      case "peak" -> NumberFormat.words().forEach(word -> value(word, "format"));
      default -> {}
    }
  }

  private void named(String line) {
    VALUES.getOrDefault(line, List.of()).forEach(word -> value(word, line));
  }

  /** Numbers that pass the checks. */
  private void values(String number) {
    values.of(caret.owner(), number).forEach(value -> value(value, "passes the checks"));
  }

  private void value(String text, String detail) {
    found.add(new Completion(text, Completion.Kind.VALUE, detail, ""));
  }

  private void keywords(List<String> words) {
    for (String word : words) {
      Optional<Words.Word> known = Words.keywords().of(word);
      found.add(
          new Completion(
              word,
              Completion.Kind.KEYWORD,
              known.map(Words.Word::form).orElse(""),
              known.map(Words.Word::text).orElse("")));
    }
  }

  private void symbols(Kind kind, String owner) {
    for (Symbol symbol : names.declared(kind, owner)) {
      String documentation =
          names.declaration(symbol).flatMap(name -> Documentation.of(name.span())).orElse("");
      Completion.Kind of =
          kind == Kind.MODEL || kind == Kind.CLUSTER || kind == Kind.DIMENSION
              ? Completion.Kind.TYPE
              : Completion.Kind.NAME;
      found.add(new Completion(symbol.name(), of, kind.title(), documentation));
    }
  }
}
