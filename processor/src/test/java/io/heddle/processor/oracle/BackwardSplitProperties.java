package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.lower.BackwardSplit;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A backward pass in two parts, of random models. */
final class BackwardSplitProperties {
  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  private static void eachBlock(String text, Consumer<Section> check) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    Assume.that(!compiled.get().plan().schedule().forwardOnly());
    RankProgram program = compiled.get().program();
    program.allBlocks().stream()
        .filter(block -> !block.backward().isEmpty() && !result(block).isBefore())
        .forEach(check);
  }

  private static BackwardSplit split(Section block) {
    return BackwardSplit.of(block.backward(), List.of(result(block)), Set.of());
  }

  private static Value result(Section block) {
    return block.pass(Pass.Kind.BACKWARD, false).orElseThrow().result();
  }

  private static List<String> operations(List<LocalNode> nodes) {
    return nodes.stream().map(LocalNode::operation).toList();
  }

  private static boolean isOfTensors(LocalNode node) {
    return node instanceof Compute compute && !compute.kernel().addsToGradient();
  }

  @Property(tries = 300)
  void bothPartsMakeTheWholeInItsOrder(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          BackwardSplit split = split(block);
          List<String> both = new ArrayList<>(operations(split.input()));
          both.addAll(operations(split.weight()));
          assertThat(both).containsExactlyInAnyOrderElementsOf(operations(block.backward()));
          for (List<LocalNode> part : List.of(split.input(), split.weight())) {
            for (Class<? extends LocalNode> kind : List.of(Compute.class, Communicate.class)) {
              List<String> some = operations(part.stream().filter(kind::isInstance).toList());
              List<String> all = new ArrayList<>(operations(block.backward()));
              all.retainAll(some);
              assertThat(some).isEqualTo(all);
            }
          }
        });
  }

  /** What the kernels of the forward pass left is there for those of the first part. */
  @Property(tries = 300)
  void whatIsComputedAgainStandsInTheFirstPart(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          Pass pass = block.pass(Pass.Kind.BACKWARD, true).orElse(null);
          Pass.Again again = pass == null ? null : pass.again();
          if (pass != null && again != null && !again.whole()) {
            BackwardSplit split = BackwardSplit.of(pass.nodes(), pass.results(), again.values());
            Set<Value> first = new HashSet<>();
            split.input().forEach(node -> first.addAll(node.outputs()));
            assertThat(first).containsAll(again.values());
            List<LocalNode> all = new ArrayList<>(split.input());
            all.addAll(split.weight());
            assertThat(operations(all))
                .containsExactlyInAnyOrderElementsOf(operations(pass.nodes()));
          }
        });
  }

  @Property(tries = 300)
  void everyNodeComesAfterWhatItWaitsFor(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          BackwardSplit split = split(block);
          Set<Value> made = new HashSet<>(Set.of(Section.RESULT_GRADIENT));
          for (LocalNode node : split.input()) {
            assertThat(made).as(node.operation()).containsAll(node.inputs());
            made.addAll(node.outputs());
          }
          made.clear();
          for (LocalNode node : split.weight()) {
            assertThat(made).as(node.operation()).containsAll(node.inputs());
            made.addAll(node.outputs());
          }
        });
  }

  /**
   * So that gradients of inputs are had early: beside what they need, the first part has only
   * gradients of other tensors, and what reads something that it does not wait for.
   */
  @Property(tries = 300)
  void theFirstPartHasNoMoreThanItMust(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          BackwardSplit split = split(block);
          assertThat(split.weight()).noneMatch(BackwardSplitProperties::isOfTensors);
          List<LocalNode> input = split.input();
          Set<Value> used = upstream(input, result(block));
          input.forEach(node -> used.addAll(node.inputs()));
          assertThat(split.weight()).noneMatch(node -> used.contains(node.output()));
          Set<Value> needed = upstream(input, result(block));
          for (LocalNode node : input) {
            if (isOfTensors(node)) {
              needed.addAll(upstream(input, node.output()));
            }
          }
          Set<Value> awaited =
              awaited(input.stream().filter(node -> needed.contains(node.output())).toList());
          Set<Value> unsure = new HashSet<>(Set.of(Section.RESULT_GRADIENT));
          input.stream()
              .filter(Communicate.class::isInstance)
              .forEach(node -> unsure.add(node.output()));
          unsure.removeAll(awaited);
          for (LocalNode node : input) {
            if (!used.contains(node.output()) && !isOfTensors(node)) {
              assertThat(upstream(input, node.output()))
                  .as(node.operation())
                  .containsAnyElementsOf(unsure);
            }
          }
        });
  }

  /** What is held between the parts is what kernels of the second read: nothing is left out. */
  @Property(tries = 300)
  void whatTheSecondPartReadsIsNoted(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          BackwardSplit split = split(block);
          Set<String> second = new HashSet<>(operations(split.weight()));
          Set<String> held = new HashSet<>();
          split.held().forEach(each -> held.add(each.name()));
          Set<Value> made = new HashSet<>();
          split.weight().forEach(node -> made.addAll(node.outputs()));
          for (LocalNode node : block.backward()) {
            if (second.contains(node.operation()) && node instanceof Compute compute) {
              Set<Value> noted = new HashSet<>();
              compute.reads().forEach(read -> noted.add(read.value()));
              assertThat(noted).as(node.operation()).containsAll(node.inputs());
              compute.reads().stream()
                  .filter(read -> !made.contains(read.value()))
                  .forEach(read -> assertThat(held).contains(read.tensor()));
            }
          }
          Set<String> given = new HashSet<>();
          block.kept(false).forEach(saved -> given.add(saved.name()));
          for (String name : held) {
            assertThat(given.contains(name) || name.startsWith("d")).as(name).isTrue();
          }
        });
  }

  /** A value and all that it is made from. */
  private static Set<Value> upstream(List<LocalNode> nodes, Value value) {
    Set<Value> upstream = new HashSet<>(Set.of(value));
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (upstream.contains(nodes.get(i).output())) {
        upstream.addAll(nodes.get(i).inputs());
      }
    }
    return upstream;
  }

  /** What kernels wait for, at once or over collectives. */
  private static Set<Value> awaited(List<LocalNode> nodes) {
    Set<Value> awaited = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      LocalNode node = nodes.get(i);
      if (node instanceof Compute || awaited.contains(node.output())) {
        awaited.addAll(node.inputs());
      }
    }
    return awaited;
  }

  /**
   * The second part waits for nothing of the first: the order of kernels must do. So a kernel of
   * the first part follows, at once or over other collectives, each collective that the second
   * uses.
   */
  @Property(tries = 300)
  void whatTheSecondPartUsesHasBeenWaitedFor(@ForAll("models") String text) {
    eachBlock(
        text,
        block -> {
          BackwardSplit split = split(block);
          Map<Value, LocalNode> first = new HashMap<>();
          split.input().forEach(node -> first.put(node.output(), node));
          Set<Value> awaited = awaited(split.input());
          Set<String> second = new HashSet<>(operations(split.weight()));
          for (LocalNode node : block.backward()) {
            if (second.contains(node.operation())) {
              for (Value input : node.inputs()) {
                if (first.get(input) instanceof Communicate
                    || input.equals(Section.RESULT_GRADIENT)) {
                  assertThat(awaited).as("%s of %s", input, node.operation()).contains(input);
                }
              }
            }
          }
        });
  }
}
