package io.heddle.cli.language;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.PointResult.Memory;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.ByNode;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.mode.UnsupportedModeException;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is known of a plan that compiles. Used by one thread, but for what it takes to run. */
public final class PlanFacts {
  private final Compiled compiled;
  private final boolean fits;
  private final Sizes sizes;
  private @Nullable PipelineFlattener flattener;
  private @Nullable NodeTimes times;

  /**
   * A node with its place.
   *
   * @param section of the program
   * @param pass of the section
   */
  public record Placed(Section section, Pass pass, LocalNode node) {
    /** {@code attention.gather.a}, as in traces; {@code reduce.dp} at the end of the step. */
    public String name() {
      return node instanceof LocalNode.StepCollective
          ? node.operation()
          : section.block().name() + "." + node.operation();
    }

    /** Whether it runs in forward passes. */
    public boolean isForward() {
      return pass.kind() == Pass.Kind.FORWARD;
    }
  }

  /**
   * Facts of a plan.
   *
   * @param fits whether it fits its machine; else nothing is known of times
   */
  public PlanFacts(Compiled compiled, boolean fits) {
    this.compiled = compiled;
    this.fits = fits;
    this.sizes = new Sizes(compiled.numbers());
  }

  public Compiled compiled() {
    return compiled;
  }

  public Plan plan() {
    return compiled.plan();
  }

  public RankProgram program() {
    return compiled.program();
  }

  public Sizes sizes() {
    return sizes;
  }

  /** The messages of an exchange that goes by node; empty of all other communication. */
  Optional<ByNode> byNode(LocalNode.Communicate node) {
    return node.way() != null && node.isByNode()
        ? ByNode.of(node, node.way(), plan(), compiled.numbers(), sizes)
        : Optional.empty();
  }

  /** Bytes of a collective, or that a rank sends where it is made of messages of other sizes. */
  long bytes(LocalNode.Communicate node) {
    return byNode(node).map(ByNode::sent).orElseGet(() -> sizes.of(node.bytes()));
  }

  /** Ranks along axes. */
  public long ranks(List<String> axes) {
    return sizes.ranks(axes);
  }

  /** Bytes that a rank gives to a collective of the end of the step, on the stage that has most. */
  long mostBytes(LocalNode.StepCollective collective) {
    long most = 0;
    for (int stage = 0; stage < compiled.numbers().stages(plan()); stage++) {
      Sizes here = sizes.onStage(plan(), stage);
      most = Math.max(most, here.takesPart(collective.group()) ? here.of(collective.bytes()) : 0);
    }
    return most;
  }

  /** All nodes of the passes that a step runs, in their order. */
  public List<Placed> nodes() {
    List<Placed> nodes = new ArrayList<>();
    for (Section section : program().allBlocks()) {
      if (plan().model().makesMoreElsewhere(section.block())) {
        // What it does is among what its block does in other layers.
        continue;
      }
      for (Pass pass : section.run()) {
        if (!pass.recomputes()) {
          pass.nodes().forEach(node -> nodes.add(new Placed(section, pass, node)));
        }
      }
    }
    return nodes;
  }

  /** The same, and those of the end of the step. */
  List<Placed> nodesOfStepToo() {
    List<Placed> nodes = new ArrayList<>(nodes());
    Pass step = program().step().pass();
    step.nodes().forEach(node -> nodes.add(new Placed(program().head(), step, node)));
    return nodes;
  }

  /** The nodes that belong to a statement which begins on this line. */
  public List<Placed> nodesAt(String path, int line) {
    return nodes().stream()
        .filter(
            placed -> {
              Span statement = placed.node().origin().statement();
              return statement.line() == line && statement.source().path().equals(path);
            })
        .toList();
  }

  /** How long a node lasts, in ns; empty where it is not known. */
  public OptionalLong nanos(Placed placed) {
    if (!fits) {
      return OptionalLong.empty();
    }
    try {
      if (times == null) {
        times = NodeTimes.of(flattener());
      }
      return times.nanos(placed.isForward(), placed.name());
    } catch (ArithmeticException | Failure e) {
      return OptionalLong.empty();
    }
  }

  private synchronized PipelineFlattener flattener() {
    if (flattener == null) {
      flattener = new Interpreter().load(compiled);
    }
    return flattener;
  }

  /** Figures of a step, by formulas; empty where it does not fit its machine or does not end. */
  public Optional<Figures> figures(StepProgress progress) {
    try {
      return step(progress).map(report -> Figures.of(report, Memory.of(compiled)));
    } catch (Failure | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /**
   * A step, by formulas; empty where it does not fit its machine, does not end, or has loads of
   * experts.
   */
  public Optional<StepReport> step(StepProgress progress) {
    if (!fits) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          ModeSimulation.run(flattener(), Mode.ANALYTICAL, SimulationOptions.DEFAULT, progress));
    } catch (UnfinishedStepException | UnsupportedModeException | Failure | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Emits the traces of a step; empty where the plan does not fit its machine. */
  public Optional<Flattener> traces() {
    return fits ? Optional.of(flattener()) : Optional.empty();
  }
}
