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

  /** How experts lie on the ranks. */
  private enum Experts {
    /** Each rank of a replica has a part of every expert. */
    IN_PARTS,
    /** Ranks of a replica, which have all of its tokens, have whole ones. */
    WHOLE_IN_REPLICA,
    /** All replicas share whole ones, and exchange tokens. */
    WHOLE_IN_ALL
  }

  private final Experts experts;

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
    this.experts = model.get("experts").isPresent() ? experts(tp, dp) : Experts.IN_PARTS;
    if (experts == Experts.WHOLE_IN_ALL) {
      mesh.put("dp", dp);
    }
    mesh(tp);
    if (mesh.isEmpty()) {
      // One rank has nobody to talk to, and two replicas have nothing to say.
      mesh.put("dp", 2L);
    }
  }

  private Experts experts(long tp, long dp) throws CannotSayException {
    long parts = row.isStated("etp") ? whole("etp") : tp * dp;
    long whole = row.isStated("ep") ? whole("ep") : 1;
    if (parts * whole != tp * dp) {
      throw new CannotSayException(
          "experts on %d · %d ranks, tokens on %d · %d".formatted(parts, whole, tp, dp));
    }
    if (dp > 1 && parts > 1) {
      throw new CannotSayException("parts of experts on ranks of several replicas");
    }
    if (dp > 1) {
      return Experts.WHOLE_IN_ALL;
    }
    if (parts > 1 && whole > 1) {
      assumed.add("a part of each expert on every rank, not whole experts");
    }
    return parts == 1 && whole > 1 ? Experts.WHOLE_IN_REPLICA : Experts.IN_PARTS;
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

  /** Steps for which the scheduler holds a prompt back, so that others may come. */
  long held() {
    return source.get("wait").isEmpty() ? 0 : source.number("wait", 1);
  }

  /** The share of all requests that comes at once in the beginning. */
  double atOnce() {
    return 1.0 / source.number("waves", 1);
  }

  /** A step that makes a token for each request. */
  PlannedRow decode() throws CannotSayException {
    return plan(
        "decode 1 (context = 1)",
        " absorbed",
        List.of(
            "decode = " + Math.round(concurrency()),
            "context = " + Math.max(1, Math.round(length() * whole("isl") + outputs() / 2))));
  }

  /** The prefill of a request: where ranks split its tokens, they are padded to come out even. */
  PlannedRow prefill() throws CannotSayException {
    long tokens = Math.max(1, Math.round(length() * whole("isl")));
    long parts = experts == Experts.WHOLE_IN_ALL ? whole("tp") : 1;
    return plan(
        "prefill 1 (context = 0, sequences = 1)",
        "",
        List.of("prefill = " + (tokens + parts - 1) / parts * parts));
  }

  /**
   * A plan.
   *
   * @param absorbed what follows a cache of latents: whether products go to the side of the queries
   */
  private PlannedRow plan(String step, String absorbed, List<String> settings)
      throws CannotSayException {
    String[] use = model.from("use");
    String[] cluster = gpu.from("cluster");
    String[] engine = framework.from("engine");
    List<String> lines = new ArrayList<>();
    lines.add("mesh " + String.join(" = 1, ", mesh.keySet()) + " = 1");
    lines.add("layout " + String.join(" > ", mesh.keySet()));
    if (experts == Experts.WHOLE_IN_ALL) {
      lines.add("view moe: (%s) = (ep)".formatted(String.join(" ", mesh.keySet())));
    }
    lines.add("shard {\n    " + String.join("\n    ", rules()) + "\n  }");
    lines.add(step);
    String cache = framework.get("cache").orElse(precision.need("cache"));
    lines.add(
        model
            .get("latent")
            .map(latent -> "cache %s (dtype = %s)%s".formatted(latent, cache, absorbed))
            .orElse("cache (dtype = %s)".formatted(cache)));
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
    List<String> tensor = new ArrayList<>(mesh.keySet());
    if (tensor.remove("dp")) {
      rules.add("b over dp");
    }
    if (experts == Experts.WHOLE_IN_ALL) {
      rules.add(model.need("whole") + " over ep");
    }
    if (tensor.isEmpty()) {
      return rules;
    }
    if (model.get("latent").isEmpty()) {
      rules.add("g over tp");
    }
    if (mesh.containsKey("tq")) {
      rules.add("r over tq");
    }
    String dims = model.need("tensor");
    if (experts != Experts.WHOLE_IN_ALL) {
      String split = experts == Experts.IN_PARTS ? "experts" : "whole";
      dims += model.get(split).map(dim -> " " + dim).orElse("");
    }
    rules.add(dims + " over " + String.join(", ", tensor));
    return rules;
  }
}
