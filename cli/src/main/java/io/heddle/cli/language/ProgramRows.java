package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.cli.output.Quantities;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a rank runs, as rows of a table: each kernel and each message with the line that it comes
 * from. What concerns one rank alone is left out, as are passes that are computed again.
 */
public final class ProgramRows {
  private final PlanFacts facts;
  private final FactText text;

  private ProgramRows(PlanFacts facts) {
    this.facts = facts;
    this.text = new FactText(facts);
  }

  /**
   * A node.
   *
   * @param name as in traces
   * @param what it does, and its shape
   * @param size of its work, or of what it moves
   * @param time alone; empty where it is not known
   * @param isMessage whether it communicates
   * @param statement that it comes from
   */
  public record Row(
      String name, String what, String size, String time, boolean isMessage, Span statement) {}

  /** The rows of each pass of each block, in their order, by the name of the pass. */
  public static Map<String, List<Row>> of(PlanFacts facts) {
    ProgramRows rows = new ProgramRows(facts);
    Map<String, List<Row>> passes = new LinkedHashMap<>();
    for (Placed placed : facts.nodesOfStepToo()) {
      if (rows.isRun(placed.node())) {
        boolean isEnd = placed.pass().equals(facts.program().step().pass());
        passes
            .computeIfAbsent(title(placed, isEnd), unused -> new ArrayList<>())
            .add(rows.row(placed, isEnd));
      }
    }
    return passes;
  }

  private static String title(Placed placed, boolean isEnd) {
    return isEnd
        ? "end of the step"
        : placed.section().block().name() + ", " + placed.pass().kind().title();
  }

  private boolean isRun(LocalNode node) {
    if (node instanceof Communicate communicate) {
      return facts.ranks(communicate.axes()) > 1;
    }
    if (node instanceof Ring ring) {
      return facts.ranks(ring.axes()) > 1;
    }
    return !(node instanceof StepCollective collective) || facts.mostBytes(collective) > 0;
  }

  private Row row(Placed placed, boolean isEnd) {
    LocalNode node = placed.node();
    OptionalLong nanos = facts.nanos(placed);
    return new Row(
        isEnd ? node.operation() : placed.name(),
        isEnd && node instanceof Compute compute ? compute.title() : what(node),
        isEnd && node instanceof Compute compute ? mostWork(compute) : size(node, facts.sizes()),
        nanos.isPresent() ? Quantities.time((double) nanos.getAsLong()) : "",
        !(node instanceof Compute),
        node.origin().statement());
  }

  /** Of the stage that has most: at the end of the step, stages do not all do the same. */
  private String mostWork(Compute compute) {
    Sizes most = facts.sizes().onStage(facts.plan(), 0);
    for (int stage = 1; stage < facts.compiled().numbers().stages(facts.plan()); stage++) {
      Sizes here = facts.sizes().onStage(facts.plan(), stage);
      if (here.of(compute.bytes()) > most.of(compute.bytes())) {
        most = here;
      }
    }
    return size(compute, most);
  }

  private String what(LocalNode node) {
    if (node instanceof Compute compute) {
      return compute.title() + ": " + text.shape(compute.shape());
    }
    if (node instanceof Communicate communicate) {
      return "%s over %s (%d ranks): %s to %s"
          .formatted(
              communicate.kind().title(),
              String.join(", ", communicate.axes()),
              facts.ranks(communicate.axes()),
              communicate.from().describe(communicate.dims()),
              communicate.to().describe(communicate.dims()));
    }
    if (node instanceof Ring ring) {
      String what = ring.reach() == null ? "messages round a ring" : "messages of neighbours";
      return "%s over %s (%d ranks)"
          .formatted(what, String.join(", ", ring.axes()), facts.ranks(ring.axes()));
    }
    return ((StepCollective) node).kind().title();
  }

  private String size(LocalNode node, Sizes sizes) {
    if (node instanceof Compute compute) {
      return String.format(
          Locale.ROOT,
          "%,d FLOP, %s",
          sizes.of(compute.operations()),
          FactText.bytes(sizes.of(compute.bytes())));
    }
    if (node instanceof Communicate communicate) {
      return FactText.bytes(sizes.of(communicate.bytes()));
    }
    if (node instanceof Ring ring && ring.reach() != null) {
      return FactText.bytes(sizes.of(ring.reach().received())) + " in all";
    }
    return node instanceof Ring ring
        ? FactText.bytes(sizes.of(ring.message())) + " a message"
        : FactText.bytes(facts.mostBytes((StepCollective) node));
  }
}
