package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model.
 *
 * @param stream dimensions of the tensor that runs through all layers
 * @param tied the table that the head uses again; null where it has a weight of its own
 */
public record Model(
    String name,
    String documentation,
    List<Parameter> parameters,
    List<Dim> dims,
    List<Block> blocks,
    List<Stack> stacks,
    Block embed,
    Block head,
    List<Dim> stream,
    @Nullable Weight tied,
    List<Requirement> requirements,
    Span span) {
  /** A parameter with the value it has unless a plan or the command line says otherwise. */
  public record Parameter(String name, Expression value, Span span) {}

  /** Layers that consist of the same blocks, {@code repetitions} times. */
  public record Stack(Expression repetitions, List<Block> blocks, Span span) {}

  /** A condition on the parameters. */
  public record Requirement(Expression condition, String message, Span span) {}

  /** Embedding, blocks, head. */
  public List<Block> allBlocks() {
    List<Block> all = new ArrayList<>();
    all.add(embed);
    all.addAll(blocks);
    all.add(head);
    return all;
  }
}
