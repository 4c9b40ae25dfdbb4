package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model lies on a mesh.
 *
 * @param layout the axes of the mesh, outermost to innermost
 * @param pipelineAxis the axis that splits the layers; null where none does
 * @param shard axes of each dimension
 * @param stream where the stream tensor is stored otherwise than {@code shard} says
 */
public record Plan(
    String name,
    String documentation,
    Model model,
    List<MeshAxis> layout,
    @Nullable AxisUse pipelineAxis,
    Map<Dim, List<AxisUse>> shard,
    Map<Dim, List<AxisUse>> stream,
    List<Pin> pins,
    Batch batch,
    Schedule schedule,
    Stages stages,
    Recompute recompute,
    Optimizer optimizer,
    Formats formats,
    Cluster cluster,
    Span span) {
  /** An axis of the mesh with its size. */
  public record MeshAxis(String name, Expression size, Span span) {}

  /** An axis where it is used. */
  public record AxisUse(String axis, Span span) {}

  /**
   * A tensor whose type is given.
   *
   * @param gradient whether it is the product that makes the weight's gradient
   */
  public record Pin(boolean gradient, Operand tensor, Map<Dim, List<AxisUse>> split, Span span) {}

  /** Sequences in a step, over all replicas, and in a micro-batch of one replica. */
  public record Batch(Expression batch, Expression microBatch, Span span) {}

  /** Name of a schedule. */
  public record Schedule(String name, Span span) {}

  /**
   * How the layers are dealt out: {@code listed} where it is not empty, else balanced or equally.
   */
  public record Stages(boolean balanced, List<Run> listed, Span span) {}

  /** So many stages, each of so many layers. */
  public record Run(Expression stages, Expression layers) {}

  /** Whether every layer is computed again. */
  public record Recompute(boolean full, Span span) {}

  /** The optimizer and the axes that its states are split over. */
  public record Optimizer(String algorithm, List<AxisUse> shardedOver, Span span) {}

  /** Formats of tensors and of weight gradients. */
  public record Formats(String tensors, String gradients, Span span) {}

  /** The axis of the mesh with this name. */
  public Optional<MeshAxis> axis(String axis) {
    return layout.stream().filter(candidate -> candidate.name().equals(axis)).findFirst();
  }

  /** The names of the axes that {@code shard} gives the dimension. */
  public List<String> shardOf(Dim dim) {
    return shard.getOrDefault(dim, List.of()).stream().map(AxisUse::axis).toList();
  }
}
