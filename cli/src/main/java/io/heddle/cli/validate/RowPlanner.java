package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the plan of one row as the mapping says. */
final class RowPlanner {
  private static final String LAYOUT = "pp > dr > ds > cp > tp";

  private final PublishedRow row;
  private final MappingSection model;
  private final MappingSection gpu;
  private final MappingSection framework;
  private final MappingSection precision;
  private final List<MappingSection> needs = new ArrayList<>();
  private final List<String> settings = new ArrayList<>();
  private final List<String> assumed = new ArrayList<>();
  private final Map<String, Long> mesh = new LinkedHashMap<>();

  private RowPlanner(PublishedRow row, RowMapping mapping) throws CannotSayException {
    this.row = row;
    for (String need : row.words("needs")) {
      Optional<MappingSection> section = mapping.find("need", need, row);
      if (section.isPresent() && section.get().get("say").isPresent()) {
        throw new CannotSayException(section.get().need("say"));
      }
      section.ifPresent(needs::add);
    }
    this.framework = mapping.required("framework", "framework", row);
    for (Map.Entry<String, String> fill : framework.behind("default ").entrySet()) {
      fill(fill.getKey(), fill.getValue());
    }
    this.model = mapping.required("model", "model", row);
    this.gpu = mapping.required("gpu", "gpu", row);
    this.precision = mapping.required("precision", "precision", row);
    for (MappingSection section : List.of(model, gpu, precision, framework)) {
      section.get("note").ifPresent(assumed::add);
    }
    needs.forEach(need -> need.get("note").ifPresent(assumed::add));
  }

  /**
   * The plan of a row.
   *
   * @throws CannotSayException if it is none
   */
  static PlannedRow plan(PublishedRow row, RowMapping mapping) throws CannotSayException {
    RowPlanner planner = new RowPlanner(row, mapping);
    String text = planner.text();
    return new PlannedRow(text, planner.settings, planner.assumed);
  }

  /** The engine that a mapping gives a row; `ideal` where it gives none. */
  static String engine(PublishedRow row, RowMapping mapping) {
    Optional<MappingSection> framework =
        mapping
            .find("framework", row.text("framework"), row)
            .filter(f -> f.get("engine").isPresent());
    return framework.isEmpty() ? Engine.IDEAL.name() : framework.get().from("engine")[0];
  }

  private void fill(String column, String value) throws CannotSayException {
    String taken = value.equals("with tp") ? Boolean.toString(row.number("tp") > 1) : value;
    if (row.fill(column, taken)) {
      assumed.add(column + " " + taken);
    }
  }

  private String text() throws CannotSayException {
    boolean predictsMore = row.words("needs").contains("mtp");
    long layers = row.number("layers") + (predictsMore ? 1 : 0);
    String[] use = model.from("use");
    boolean isDeclared = gpu.get("cluster").isPresent();
    String[] machine = gpu.from(isDeclared ? "cluster" : "device");
    setParameters(layers);
    mesh();
    nodes();
    String cluster = isDeclared ? "" : cluster(machine[0]);
    List<String> lines = new ArrayList<>();
    lines.add("mesh " + join(mesh.keySet(), " = 1, ") + " = 1");
    mesh.forEach(this::set);
    lines.add("layout " + layout());
    boolean exchanges = addExperts(lines);
    lines.add(shard(exchanges));
    lines.add("batch 1 micro_batch 1");
    set("batch", row.number("gbs"));
    set("micro_batch", row.number("mbs"));
    addPipeline(lines, layers);
    addRecompute(lines, layers);
    addOverlaps(lines, exchanges);
    addOptimizer(lines);
    lines.add(
        "dtype %s, gradients %s".formatted(precision.need("dtype"), framework.need("gradients")));
    String engine = "";
    if (framework.get("engine").isPresent()) {
      String[] sides = framework.from("engine");
      lines.add("engine " + sides[0]);
      engine = "import \"" + sides[1] + "\"\n";
    }
    lines.add("on " + (isDeclared ? machine[0] : "machine"));
    return """
        tfm 1
        import "%s"
        import "%s"
        %s%s
        plan %s of %s {
          %s
        }
        """
        .formatted(
            use[1],
            machine[1],
            engine,
            cluster,
            PlannedRow.PLAN,
            use[0],
            String.join("\n  ", lines));
  }

  private void setParameters(long layers) throws CannotSayException {
    for (String each : model.need("set").split(",", -1)) {
      String[] sides = each.strip().split("\\s*=\\s*", 2);
      String value = sides[sides.length - 1];
      long number;
      if (value.matches("\\d{1,12}")) {
        number = Long.parseLong(value);
      } else if (value.startsWith("layers")) {
        number = layers / layersOfOne();
      } else {
        number = row.number(value);
      }
      set(sides[0], number);
    }
  }

  /** Layers of the row in one layer of the model. */
  private long layersOfOne() {
    return model.number("layers", 1);
  }

  private void set(String name, long value) {
    settings.add(name + " = " + value);
  }

  private static String join(Iterable<String> names, String between) {
    return String.join(between, names);
  }

  /** Axes of one rank are left out. */
  private void mesh() throws CannotSayException {
    long n = row.number("n");
    long tp = atLeastOne("tp");
    long pp = atLeastOne("pp");
    long cp = atLeastOne("cp");
    if (n == 0 || n % tp != 0 || n / tp % pp != 0 || n / tp / pp % cp != 0) {
      throw new CannotSayException("%d GPUs do not divide by tp · pp · cp".formatted(n));
    }
    long dp = n / tp / pp / cp;
    long shards = row.text("zero").equals("0") ? 1 : dp;
    if (shards > 1 && row.isStated("shard_group")) {
      shards = Math.min(dp, Math.max(1, row.number("shard_group")));
      if (dp % shards != 0) {
        shards = dp;
        assumed.add("optimizer sharded over all replicas");
      }
    }
    for (String axis : framework.need("layout").split("\\s*>\\s*", -1)) {
      long size =
          switch (axis) {
            case "pp" -> pp;
            case "dr" -> dp / shards;
            case "ds" -> shards;
            case "cp" -> cp;
            case "tp" -> tp;
            default -> throw framework.wrong("layout", "write an order of " + LAYOUT);
          };
      if (size > 1) {
        mesh.put(axis, size);
      }
    }
    if (mesh.isEmpty()) {
      mesh.put("dr", 1L);
    }
  }

  private long atLeastOne(String column) throws CannotSayException {
    long value = row.number(column);
    if (value == 0) {
      throw row.wrong(column, "0 is not a number from 1");
    }
    return value;
  }

  private String layout() {
    return join(mesh.keySet(), " > ");
  }

  private boolean has(String axis) {
    return mesh.containsKey(axis);
  }

  /** GPUs of a node, and nodes. */
  private void nodes() throws CannotSayException {
    long n = row.number("n");
    long most = gpu.number("rack", atLeastOne("gpus_per_node"));
    long inside = Math.min(n, most);
    while (n % inside != 0) {
      inside--;
    }
    set("gpus", inside);
    set("nodes", n / inside);
  }

  private String cluster(String device) {
    return """
        cluster machine(gpus = 1, nodes = 1) {
          device %s
          network switch gpus at %s
          network switch nodes at %s
        }"""
        .formatted(device, gpu.need("inside"), gpu.need("between"));
  }

  /** Which dimensions lie over which axes. */
  private String shard(boolean exchanges) throws CannotSayException {
    List<String> rules = new ArrayList<>();
    String replicas = axes("dr", "ds");
    if (!replicas.isEmpty()) {
      rules.add("b over " + replicas);
    }
    if (has("cp")) {
      rules.add("s over cp");
    }
    if (has("tp")) {
      boolean wide = exchanges && row.text("etp").equals(row.text("tp"));
      String dims = model.need("tensor");
      String padding = framework.get("vocab").map(" "::concat).orElse("");
      rules.add(dims.replace(" voc", "") + " over tp");
      rules.add("voc over tp" + padding);
      boolean isWhole = model.get("experts").isPresent() && !exchanges;
      if (wide || isWhole) {
        rules.add(model.need("experts").split("\\s+", -1)[1] + " over tp");
      }
    }
    if (exchanges) {
      rules.add(model.need("experts").split("\\s+", -1)[0] + " over ep");
    }
    if (has("pp")) {
      rules.add("layers over pp");
    }
    if (has("tp") && row.isTrue("sequence_parallel")) {
      rules.add("stream: s over " + axes("cp", "tp"));
    }
    return "shard {\n    " + String.join("\n    ", rules) + "\n  }";
  }

  private String axes(String... names) {
    List<String> there = new ArrayList<>();
    for (String name : names) {
      if (has(name)) {
        there.add(name);
      }
    }
    return String.join(", ", there);
  }

  /** Returns whether experts lie on several ranks. */
  private boolean addExperts(List<String> lines) throws CannotSayException {
    if (model.get("experts").isEmpty() || !row.isStated("ep")) {
      return false;
    }
    long ep = row.number("ep");
    if (ep <= 1) {
      return false;
    }
    boolean wide = row.isStated("etp") && row.number("etp") > 1;
    String left = axes("dr", "ds", "cp", wide ? "" : "tp").replace(",", "");
    lines.add("view moe: (%s) = (edp ep) where ep = %d".formatted(left, ep));
    return true;
  }

  private void addPipeline(List<String> lines, long layers) throws CannotSayException {
    long pp = atLeastOne("pp");
    long chunks = row.isStated("vp") ? Math.max(1, row.number("vp")) : 1;
    lines.add(pp > 1 && chunks > 1 ? "schedule interleaved(chunks = 1)" : "schedule one_f_one_b");
    if (pp > 1 && chunks > 1) {
      set("chunks", chunks);
    }
    if (pp > 1) {
      List<Long> split = StageLayout.of(row, layers / layersOfOne(), pp * chunks);
      if (!split.isEmpty()) {
        lines.add("stages " + runs(split));
      }
    }
  }

  private static String runs(List<Long> split) {
    List<String> runs = new ArrayList<>();
    for (int from = 0; from < split.size(); ) {
      int to = from;
      while (to < split.size() && split.get(to).equals(split.get(from))) {
        to++;
      }
      runs.add("%d of %d".formatted(to - from, split.get(from)));
      from = to;
    }
    return String.join(", ", runs);
  }

  private void addRecompute(List<String> lines, long layers) throws CannotSayException {
    String what = row.text("recompute");
    if (what.startsWith("full:block:")) {
      String count = what.substring("full:block:".length());
      if (!count.matches("\\d{1,6}")) {
        throw row.wrong("recompute", "`%s` is not a whole number".formatted(count));
      }
      long first = Long.parseLong(count);
      long each = Math.max(1, layers / (atLeastOne("pp") * Math.max(1, row.number("vp"))));
      long every = Math.max(1, Math.round((double) each / Math.max(1, first)));
      lines.add(every == 1 ? "recompute full" : "recompute full every " + every);
      assumed.add("one layer in %d is computed again".formatted(every));
    } else if (what.startsWith("selective:")) {
      Map<String, String> known = model.behind("recompute ");
      List<String> parts = new ArrayList<>();
      for (String module : what.substring("selective:".length()).split(",", -1)) {
        String part = known.get(module.strip());
        if (part == null) {
          assumed.add("%s is not computed again".formatted(module.strip()));
        } else {
          parts.add(part);
        }
      }
      lines.add("recompute " + (parts.isEmpty() ? "none" : String.join(", ", parts)));
    } else {
      lines.add("recompute " + what);
    }
  }

  private void addOverlaps(List<String> lines, boolean exchanges) {
    if (has("cp")) {
      lines.add("context " + ofNeeds("context").orElse(framework.need("context")));
    }
    if (has("tp") && row.isTrue("tp_overlap") && row.isTrue("sequence_parallel")) {
      framework.get("overlap").ifPresent(line -> lines.add("overlap " + line));
    }
    if (exchanges) {
      ofNeeds("overlap").ifPresent(line -> lines.add("overlap " + line));
    }
    model.get("unfused").ifPresent(yes -> lines.add("unfused"));
  }

  private Optional<String> ofNeeds(String key) {
    return needs.stream().flatMap(need -> need.get(key).stream()).findFirst();
  }

  private void addOptimizer(List<String> lines) throws CannotSayException {
    String zero = row.text("zero");
    String over = axes("ds", "cp");
    boolean replicas = has("dr") || has("ds") || has("cp");
    String words =
        switch (zero) {
          case "0", "1" -> "";
          case "2" -> ", gradients sharded";
          case "3", "fsdp" -> ", weights sharded";
          default -> throw row.wrong("zero", "`%s` is none of 0, 1, 2, 3, fsdp".formatted(zero));
        };
    boolean shards = !zero.equals("0") && !over.isEmpty();
    lines.add("optimizer adam" + (shards ? " sharded over " + over + words : ""));
    if (replicas && row.isTrue("dp_overlap")) {
      framework.get("reduce").ifPresent(line -> lines.add("reduce " + line));
    }
  }
}
