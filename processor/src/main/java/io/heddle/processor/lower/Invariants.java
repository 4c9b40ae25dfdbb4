package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Step;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What holds of a program behind each rewrite: values are made once and before they are read, work
 * and order of communication are what they were, both parts of a backward pass do the work of the
 * whole, and every gradient is added up over the axes over which it is a partial sum. What does not
 * hold is a fault of the compiler, reported as one.
 */
final class Invariants {
  private final String rewrite;
  private final Diagnostics diagnostics;

  private Invariants(String rewrite, Diagnostics diagnostics) {
    this.rewrite = rewrite;
    this.diagnostics = diagnostics;
  }

  /** Looks at the program that the lowering begins with. */
  static void check(RankProgram program, Diagnostics diagnostics) {
    new Invariants("Lowering", diagnostics).check(program);
  }

  /** Looks at what a rewrite has made of a program. */
  static void check(
      RankProgram before, Rewrite rewrite, RankProgram after, Diagnostics diagnostics) {
    if (before.equals(after)) {
      return;
    }
    Invariants invariants = new Invariants(rewrite.getClass().getSimpleName(), diagnostics);
    invariants.check(after);
    invariants.compare(before, rewrite.conserves(), after);
  }

  private void check(RankProgram program) {
    for (Section section : program.allBlocks()) {
      for (Pass pass : section.passes()) {
        checkValues(section, pass);
        if (pass.kind() == Pass.Kind.BACKWARD_OF_INPUTS) {
          checkParts(section, pass);
        }
      }
    }
    if (!program.step().pass().nodes().isEmpty()) {
      values(program.plan().optimizer().span(), "step", program.step().pass());
      program.allBlocks().forEach(section -> checkGradients(section, program.step()));
    }
  }

  private void checkValues(Section section, Pass pass) {
    values(section.block().span(), place(section, pass), pass);
  }

  private static String place(Section section, Pass pass) {
    return section.block().name() + ", " + pass.title();
  }

  private void values(Span span, String place, Pass pass) {
    Set<Value> made = new HashSet<>();
    made.add(Value.BEFORE);
    made.add(pass.argument());
    made.addAll(pass.sides().given());
    for (LocalNode node : pass.nodes()) {
      for (Value input : node.inputs()) {
        isMade(made, input, node.span(), place, node.operation());
      }
      if (node instanceof StepCollective collective) {
        isMade(made, collective.instead(), node.span(), place, node.operation());
      }
      for (Value output : node.outputs()) {
        if (!made.add(output)) {
          fault(Code.MADE_TWICE, node.span(), place, output.name(), node.operation());
        }
      }
    }
    for (Value result : pass.results()) {
      isMade(made, result, span, place, "what comes behind");
    }
  }

  private void isMade(Set<Value> made, Value read, Span span, String place, String reader) {
    if (!made.contains(read)) {
      fault(Code.READ_BEFORE_MADE, span, place, reader, read.name());
    }
  }

  /** Both parts of a backward pass do what the whole pass does. */
  private void checkParts(Section section, Pass inputs) {
    Pass whole = section.pass(Pass.Kind.BACKWARD, inputs.recomputes()).orElse(null);
    Pass weights = section.passIn(Pass.Kind.BACKWARD_OF_WEIGHTS, inputs.recomputes()).orElse(null);
    if (whole != null && weights != null) {
      List<LocalNode> both = new ArrayList<>(inputs.nodes());
      both.addAll(weights.nodes());
      sameWork(section.block().span(), place(section, inputs), whole.nodes(), both);
    }
  }

  /** The step adds up each gradient over exactly the axes over which it is a partial sum. */
  private void checkGradients(Section section, Step step) {
    for (LocalWeight weight : section.weights()) {
      List<String> reduced = new ArrayList<>();
      step.first().stream()
          .filter(group -> group.weights().contains(weight))
          .forEach(group -> reduced.addAll(group.axes()));
      step.data().stream()
          .filter(group -> group.weights().contains(weight))
          .forEach(group -> reduced.addAll(group.axes()));
      Set<String> partial = weight.partial();
      if (reduced.size() != partial.size() || !partial.containsAll(reduced)) {
        fault(
            Code.GRADIENT_NOT_REDUCED,
            weight.weight().span(),
            "step",
            weight.weight().fullName(),
            words(partial),
            words(reduced));
      }
    }
  }

  private static String words(Collection<String> axes) {
    return axes.isEmpty() ? "nothing" : String.join(", ", new TreeSet<>(axes));
  }

  private void compare(RankProgram before, Set<Rewrite.Conserved> conserved, RankProgram after) {
    List<Section> sections = after.allBlocks();
    for (int i = 0; i < sections.size(); i++) {
      Section section = sections.get(i);
      for (Pass old : before.allBlocks().get(i).passes()) {
        List<LocalNode> now =
            section.pass(old.kind(), old.recomputes()).map(Pass::nodes).orElse(List.of());
        if (!now.equals(old.nodes())) {
          if (conserved.contains(Rewrite.Conserved.WORK)) {
            sameWork(section.block().span(), place(section, old), old.nodes(), now);
          }
          if (conserved.contains(Rewrite.Conserved.ORDER)) {
            sameOrder(section.block().span(), place(section, old), old.nodes(), now);
          }
        }
      }
    }
  }

  private void sameWork(Span span, String place, List<LocalNode> before, List<LocalNode> after) {
    Map<String, LocalNode> left = new HashMap<>();
    before.forEach(node -> left.put(node.operation(), node));
    for (LocalNode node : after) {
      LocalNode old = left.remove(node.operation());
      if (old == null || !doesTheSame(old, node)) {
        fault(Code.WORK_CHANGED, node.span(), place, node.operation());
      }
    }
    left.keySet().forEach(lost -> fault(Code.WORK_CHANGED, span, place, lost));
  }

  private static boolean doesTheSame(LocalNode one, LocalNode other) {
    if (one == other) {
      return true;
    }
    if (one instanceof Compute kernel && other instanceof Compute now) {
      return kernel.operations().equals(now.operations()) && kernel.bytes().equals(now.bytes());
    }
    if (one instanceof Communicate collective && other instanceof Communicate now) {
      return collective.kind() == now.kind()
          && collective.axes().equals(now.axes())
          && collective.bytes().equals(now.bytes());
    }
    return one instanceof Ring ring
        && other instanceof Ring now
        && ring.message().equals(now.message())
        && doesTheSame(ring.kernel(), now.kernel());
  }

  private void sameOrder(Span span, String place, List<LocalNode> before, List<LocalNode> after) {
    List<String> was = communication(before);
    List<String> is = communication(after);
    if (!was.equals(is)) {
      fault(Code.ORDER_CHANGED, span, place, String.join(", ", is), String.join(", ", was));
    }
  }

  private static List<String> communication(List<LocalNode> nodes) {
    List<String> operations = new ArrayList<>();
    for (LocalNode node : nodes) {
      if (!(node instanceof Compute)) {
        operations.add(node.operation());
      }
    }
    return operations;
  }

  private void fault(Code code, Span span, String place, Object... rest) {
    List<Object> arguments = new ArrayList<>(List.of(rewrite, place));
    arguments.addAll(List.of(rest));
    diagnostics.report(code, span, arguments.toArray()).add();
  }
}
