package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A rewrite that breaks a program is found out, and said to be a fault of ours. */
final class InvariantsTest {
  private static final RankProgram PROGRAM = Sources.shipped("llama3_8b.tfm", "Node8").program();

  private static List<Code> faults(Rewrite rewrite) {
    Diagnostics diagnostics = new Diagnostics();
    Invariants.check(PROGRAM, rewrite, rewrite.apply(PROGRAM), diagnostics);
    List<Diagnostic> found = diagnostics.all();
    if (!found.isEmpty()) {
      assertThat(Rendering.of(found)).contains("a fault of Heddle", "help: ");
    }
    return found.stream().map(Diagnostic::code).distinct().toList();
  }

  private static Rewrite eachPass(UnaryOperator<List<LocalNode>> change) {
    return program -> program.mapNodes((block, nodes) -> change.apply(new ArrayList<>(nodes)));
  }

  @Test
  void ofAllPlansHold() {
    for (Compiled compiled : Sources.allPlans()) {
      Diagnostics diagnostics = new Diagnostics();
      Lowering.steps(compiled.plan(), diagnostics);
      assertThat(diagnostics.hasErrors()).as(compiled.plan().name()).isFalse();
      Invariants.check(compiled.program(), diagnostics);
      assertThat(diagnostics.hasErrors()).as(compiled.plan().name()).isFalse();
    }
  }

  @Test
  void aNodeThatIsLost() {
    Rewrite loses =
        eachPass(
            nodes -> {
              nodes.remove(0);
              return nodes;
            });
    assertThat(faults(loses)).contains(Code.READ_BEFORE_MADE, Code.WORK_CHANGED);
  }

  @Test
  void aNodeThatComesTooLate() {
    Rewrite reverses =
        eachPass(
            nodes -> {
              Collections.reverse(nodes);
              return nodes;
            });
    assertThat(faults(reverses)).contains(Code.READ_BEFORE_MADE, Code.ORDER_CHANGED);
  }

  @Test
  void aNodeThatStandsTwice() {
    Rewrite doubles =
        eachPass(
            nodes -> {
              nodes.add(nodes.get(0));
              return nodes;
            });
    assertThat(faults(doubles)).contains(Code.MADE_TWICE, Code.WORK_CHANGED);
  }

  @Test
  void collectivesInAnotherOrder() {
    Rewrite swaps =
        eachPass(
            nodes -> {
              List<LocalNode> collectives =
                  nodes.stream().filter(Communicate.class::isInstance).toList();
              if (collectives.size() > 1) {
                int last = nodes.indexOf(collectives.get(collectives.size() - 1));
                nodes.add(0, nodes.remove(last).waitingFor(List.of()));
              }
              return nodes;
            });
    assertThat(faults(swaps)).contains(Code.ORDER_CHANGED);
  }

  @Test
  void aPartOfABackwardPassThatDoesLess() {
    Rewrite halves =
        program ->
            program.mapBlocks(
                section -> {
                  Pass whole = section.pass(Pass.Kind.BACKWARD, false).orElseThrow();
                  List<Pass> passes = new ArrayList<>(section.passes());
                  for (Pass.Kind kind :
                      List.of(Pass.Kind.BACKWARD_OF_INPUTS, Pass.Kind.BACKWARD_OF_WEIGHTS)) {
                    passes.add(
                        new Pass(
                            kind,
                            null,
                            whole.argument(),
                            List.of(),
                            io.heddle.processor.program.Value.BEFORE,
                            List.of(),
                            List.of()));
                  }
                  return section.with(passes);
                });
    assertThat(faults(halves)).containsExactly(Code.WORK_CHANGED);
  }

  @Test
  void aGradientThatIsAddedUpElsewhere() {
    Rewrite forgets =
        program ->
            program.mapBlocks(
                section ->
                    new Section(
                        section.block(),
                        section.passes(),
                        section.weights().stream()
                            .map(
                                weight ->
                                    new LocalWeight(
                                        weight.weight(),
                                        weight.sharding(),
                                        new Sharding(weight.gradient().split(), Set.of("cp"))))
                            .toList()));
    assertThat(faults(forgets)).containsExactly(Code.GRADIENT_NOT_REDUCED);
  }
}
