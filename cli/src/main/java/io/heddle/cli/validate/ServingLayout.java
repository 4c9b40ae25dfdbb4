package io.heddle.cli.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How an instance of a serving benchmark lies on its ranks, as the columns of a pool state it. */
final class ServingLayout {
  /** How experts lie on the ranks. */
  private enum Experts {
    /** Each rank of a replica has a part of every expert. */
    IN_PARTS,
    /** Ranks of a replica, which have all of its tokens, have whole ones. */
    WHOLE_IN_REPLICA,
    /** All replicas share whole ones, and exchange tokens. */
    WHOLE_IN_ALL
  }

  private static final String STAGES = "pp";

  /** No benchmark has more: products of larger numbers might not fit into 63 bits. */
  private static final long MOST_RANKS = 1 << 20;

  private final PublishedRow row;
  private final MappingSection model;
  private final String pool;
  private final long pp;
  private final long tp;
  private final long dp;
  private final Experts experts;
  private final Map<String, Long> mesh = new LinkedHashMap<>();
  private final List<String> assumed = new ArrayList<>();

  /**
   * The layout of a pool.
   *
   * @param pool what the names of its columns begin with; nothing where there is one pool
   * @throws CannotSayException if a plan cannot say it
   */
  ServingLayout(PublishedRow row, MappingSection model, String pool) throws CannotSayException {
    this.row = row;
    this.model = model;
    this.pool = pool;
    this.pp = whole("pp");
    this.tp = whole("tp");
    this.dp = whole("dp");
    if (pp == 0 || tp == 0 || dp == 0) {
      throw new CannotSayException("no ranks");
    }
    if (tp > MOST_RANKS || dp > MOST_RANKS / tp || pp > MOST_RANKS / tp / dp) {
      throw new CannotSayException("more than %,d ranks".formatted(MOST_RANKS));
    }
    this.experts = model.get("experts").isPresent() ? experts() : Experts.IN_PARTS;
    if (pp > 1) {
      mesh.put(STAGES, pp);
    }
    if (experts == Experts.WHOLE_IN_ALL) {
      mesh.put("dp", dp);
    }
    addTensorAxes();
    if (mesh.isEmpty()) {
      // One rank has nobody to talk to, and two replicas have nothing to say.
      mesh.put("dp", 2L);
    }
  }

  private Experts experts() throws CannotSayException {
    long parts = row.isStated(pool + "etp") ? whole("etp") : tp * dp;
    long whole = row.isStated(pool + "ep") ? whole("ep") : 1;
    if (parts == 0 || tp * dp % parts != 0 || tp * dp / parts != whole) {
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

  private long whole(String column) throws CannotSayException {
    return ServingPlanner.whole(row, pool + column);
  }

  /** More ranks than heads of keys and values share these heads. */
  private void addTensorAxes() throws CannotSayException {
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

  /** What was taken for what a plan cannot say. */
  List<String> assumed() {
    return assumed;
  }

  /** Stages of a pipeline. */
  long stages() {
    return pp;
  }

  /** Ranks of a replica of the attention, in a stage. */
  long tensor() {
    return tp;
  }

  /** Replicas of an instance. */
  long replicas() {
    return dp;
  }

  /** The axes and their sizes. */
  Map<String, Long> mesh() {
    return mesh;
  }

  /** Ranks that the tokens of a replica are split over on their way to experts. */
  long parts() {
    return experts == Experts.WHOLE_IN_ALL ? tp : 1;
  }

  /** The lines of a plan. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("mesh " + String.join(" = 1, ", mesh.keySet()) + " = 1");
    lines.add("layout " + String.join(" > ", mesh.keySet()));
    if (experts == Experts.WHOLE_IN_ALL) {
      List<String> ofStage = new ArrayList<>(mesh.keySet());
      ofStage.remove(STAGES);
      lines.add("view moe: (%s) = (ep)".formatted(String.join(" ", ofStage)));
    }
    if (pp > 1) {
      lines.add("stages balanced");
    }
    lines.add("shard {\n    " + String.join("\n    ", rules()) + "\n  }");
    return lines;
  }

  private List<String> rules() {
    List<String> rules = new ArrayList<>();
    List<String> tensor = new ArrayList<>(mesh.keySet());
    if (tensor.remove(STAGES)) {
      rules.add("layers over " + STAGES);
    }
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
