package io.heddle.processor.lower;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Sharding;
import java.util.List;

/**
 * What the all-to-alls of experts and of attention are made of, and sums of tensors, where the plan
 * says it.
 */
final class Exchanges {
  private final Plan plan;
  private final Block block;

  private Exchanges(Plan plan, Block block) {
    this.plan = plan;
    this.block = block;
  }

  /** The nodes of a block, with its all-to-alls and sums as the plan says. */
  static List<LocalNode> in(Block block, Plan plan, List<LocalNode> nodes) {
    Exchanges exchanges = new Exchanges(plan, block);
    return nodes.stream().map(exchanges::planned).toList();
  }

  /** Whether the node takes tokens to their experts or back, or gradients the same ways. */
  static boolean isOfExperts(Block block, LocalNode node) {
    return node instanceof Communicate exchange
        && exchange.kind().isExchange()
        && block.operations().stream()
            .anyMatch(
                operation ->
                    operation instanceof Operation.Dispatch
                        && operation.span().equals(exchange.span()));
  }

  private LocalNode planned(LocalNode node) {
    if (!(node instanceof Communicate exchange)) {
      return node;
    }
    if (!exchange.kind().isExchange()) {
      return exchange.kind() == CollectiveKind.ALL_REDUCE
              && plan.twoLevelSums().has(exchange.axes())
          ? exchange.inTwoLevels()
          : node;
    }
    for (Operation operation : block.operations()) {
      if (operation instanceof Operation.Dispatch && operation.span().equals(exchange.span())) {
        Communicate planned = exchange.by(plan.experts().exchange());
        return planned.isByNode() ? planned.inTwoLevels() : planned;
      }
      if (operation instanceof Operation.Declared own
          && own.span().equals(exchange.span())
          && own.of().scan() != null
          && movesKeys(exchange, own.of().scan().over())) {
        return exchange.by(plan.context().exchange());
      }
      if (operation instanceof Operation.Attend attend && movesKeys(exchange, attend.keys())) {
        return exchange.by(plan.context().exchange());
      }
    }
    return node;
  }

  /** Whether its axes leave the dimension for the time of attention, or come back to it. */
  private static boolean movesKeys(Communicate exchange, Dim over) {
    return splits(exchange.from(), over, exchange.axes())
        != splits(exchange.to(), over, exchange.axes());
  }

  private static boolean splits(Sharding sharding, Dim dim, List<String> axes) {
    return sharding.of(dim).containsAll(axes);
  }
}
