package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  public record Stack(Expression repetitions, List<Block> blocks, Span span) {
    /** Of its place, which no other stack of the model has. */
    @Override
    public int hashCode() {
      return span.hashCode();
    }
  }

  /** A condition on the parameters. */
  public record Requirement(Expression condition, String message, Span span) {}

  /** The dimensions that number the rows of an expert, with the operation that makes them. */
  public Map<Dim, Operation.Dispatch> expertRows() {
    Map<Dim, Operation.Dispatch> rows = new LinkedHashMap<>();
    for (Block block : allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Operation.Dispatch dispatch) {
          rows.putIfAbsent(dispatch.rows(), dispatch);
        }
      }
    }
    return rows;
  }

  /** Embedding, blocks, head. */
  public List<Block> allBlocks() {
    List<Block> all = new ArrayList<>();
    all.add(embed);
    all.addAll(blocks);
    all.add(head);
    return all;
  }
}
