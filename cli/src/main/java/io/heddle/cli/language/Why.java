package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.cli.output.Quantities;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Why a collective or a message is in the program of a plan: the shardings that meet there, the
 * lines of the plan that made each, and why what leads from one to the other is this.
 */
public final class Why {
  private final PlanFacts facts;
  private final Plan plan;
  private final Avoidance avoidance;

  /**
   * @param avoidance tries what would avoid it
   */
  public Why(PlanFacts facts, Avoidance avoidance) {
    this.facts = facts;
    this.plan = facts.plan();
    this.avoidance = avoidance;
  }

  /** The collectives and messages of a plan among more than one rank, in their order. */
  public static List<Placed> all(PlanFacts facts) {
    return facts.nodesOfStepToo().stream().filter(placed -> isAmongRanks(placed, facts)).toList();
  }

  private static boolean isAmongRanks(Placed placed, PlanFacts facts) {
    LocalNode node = placed.node();
    if (node instanceof Communicate communicate) {
      return facts.ranks(communicate.axes()) > 1;
    }
    if (node instanceof StepCollective collective) {
      return facts.mostBytes(collective) > 0;
    }
    return node instanceof Ring ring && facts.ranks(ring.axes()) > 1;
  }

  /** The names of all, the messages between stages among them. */
  public static List<String> names(PlanFacts facts) {
    return Stream.concat(
            all(facts).stream().map(Placed::name).distinct(),
            ofStages(facts).stream().map(sent -> STAGES))
        .toList();
  }

  /** The answers for a name; none where nothing has it. */
  public List<String> answers(String name) {
    return answers(named(facts, name), name.equals(STAGES));
  }

  /** The answers for all that a line of a file causes. */
  public List<String> answers(String path, int line) {
    return answers(atLine(facts, path, line), splitsLayers(facts, path, line));
  }

  private List<String> answers(List<Placed> found, boolean withStages) {
    Stream<String> stages = withStages ? ofStages(facts).stream() : Stream.empty();
    return Stream.concat(found.stream().map(this::of), stages).toList();
  }

  /** Those of them that a name means: that of the node, or its end, or the tensor that is moved. */
  public static List<Placed> named(PlanFacts facts, String name) {
    return all(facts).stream()
        .filter(
            placed ->
                placed.name().equals(name)
                    || placed.node().operation().equals(name)
                    || (placed.node() instanceof Communicate moved && moved.tensor().equals(name)))
        .toList();
  }

  /** Those of them that a line of a file causes: its statement, or the line of the plan. */
  public static List<Placed> atLine(PlanFacts facts, String path, int line) {
    return all(facts).stream()
        .filter(
            placed ->
                isAt(placed.node().origin().statement(), path, line)
                    || (placed.node().origin().line() != null
                        && isAt(placed.node().origin().line(), path, line)))
        .toList();
  }

  /** The name of the messages between stages. */
  public static final String STAGES = "stream.send";

  /** Whether a line splits the layers. */
  public static boolean splitsLayers(PlanFacts facts, String path, int line) {
    Plan.AxisUse pipeline = facts.plan().pipelineAxis();
    return pipeline != null && isAt(pipeline.span(), path, line);
  }

  /** Why the stream is sent from stage to stage; empty where there is one stage. */
  public static Optional<String> ofStages(PlanFacts facts) {
    Plan.AxisUse pipeline = facts.plan().pipelineAxis();
    if (pipeline == null || facts.compiled().numbers().stages(facts.plan()) == 1) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "stream: a message from stage to stage over %s (%d stages), forward and backward\n"
            .formatted(pipeline.axis(), facts.ranks(List.of(pipeline.axis()))));
    line(text, "lies", lies(facts.program().stream(), facts.plan().model().stream()));
    line(
        text,
        "because",
        "layers are split over %s: %s".formatted(pipeline.axis(), quoted(pipeline.span())));
    line(
        text,
        "chosen",
        "neighbouring stages have the layers before and behind: a message each way");
    long stream =
        facts.sizes().of(facts.program().streamElements())
            * facts.sizes().of(new Size.ElementBytes(facts.program().streamFormat()));
    long bytes = -Math.floorDiv(-stream, facts.ranks(facts.program().messageAxes()));
    line(
        text,
        "bytes",
        String.format(
            Locale.ROOT, "%,d (%s) of each rank and micro-batch", bytes, FactText.bytes(bytes)));
    line(
        text,
        "avoided",
        "by one stage: `--set %s=1`, with the ranks on another axis".formatted(pipeline.axis()));
    return Optional.of(text.toString());
  }

  private static boolean isAt(Span span, String path, int line) {
    return span.line() == line && span.source().path().equals(path);
  }

  /** The answer for one of them, lines ending in line feeds. */
  public String of(Placed placed) {
    StringBuilder text = new StringBuilder();
    text.append(title(placed)).append('\n');
    if (placed.node() instanceof Communicate communicate) {
      line(text, "from", lies(communicate.from(), communicate.dims()));
      made(placed, communicate.from(), communicate.dims())
          .forEach(reason -> line(text, "", reason));
      line(text, "to", lies(communicate.to(), communicate.dims()));
      made(placed, communicate.to(), communicate.dims()).forEach(reason -> line(text, "", reason));
      line(text, "because", placed.node().origin().describe());
      line(text, "chosen", chosen(communicate));
    } else {
      line(text, "because", placed.node().origin().describe());
      line(
          text,
          "chosen",
          placed.node() instanceof Ring
              ? "`context ring`: keys and values go from rank to rank beside the kernels that use"
                  + " them"
              : "ranks that hold the same weights add up their gradients, or share the update");
    }
    bytes(placed).ifPresent(bytes -> line(text, "bytes", bytes));
    OptionalLong nanos = facts.nanos(placed);
    if (nanos.isPresent()) {
      line(text, "time", Quantities.time((double) nanos.getAsLong()) + ", alone");
    }
    avoided(placed).forEach(reason -> line(text, "avoided", reason));
    return text.toString();
  }

  private static void line(StringBuilder text, String title, String what) {
    text.append(String.format(Locale.ROOT, "  %-8s %s", title, what).stripTrailing()).append('\n');
  }

  private String title(Placed placed) {
    LocalNode node = placed.node();
    String when = placed.pass().kind().title();
    if (node instanceof Communicate communicate) {
      return "%s, %s: %s over %s (%d ranks)"
          .formatted(
              placed.name(),
              when,
              communicate.kind().title(),
              String.join(", ", communicate.axes()),
              facts.ranks(communicate.axes()));
    }
    if (node instanceof Ring ring) {
      String what = ring.reach() == null ? "messages round a ring" : "messages of neighbours";
      return "%s, %s: %s over %s (%d ranks)"
          .formatted(
              placed.name(), when, what, String.join(", ", ring.axes()), facts.ranks(ring.axes()));
    }
    StepCollective collective = (StepCollective) node;
    return "%s, at the end of the step: %s".formatted(node.operation(), collective.kind().title());
  }

  private static String lies(Sharding sharding, List<Dim> dims) {
    return sharding.describe(dims);
  }

  /** The lines of the plan that put each axis where it is. */
  private List<String> made(Placed placed, Sharding sharding, List<Dim> dims) {
    List<String> reasons = new ArrayList<>();
    for (Dim dim : dims) {
      for (String axis : sharding.of(dim)) {
        lineOf(dim, axis)
            .ifPresent(span -> reasons.add("%s/%s: %s".formatted(dim.name(), axis, quoted(span))));
      }
    }
    for (String axis : sharding.partial()) {
      reasons.add(
          "+%s: %s"
              .formatted(
                  axis,
                  summed(placed, axis)
                      .map(
                          dim ->
                              "a sum over `%s`, which %s splits%s"
                                  .formatted(
                                      dim.name(),
                                      axis,
                                      lineOf(dim, axis).map(s -> ": " + quoted(s)).orElse("")))
                      .orElse("ranks along it have parts of a sum")));
    }
    return reasons;
  }

  /** The dimension that a kernel sums over and an axis splits. */
  private static Optional<Dim> summed(Placed placed, String axis) {
    if (!(placed.node() instanceof Communicate communicate)) {
      return Optional.empty();
    }
    Set<Value> wanted = new LinkedHashSet<>(communicate.inputs());
    return placed.pass().nodes().stream()
        .filter(node -> node.outputs().stream().anyMatch(wanted::contains))
        .filter(Compute.class::isInstance)
        .map(Compute.class::cast)
        .flatMap(compute -> compute.assignment().split().entrySet().stream())
        .filter(entry -> entry.getValue().contains(axis))
        .map(entry -> entry.getKey())
        .filter(dim -> !communicate.dims().contains(dim))
        .findFirst();
  }

  /** Where the plan gives a dimension an axis: in its shard rules, or in those of the stream. */
  private Optional<Span> lineOf(Dim dim, String axis) {
    return uses(plan.shard().get(dim), axis).or(() -> uses(plan.stream().get(dim), axis));
  }

  private static Optional<Span> uses(
      @org.jspecify.annotations.Nullable List<Plan.AxisUse> uses, String axis) {
    return uses == null
        ? Optional.empty()
        : uses.stream().filter(use -> use.axis().equals(axis)).map(Plan.AxisUse::span).findFirst();
  }

  /** {@code m.tfm:20:13 `stream: s over tp`}. */
  private static String quoted(Span span) {
    String line =
        span.source().text().lines().skip(span.line() - 1L).findFirst().orElse("").strip();
    int comment = line.indexOf("//");
    String code = (comment < 0 ? line : line.substring(0, comment)).strip();
    return code.length() > 80 ? span.toString() : span + " `" + code + "`";
  }

  private static String chosen(Communicate node) {
    String axes = String.join(", ", node.axes());
    if (node.from().equals(node.to()) && node.kind() == CollectiveKind.ALL_GATHER) {
      return "each rank along %s needs the states of all others: all-gather".formatted(axes);
    }
    return node.kind()
        .reason(axes, dims(node.from(), node.to(), node), dims(node.to(), node.from(), node));
  }

  /** Dimensions that more axes split in one sharding than in another. */
  private static String dims(Sharding more, Sharding less, Communicate node) {
    List<String> found =
        node.dims().stream()
            .filter(dim -> more.of(dim).size() > less.of(dim).size())
            .map(dim -> "`" + dim.name() + "`")
            .toList();
    return found.isEmpty() ? "the tensor" : String.join(", ", found);
  }

  private Optional<String> bytes(Placed placed) {
    if (placed.node() instanceof Communicate communicate) {
      long bytes = facts.bytes(communicate);
      String what =
          facts
              .byNode(communicate)
              .map(messages -> "what each rank sends: " + messages.describe())
              .orElse(communicate.kind().given());
      return Optional.of(
          String.format(Locale.ROOT, "%,d (%s), %s", bytes, FactText.bytes(bytes), what));
    }
    if (placed.node() instanceof Ring ring && ring.reach() != null) {
      long bytes = facts.sizes().of(ring.reach().received());
      return Optional.of(
          String.format(Locale.ROOT, "%,d (%s) in all", bytes, FactText.bytes(bytes)));
    }
    if (placed.node() instanceof Ring ring) {
      long bytes = facts.sizes().of(ring.message());
      return Optional.of(
          String.format(Locale.ROOT, "%,d (%s) a message", bytes, FactText.bytes(bytes)));
    }
    if (placed.node() instanceof StepCollective collective) {
      long bytes = facts.mostBytes(collective);
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%,d (%s) of each rank, on the stage that has most",
              bytes,
              FactText.bytes(bytes)));
    }
    return Optional.empty();
  }

  private List<String> avoided(Placed placed) {
    if (!(placed.node() instanceof Communicate)) {
      return List.of();
    }
    List<String> ways = avoidance.of(placed, facts);
    return ways.isEmpty() ? List.of("by no single line of the plan that was tried") : ways;
  }
}
