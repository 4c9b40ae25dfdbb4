package io.heddle.cli.interpret;

import io.heddle.plan.Precision;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.Value;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The end of the step on one stage: nodes that have nothing to do there are left out. */
final class StepCode {
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Value, Integer> places = new HashMap<>();
  private final int argument;

  /** A node of the stage. */
  private interface Node {
    void run(RankEmitter rank, long[] made);
  }

  /**
   * The end of the step on a stage.
   *
   * @param here sizes of the stage
   * @throws ArithmeticException if one does not fit into 63 bits
   */
  StepCode(ProgramCode code, Sizes here, Precision precision, @Nullable KernelTimes times) {
    Pass pass = code.program().step().pass();
    this.argument = pass.argument().isBefore() ? -1 : place(pass.argument());
    SizeList sizes = new SizeList();
    List<KernelForm> kernels = new ArrayList<>();
    for (LocalNode node : pass.nodes()) {
      if (node instanceof Compute kernel) {
        kernels.add(KernelForm.of(node.operation(), kernel, kernel.bytes(), sizes));
      }
    }
    long[] values = sizes.values(here);
    int next = 0;
    for (LocalNode node : pass.nodes()) {
      if (node instanceof Compute) {
        add(node, kernels.get(next++).in(values, precision, times));
      } else {
        add((StepCollective) node, code.group(((StepCollective) node).group()), here);
      }
    }
  }

  private void add(LocalNode node, Kernel kernel) {
    Places needs = places(node.inputs());
    int output = place(node.output());
    nodes.add(
        (rank, made) -> {
          needs.need(rank, made);
          made[output] = rank.compute(kernel);
        });
  }

  private void add(StepCollective node, int group, Sizes here) {
    long bytes = here.of(node.bytes());
    int output = place(node.output());
    if (bytes == 0 || !here.takesPart(node.group())) {
      int instead = node.instead().isBefore() ? -1 : place(node.instead());
      nodes.add((rank, made) -> made[output] = instead < 0 ? RankEmitter.NONE : made[instead]);
      return;
    }
    CollectiveNode collective =
        new CollectiveNode(node.operation(), node.kind(), Exchange.BY_NETWORK, group, 0);
    Places needs = places(node.inputs());
    nodes.add(
        (rank, made) -> {
          needs.need(rank, made);
          made[output] = collective.run(rank, bytes);
        });
  }

  private int place(Value value) {
    Integer known = places.get(value);
    if (known != null) {
      return known;
    }
    places.put(value, places.size());
    return places.size() - 1;
  }

  private Places places(List<Value> values) {
    return new Places(values.stream().map(this::place).toList());
  }

  /** Emits the nodes. */
  void run(RankEmitter rank) {
    long[] made = new long[places.size()];
    if (argument >= 0) {
      made[argument] = rank.reduced();
    }
    for (Node node : nodes) {
      node.run(rank, made);
    }
  }
}
