package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds loads of experts. */
final class LoadBuilder {
  private final Leaves leaves;

  LoadBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Load> load(TfmParser.LoadContext load) {
    List<Declaration.Routed> items =
        Leaves.lines(
            load.loadItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.LoadHeadContext head = load.loadHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Load(leaves.name(head.name()), leaves.documentation(load), items));
  }

  private Declaration.Routed item(TfmParser.LoadItemContext item) {
    List<Long> numbers =
        item.INTEGER().stream().map(TerminalNode::getSymbol).map(leaves::integer).toList();
    boolean hasMicroBatch = item.MICRO_BATCH() != null;
    return new Declaration.Routed(
        numbers.get(0),
        hasMicroBatch ? numbers.get(1) : null,
        numbers.subList(hasMicroBatch ? 2 : 1, numbers.size()),
        leaves.span(item));
  }
}
