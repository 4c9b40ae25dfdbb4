package io.heddle.cli.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the plans of one point of a serving benchmark as the mapping says. */
final class ServingPlanner {
  private static final double PERCENT = 100;

  /** GPUs of a node where a row does not say. */
  private static final long USUAL_NODE = 8;

  private final PublishedRow row;
  private final MappingSection model;
  private final MappingSection gpu;
  private final MappingSection framework;
  private final MappingSection precision;
  private final MappingSection source;
  private final Map<String, Long> mesh = new LinkedHashMap<>();
  private final List<String> assumed = new ArrayList<>();
  private final long replicas;

  ServingPlanner(PublishedRow row, RowMapping mapping) throws CannotSayException {
    this.row = row;
    if (!row.text("mode").equals("agg")) {
      throw new CannotSayException("two pools");
    }
    this.model = mapping.required("model", "model", row);
    this.gpu = mapping.required("gpu", "gpu", row);
    this.framework = mapping.required("framework", "framework", row);
    this.precision = mapping.required("precision", "gemm", row);
    this.source = mapping.required("source", "source", row);
    for (MappingSection section : List.of(model, gpu, precision, framework, source)) {
      if (section.get("say").isPresent()) {
        throw new CannotSayException(section.need("say"));
      }
      section.get("note").ifPresent(assumed::add);
    }
    if (whole("pp") > 1) {
      throw new CannotSayException("stages of a pipeline");
    }
    long tp = whole("tp");
    long dp = whole("dp");
    long gpus = whole("gpus");
    if (tp == 0 || dp == 0 || gpus == 0 || gpus % tp != 0 || gpus / tp % dp != 0) {
      throw new CannotSayException("%d GPUs do not divide by tp · dp".formatted(gpus));
    }
    this.replicas = gpus / tp;
    mesh(tp);
  }

  /** A number that tables write with or without a fraction of 0. */
  private long whole(String column) throws CannotSayException {
    if (!row.isStated(column)) {
      throw new CannotSayException("the row states no " + column);
    }
    double value = row.decimal(column);
    if (value != Math.rint(value) || value > 1L << 40) {
      throw row.wrong(column, "`%s` is not a whole number".formatted(row.text(column)));
    }
    return (long) value;
  }

  /** More ranks than heads of keys and values share these heads. */
  private void mesh(long tp) throws CannotSayException {
    long heads = model.number("heads", 1);
    long groups = Math.min(tp, heads);
    if (tp % groups != 0 || heads % groups != 0) {
      throw new CannotSayException("%d heads of keys and values on %d ranks".formatted(heads, tp));
    }
    if (groups > 1) {
      mesh.put("tp", groups);
    }
    if (tp > groups) {
      mesh.put("tq", tp / groups);
    }
    if (mesh.isEmpty()) {
      // One rank has nobody to talk to, and two replicas have nothing to say.
      mesh.put("dp", 2L);
    }
  }

  /** What the row leaves open, and what was taken for it. */
  List<String> assumed() {
    return assumed.stream().distinct().toList();
  }

  /** Requests of a replica at a time. */
  double concurrency() throws CannotSayException {
    return Math.max(1, whole("concurrency") / (double) replicas);
  }

  /** Tokens that a request makes, in the mean. */
  double outputs() throws CannotSayException {
    return Math.max(1, length() * whole("osl"));
  }

  private double length() {
    return source.number("length", 100) / PERCENT;
  }

  /** The share of all requests that comes at once in the beginning. */
  double atOnce() {
    return 1.0 / source.number("waves", 1);
  }

  /** A step that makes a token for each request. */
  PlannedRow decode() throws CannotSayException {
    return plan(
        "decode 1 (context = 1)",
        List.of(
            "decode = " + Math.round(concurrency()),
            "context = " + Math.max(1, Math.round(length() * whole("isl") + outputs() / 2))));
  }

  /** The prefill of a request. */
  PlannedRow prefill() throws CannotSayException {
    return plan(
        "prefill 1 (context = 0, sequences = 1)",
        List.of("prefill = " + Math.max(1, Math.round(length() * whole("isl")))));
  }

  private PlannedRow plan(String step, List<String> settings) throws CannotSayException {
    String[] use = model.from("use");
    String[] cluster = gpu.from("cluster");
    String[] engine = framework.from("engine");
    List<String> lines = new ArrayList<>();
    lines.add("mesh " + String.join(" = 1, ", mesh.keySet()) + " = 1");
    lines.add("layout " + String.join(" > ", mesh.keySet()));
    lines.add("shard {\n    " + String.join("\n    ", rules()) + "\n  }");
    lines.add(step);
    String cache = framework.get("cache").orElse(precision.need("cache"));
    lines.add("cache (dtype = %s)".formatted(cache));
    assumed.add("cache in " + cache);
    lines.add("dtype " + precision.need("dtype"));
    lines.add("engine " + engine[0]);
    lines.add("on " + cluster[0]);
    String text =
        """
        tfm 1
        import "%s"
        import "%s"
        import "%s"
        plan %s of %s {
          %s
        }
        """
            .formatted(
                use[1], cluster[1], engine[1], PlannedRow.PLAN, use[0], String.join("\n  ", lines));
    List<String> all = new ArrayList<>(settings);
    mesh.forEach((axis, size) -> all.add(axis + " = " + size));
    long ranks = mesh.values().stream().reduce(1L, Math::multiplyExact);
    long inside = Math.min(ranks, gpu.number("rack", ofNode()));
    if (ranks % inside != 0) {
      throw new CannotSayException("%d ranks in nodes of %d".formatted(ranks, inside));
    }
    all.add("gpus = " + inside);
    all.add("nodes = " + ranks / inside);
    return new PlannedRow(text, all, assumed);
  }

  private long ofNode() throws CannotSayException {
    return row.isStated("gpus_per_node") ? whole("gpus_per_node") : USUAL_NODE;
  }

  private List<String> rules() {
    List<String> rules = new ArrayList<>();
    if (mesh.containsKey("dp")) {
      rules.add("b over dp");
      return rules;
    }
    if (mesh.containsKey("tp")) {
      rules.add("g over tp");
    }
    if (mesh.containsKey("tq")) {
      rules.add("r over tq");
    }
    rules.add(model.need("tensor") + " over " + String.join(", ", mesh.keySet()));
    return rules;
  }
}
