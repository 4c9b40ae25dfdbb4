package io.heddle.processor.program;

import io.heddle.plan.expert.ExpertShares;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rank-local program as text, with its sizes: every kernel with its shape, operations, bytes and
 * over which axes it is repeated, every collective with its group and bytes.
 */
public final class Explanation {
  private static final String NODE = "  %-20s %-18s %-42s %22s %18s  %s\n";

  private final RankProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final StringBuilder text = new StringBuilder();

  private Explanation(RankProgram program, PlanNumbers numbers) {
    this.program = program;
    this.plan = program.plan();
    this.numbers = numbers;
    this.sizes = new Sizes(numbers.busiest(plan));
  }

  /** The text, lines ending in line feeds. */
  public static String of(RankProgram program, PlanNumbers numbers) {
    return new Explanation(program, numbers).write();
  }

  private String write() {
    header();
    program.allBlocks().forEach(this::block);
    step();
    return text.toString().replaceAll("(?m) +$", "");
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void header() {
    List<String> axes = new ArrayList<>();
    numbers.axes().forEach((axis, size) -> axes.add(axis + " = " + size));
    long ranks = sizes.ranks(List.copyOf(numbers.axes().keySet()));
    line("plan %s of %s", plan.name(), plan.model().name());
    line("  ranks      %d: %s (outermost first)", ranks, String.join(" > ", axes));
    line(
        "  batch      %d sequences: %d micro-batches of %d on each replica",
        numbers.batch(), numbers.microBatches(plan), numbers.microBatch());
    line("  layers     %s", layers());
    if (plan.schedule().forwardOnly()) {
      line("  schedule   %s, forward passes only", schedule());
    } else {
      line("  schedule   %s, recompute %s", schedule(), recompute());
      line("  optimizer  %s", optimizer());
    }
    if (!plan.frozen().weights().isEmpty()) {
      line("  frozen     %s", frozen());
    }
    if (plan.reducesEarly() || plan.reduction().blocking()) {
      line("  gradients  %s", UnitExplanation.reduction(plan));
    }
    if (!overlap().isEmpty()) {
      line("  overlap    %s", overlap());
    }
    numbers.experts().forEach(this::load);
    line("  formats    %s", plan.formats().precision().text());
    List<Model.Stream> streams = plan.model().streams();
    for (Model.Stream stream : streams) {
      String name = streams.size() == 1 ? "" : stream.name() + " ";
      String lies = program.stream().describe(stream.dims());
      line("  stream     %s%s%s", name, lies, messages(stream));
    }
  }

  /** What the rank gets whose program this is: of a load no rank gets more in any micro-batch. */
  private void load(Dim rows, ExpertShares shares) {
    line(
        "  load       %s of `%s`: the rank shown gets %,d rows, the most that any gets; an even"
            + " share is %,d",
        plan.experts().loadText(), rows, shares.most(), shares.sent());
  }

  private String overlap() {
    Plan.Overlap overlap = plan.overlap();
    List<String> what = new ArrayList<>();
    if (!overlap.axes().isEmpty()) {
      String axes = String.join(", ", overlap.axisNames());
      what.add("collectives over %s in %d pieces".formatted(axes, numbers.overlapChunks()));
    }
    if (overlap.experts() != null) {
      what.add("exchanges of experts");
    }
    return String.join("; ", what);
  }

  private String layers() {
    List<String> stacks = new ArrayList<>();
    for (Model.Stack stack : plan.model().stacks()) {
      List<String> parts = new ArrayList<>();
      for (Model.LayerKind kind : stack.kinds()) {
        if (numbers.layers().of(kind.number()) == 0) {
          continue;
        }
        List<String> names = kind.blocks().stream().map(plan.model()::title).toList();
        parts.add(numbers.layers().of(kind.number()) + " of " + String.join(", ", names));
      }
      if (!parts.isEmpty()) {
        stacks.add(String.join(" and ", parts) + (parts.size() > 1 ? " in turn" : ""));
      }
    }
    Plan.AxisUse pipeline = plan.pipelineAxis();
    String stages =
        pipeline == null
            ? "one stage"
            : "%d stages over %s".formatted(numbers.stages(plan), pipeline.axis());
    return String.join("; ", stacks) + "; " + stages;
  }

  private String frozen() {
    return plan.frozen().weights().stream()
        .map(Weight::fullName)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private String schedule() {
    String name = plan.schedule().kind().name();
    return plan.schedule().settings().isEmpty() && numbers.chunks() == 1
        ? name
        : "%s, %d chunks of layers on each stage".formatted(name, numbers.chunks());
  }

  private String messages(Model.Stream of) {
    if (plan.pipelineAxis() == null || numbers.stages(plan) == 1) {
      return "";
    }
    long stream =
        sizes.of(
            Size.product(
                program.streamElements(of), new Size.ElementBytes(program.streamFormat())));
    long shares = sizes.ranks(program.messageAxes(of));
    long bytes = -Math.floorDiv(-stream, shares);
    String shared =
        shares == 1 ? "" : ", gathered over " + String.join(", ", program.messageAxes(of));
    return String.format(Locale.ROOT, ", %,d B from stage to stage%s", bytes, shared);
  }

  private String recompute() {
    String words = String.join(", ", plan.activations().recompute().words());
    int every = numbers.values().recompute().every();
    return every == 1 ? words : words + " every " + every;
  }

  private String optimizer() {
    List<String> over = plan.optimizer().shardedOver().stream().map(Plan.AxisUse::axis).toList();
    String sharded = over.isEmpty() ? "" : " sharded over " + String.join(", ", over);
    Plan.ShardedWeights weights = plan.optimizer().weights();
    return plan.optimizer().algorithm().word()
        + (plan.optimizer().clipped() ? " clipped" : "")
        + sharded
        + (plan.optimizer().gradientsSharded() ? ", gradients sharded" : "")
        + (weights == null
            ? ""
            : ", weights sharded, gathered %d ahead, %s"
                .formatted(
                    numbers.values().optimizer().weights().prefetch(),
                    weights.once() ? "once" : "in every pass"));
  }

  private void block(Section block) {
    for (Pass pass : block.run()) {
      if (isRun(block, pass)) {
        pass(block, pass);
      }
      if (pass.kind() == Pass.Kind.FORWARD) {
        kept("kept", block.kept(false));
        if (block.recomputes()) {
          kept("kept with recomputation", block.kept(true));
        }
      }
    }
    if (block.passes().stream().anyMatch(Pass::repeatsForward)) {
      text.append('\n');
      line("%s, with recomputation: the forward again before the backward", title(block));
    }
  }

  /** Whether some layer runs the pass, and it is none that runs behind a forward pass again. */
  private boolean isRun(Section block, Pass pass) {
    boolean own =
        block.pass(pass.kind(), true).filter(again -> !again.repeatsForward()).isPresent();
    return pass.recomputes()
        ? own && !pass.repeatsForward()
        : !own || numbers.values().recompute().every() > 1;
  }

  private void kept(String title, List<Saved> saved) {
    List<String> parts = new ArrayList<>();
    long all = 0;
    for (Saved each : saved) {
      long bytes = sizes.of(each.bytes());
      all = Math.addExact(all, bytes);
      parts.add(String.format(Locale.ROOT, "%s %,d", each.name(), bytes));
    }
    if (!parts.isEmpty()) {
      line("  %s: %,d B: %s", title, all, String.join(", ", parts));
    }
  }

  private String title(Section section) {
    return plan.model().title(section.block());
  }

  private void pass(Section block, Pass pass) {
    text.append('\n');
    line("%s, %s", title(block), pass.title());
    for (LocalNode node : pass.nodes()) {
      String operation = (pass.isAgain(node.output()) ? "again " : "") + node.operation();
      if (node instanceof Compute compute) {
        compute(compute, operation, compute.bytes(), "");
      } else if (node instanceof Ring ring) {
        ring(ring, operation);
      } else {
        communicate((Communicate) node, operation);
      }
    }
    if (pass.kind() == Pass.Kind.BACKWARD_OF_WEIGHTS) {
      kept("held for them", block.held(pass.recomputes()));
    }
  }

  private void compute(Compute node, String operation, Size bytes, String when) {
    text.append(
        String.format(
            Locale.ROOT,
            NODE,
            operation,
            node.title(),
            shape(node.shape()),
            String.format(Locale.ROOT, "%,d FLOP", sizes.of(node.operations())),
            String.format(Locale.ROOT, "%,d B", sizes.of(bytes) + sizes.again(node)),
            replication(node) + when + inPieces(node.pieces())));
  }

  private String shape(Shape shape) {
    if (shape instanceof Shape.Gemm gemm) {
      long batch = sizes.of(gemm.batch());
      return String.format(
          Locale.ROOT,
          "%sM %d K %d N %d",
          batch == 1 ? "" : "batch " + batch + " ",
          sizes.of(gemm.m()),
          sizes.of(gemm.k()),
          sizes.of(gemm.n()));
    }
    if (shape instanceof Shape.Attention attention) {
      return String.format(
          Locale.ROOT,
          "batch %d queries %d keys %d depth %d, %d",
          sizes.of(attention.batch()),
          sizes.of(attention.queries()),
          sizes.of(attention.keys()),
          sizes.of(attention.k()),
          sizes.of(attention.n()));
    }
    return String.format(
        Locale.ROOT, "%,d elements", sizes.of(((Shape.Elements) shape).elements()));
  }

  /** {@code x1}, or {@code x8 (tp)}: so many ranks of a stage do the same work. */
  private String replication(Compute node) {
    List<String> absent = Replication.axes(node, plan, numbers);
    long factor = sizes.ranks(absent);
    return factor == 1 ? "x1" : "x%d (%s)".formatted(factor, String.join(", ", absent));
  }

  private String over(List<String> axes) {
    return "over " + String.join(", ", axes) + " (" + sizes.ranks(axes) + ")";
  }

  private void communicate(Communicate node, String operation) {
    long members = sizes.ranks(node.axes());
    String change = node.from().describe(node.dims()) + " -> " + node.to().describe(node.dims());
    text.append(
        String.format(
            Locale.ROOT,
            NODE,
            operation,
            node.kind().title(),
            NodeGroups.describe(node.group(), plan, numbers, sizes),
            members == 1 ? "nothing to do" : transport(node, members),
            String.format(Locale.ROOT, "%,d B", sizes.of(node.bytes())),
            change + (members == 1 ? "" : inPieces(node.pieces()))));
  }

  /** {@code , in 4 pieces with qkv}, or nothing. */
  private String inPieces(@Nullable Pieces pieces) {
    String text = pieces == null ? "" : pieces.describe(sizes);
    return text.isEmpty() ? "" : ", " + text;
  }

  /** What an all-to-all is made of; nothing for the others. */
  private String transport(Communicate node, long members) {
    if (!node.kind().isExchange()) {
      return "";
    }
    if (node.way() != null && node.isByNode()) {
      Optional<ByNode> messages = ByNode.of(node, node.way(), plan, numbers, sizes);
      if (messages.isPresent()) {
        return messages.get().describe();
      }
    }
    Transport transport = Transport.of(node, plan, numbers);
    String form =
        switch (transport) {
          case MESSAGES -> "pairwise, steps: %,d";
          case DIRECT -> "direct, steps: %,d";
          case RING -> "ring, steps: %,d";
        };
    return String.format(Locale.ROOT, form, transport.steps(members));
  }

  /** The kernels of the steps, and what goes round beside them. */
  private void ring(Ring ring, String operation) {
    if (ring.reach() != null) {
      neighbours(ring, ring.reach(), operation);
      return;
    }
    long steps = sizes.ranks(ring.axes());
    Compute kernel = ring.kernel();
    compute(kernel, operation, kernel.bytes(), steps == 1 ? "" : ", step 1 of " + steps);
    String later = steps == 2 ? ", step 2" : ", each of steps 2 to " + steps;
    if (steps > 1) {
      compute(kernel, operation, ring.laterBytes(), later);
    }
    round(ring, ring.keysOperation(), ring.tensors(), steps - 1);
    Compute sum = ring.sum();
    if (sum != null) {
      if (steps > 1) {
        compute(sum, sum.operation(), sum.bytes(), later);
      }
      List<String> gradients = ring.tensors().stream().map(tensor -> "d" + tensor).toList();
      round(ring, sum.operation(), gradients, steps == 1 ? 0 : steps);
    }
  }

  /** The kernels on the rank's own keys and on those that come, and what comes. */
  private void neighbours(Ring ring, Reach reach, String operation) {
    compute(ring.kernel(), operation, ring.kernel().bytes(), "");
    Compute rest = reach.rest();
    if (rest != null && sizes.of(rest.operations()) > 0) {
      compute(rest, rest.operation(), rest.bytes(), "");
    }
    fromNeighbours(ring, reach, ring.keysOperation(), ring.tensors());
    Compute sum = ring.sum();
    if (sum != null) {
      if (sizes.of(sum.operations()) > 0) {
        compute(sum, sum.operation(), sum.bytes(), "");
      }
      List<String> gradients = ring.tensors().stream().map(tensor -> "d" + tensor).toList();
      fromNeighbours(ring, reach, sum.operation(), gradients);
    }
  }

  private void fromNeighbours(Ring ring, Reach reach, String operation, List<String> tensors) {
    int parts = sizes.neighbours(ring, reach).parts().size();
    text.append(
        String.format(
            Locale.ROOT,
            NODE,
            operation,
            "neighbours",
            over(ring.axes()),
            parts == 0
                ? "nothing to do"
                : parts == 1 ? "1 message of" : String.format("%,d messages, in all", parts),
            String.format(Locale.ROOT, "%,d B", sizes.of(reach.received())),
            String.join(", ", tensors)));
  }

  private void round(Ring ring, String operation, List<String> tensors, long messages) {
    text.append(
        String.format(
            Locale.ROOT,
            NODE,
            operation,
            "ring",
            over(ring.axes()),
            messages == 0 ? "nothing to do" : messages(messages),
            String.format(Locale.ROOT, "%,d B", sizes.of(ring.message())),
            String.join(", ", tensors)));
  }

  private static String messages(long count) {
    return count == 1 ? "1 message of" : String.format(Locale.ROOT, "%,d messages of", count);
  }

  private void step() {
    text.append('\n');
    line("weights");
    long all = ParameterCount.of(plan.model(), numbers);
    long trained = ParameterCount.trained(plan, numbers);
    if (trained == all) {
      line("  parameters %,d in all", all);
    } else {
      line("  parameters %,d in all, %,d trained", all, trained);
    }
    Step step = program.step();
    for (Step.GradientGroup group : step.first()) {
      group("summed first over " + String.join(", ", group.axes()), group.weights());
    }
    for (Step.DataGroup group : step.data()) {
      if (group.weights().isEmpty()) {
        continue;
      }
      String over = String.join(", ", group.axes());
      group(over.isEmpty() ? "whole on every rank" : "summed over " + over, group.weights());
    }
    text.append(new UnitExplanation(program, numbers, sizes).text());
    text.append(new StepExplanation(program, numbers, sizes).text());
  }

  private void group(String what, List<LocalWeight> weights) {
    line("  gradients %s:", what);
    Set<LocalWeight> each = new LinkedHashSet<>(weights);
    for (LocalWeight weight : each) {
      Sharding gradient = Objects.requireNonNull(weight.gradient());
      String lies = gradient.describe(weight.weight().dims());
      line(
          "    %-24s %-28s %,d elements on a rank",
          weight.weight().fullName(), lies, sizes.of(weight.gradientElements()));
    }
  }
}
