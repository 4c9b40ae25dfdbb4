package io.heddle.cli.validate;

import io.heddle.plan.serving.Speculation;
import io.heddle.processor.TfmCompiler.Compiled;
import java.util.ArrayList;
import java.util.List;

/** Writes the plans of one point of a serving benchmark as the mapping says. */
final class ServingPlanner {
  private static final double PERCENT = 100;

  /** GPUs of a node where a row does not say. */
  private static final long USUAL_NODE = 8;

  /** The budget of a step that engines have where nothing else is said. */
  private static final long TOKENS_OF_A_STEP = 8192;

  /** What the names of the columns of two pools begin with. */
  private static final String OF_PREFILL = "p_";

  private static final String OF_DECODE = "d_";

  private static final String SPECULATE = "speculate";
  private static final String ACCEPT = "accept";

  private final PublishedRow row;
  private final MappingSection model;
  private final MappingSection gpu;
  private final MappingSection framework;
  private final MappingSection precision;
  private final MappingSection source;
  private final List<String> assumed = new ArrayList<>();
  private final boolean isApart;
  private final ServingLayout prefill;
  private final ServingLayout decode;

  ServingPlanner(PublishedRow row, RowMapping mapping) throws CannotSayException {
    this.row = row;
    String mode = row.text("mode");
    if (!mode.equals("agg") && !mode.equals("disagg")) {
      throw new CannotSayException("mode `%s` is neither `agg` nor `disagg`".formatted(mode));
    }
    this.isApart = mode.equals("disagg");
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
    this.prefill = new ServingLayout(row, model, isApart ? OF_PREFILL : "");
    this.decode = isApart ? new ServingLayout(row, model, OF_DECODE) : prefill;
    assumed.addAll(prefill.assumed());
    assumed.addAll(decode.assumed());
  }

  /** The way of a prompt's cache from one pool to the other. */
  CacheTransfer transfer(Compiled prompt, Compiled step) throws CannotSayException {
    double ofCache = tokens() / (context() + speculation().tokens());
    return CacheTransfer.of(
        prompt, step, sequences(), ofCache, gpu.number("rack", ofNode()), whole("gpus"));
  }

  /** Sequences of a step: a pipeline has a batch on each stage. */
  private long sequences() throws CannotSayException {
    return Math.max(1, Math.round(concurrency() / decode.stages()));
  }

  /** Tokens in the cache of a sequence, in the mean. */
  private double context() throws CannotSayException {
    return Math.max(1, Math.round(length() * whole("isl") + outputs() / 2));
  }

  /** A number that tables write with or without a fraction of 0. */
  static long whole(PublishedRow row, String column) throws CannotSayException {
    if (!row.isStated(column)) {
      throw new CannotSayException("the row states no " + column);
    }
    double value = row.decimal(column);
    if (value != Math.rint(value) || value > 1L << 40) {
      throw row.wrong(column, "`%s` is not a whole number".formatted(row.text(column)));
    }
    return (long) value;
  }

  private long whole(String column) throws CannotSayException {
    return whole(row, column);
  }

  /** Whether other replicas take in prompts than draw tokens. */
  boolean isApart() {
    return isApart;
  }

  /** What the row leaves open, and what was taken for it. */
  List<String> assumed() {
    return assumed.stream().distinct().toList();
  }

  /** Requests at a time, of all replicas. */
  long requests() throws CannotSayException {
    return whole("concurrency");
  }

  /** Requests of a replica that draws tokens at a time. */
  double concurrency() throws CannotSayException {
    return Math.max(1, requests() / (double) replicas());
  }

  /** Replicas that draw tokens. */
  private long replicas() throws CannotSayException {
    if (isApart) {
      return replicas(OF_DECODE, decode);
    }
    long gpus = whole("gpus");
    long ofReplica = decode.tensor() * decode.stages();
    if (gpus == 0 || gpus % ofReplica != 0 || gpus / ofReplica % decode.replicas() != 0) {
      throw new CannotSayException("%d GPUs do not divide by tp · pp · dp".formatted(gpus));
    }
    return gpus / ofReplica;
  }

  private long replicas(String pool, ServingLayout layout) throws CannotSayException {
    long replicas = whole(pool + "workers") * layout.replicas();
    if (replicas == 0) {
      throw new CannotSayException("a pool has no workers");
    }
    return replicas;
  }

  /** Replicas that take in prompts. */
  long prefills() throws CannotSayException {
    return isApart ? replicas(OF_PREFILL, prefill) : replicas();
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

  /**
   * What is guessed of each request: what the row states in {@code speculate}, tokens, and {@code
   * accept}, a share; nothing where it states neither.
   */
  Speculation speculation() throws CannotSayException {
    if (!row.isStated(SPECULATE) && !row.isStated(ACCEPT)) {
      return Speculation.NONE;
    }
    long drafts = whole(SPECULATE);
    if (drafts > Speculation.MOST_DRAFTS) {
      throw row.wrong(
          SPECULATE, "at most %d tokens are guessed".formatted(Speculation.MOST_DRAFTS));
    }
    if (!row.isStated(ACCEPT)) {
      throw new CannotSayException("the row states no accept");
    }
    double accept = row.decimal(ACCEPT);
    if (!(accept >= 0 && accept <= 1)) {
      throw row.wrong(ACCEPT, "`%s` is no share from 0 to 1".formatted(row.text(ACCEPT)));
    }
    return new Speculation((int) drafts, accept);
  }

  /** How many are accepted does not change the step. */
  private String decodeLine() throws CannotSayException {
    int drafts = speculation().drafts();
    return drafts == 0
        ? "decode 1 (context = 1)"
        : "decode 1 (context = 1, speculate = %d, accept = 0 %%)".formatted(drafts);
  }

  /** A step that makes a token for each request, or verifies guesses. */
  PlannedRow decode() throws CannotSayException {
    return plan(
        decode,
        decodeLine(),
        " absorbed",
        List.of("decode = " + sequences(), "context = " + Math.round(context())));
  }

  /** The prefill of a request. */
  PlannedRow prefill() throws CannotSayException {
    return prefill(1);
  }

  /** How many prompts are as many tokens as engines take into a step. */
  long prompts() throws CannotSayException {
    return Math.max(1, TOKENS_OF_A_STEP / tokens());
  }

  /** The prefill of some requests. */
  PlannedRow prefill(long prompts) throws CannotSayException {
    return plan(
        prefill,
        "prefill 1 (context = 0, sequences = 1)",
        "",
        List.of("prefill = " + prompts * tokens(), "sequences = " + prompts));
  }

  /** Tokens of a prompt: where ranks split them, they are padded to come out even. */
  private long tokens() throws CannotSayException {
    long tokens = Math.max(1, Math.round(length() * whole("isl")));
    long parts = prefill.parts();
    return (tokens + parts - 1) / parts * parts;
  }

  /**
   * A plan.
   *
   * @param absorbed what follows a cache of latents: whether products go to the side of the queries
   */
  private PlannedRow plan(ServingLayout layout, String step, String absorbed, List<String> settings)
      throws CannotSayException {
    String[] use = model.from("use");
    String[] cluster = gpu.from("cluster");
    String[] engine = framework.from("engine");
    List<String> lines = new ArrayList<>(layout.lines());
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
    layout.mesh().forEach((axis, size) -> all.add(axis + " = " + size));
    long ranks = layout.mesh().values().stream().reduce(1L, Math::multiplyExact);
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
}
