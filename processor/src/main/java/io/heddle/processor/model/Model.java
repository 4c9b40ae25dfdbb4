package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  /** Layers that follow a pattern, which begins anew until there are {@code repetitions}. */
  public record Stack(Expression repetitions, List<Run> pattern, Span span) {
    public Stack {
      pattern = List.copyOf(pattern);
    }

    /** Of its place, which no other stack of the model has. */
    @Override
    public int hashCode() {
      return span.hashCode();
    }

    /** The kinds of its layers, each once, by their numbers. */
    public List<LayerKind> kinds() {
      Map<Integer, LayerKind> kinds = new TreeMap<>();
      pattern.forEach(run -> kinds.put(run.kind().number(), run.kind()));
      return List.copyOf(kinds.values());
    }
  }

  /**
   * Layers of one kind that follow one another in a pattern.
   *
   * @param count null for one
   */
  public record Run(@Nullable Expression count, LayerKind kind) {}

  /**
   * Layers that consist of the same blocks.
   *
   * @param number its place among all kinds of the model
   */
  public record LayerKind(int number, List<Block> blocks) {
    public LayerKind {
      blocks = List.copyOf(blocks);
    }
  }

  /** The kinds of layers, by their numbers. */
  public List<LayerKind> layerKinds() {
    return stacks.stream().flatMap(stack -> stack.kinds().stream()).toList();
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
