package io.heddle.processor.local;

import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What every rank does.
 *
 * @param stream how the stream tensor is stored between blocks
 */
public record LocalProgram(
    Plan plan,
    Sharding stream,
    BlockProgram embed,
    List<BlockProgram> blocks,
    BlockProgram head,
    Step step) {
  public LocalProgram {
    blocks = List.copyOf(blocks);
  }

  /** Embedding, blocks, head. */
  public List<BlockProgram> allBlocks() {
    List<BlockProgram> all = new ArrayList<>();
    all.add(embed);
    all.addAll(blocks);
    all.add(head);
    return all;
  }

  /**
   * Whether the backward pass of a block comes in two parts. That of the embedding does not: no
   * stage waits for it.
   */
  public boolean splitsBackward(BlockProgram block) {
    return plan.schedule().kind().splitsBackward() && !block.equals(embed);
  }

  /**
   * The axes whose ranks send a share of the stream each, because all of them have it whole; none
   * unless the plan says so.
   */
  public List<String> messageAxes() {
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline == null || !plan.schedule().splitMessages()) {
      return List.of();
    }
    Set<String> taken = new HashSet<>(stream.splitAxes());
    for (Plan.View view : plan.views()) {
      if (view.to().stream().anyMatch(axis -> stream.splitAxes().contains(axis.name()))) {
        taken.addAll(view.from());
      }
    }
    taken.add(pipeline.axis());
    return plan.layout().stream()
        .map(Plan.MeshAxis::name)
        .filter(axis -> !taken.contains(axis))
        .toList();
  }

  /** The axes over which different ranks have different gradients when all are reduced. */
  public List<String> gradientAxes() {
    Set<String> axes = new HashSet<>();
    for (BlockProgram block : allBlocks()) {
      block.weights().forEach(weight -> axes.addAll(weight.sharding().splitAxes()));
    }
    step.data().keySet().forEach(data -> axes.addAll(scatterAxes(data)));
    for (Plan.View view : plan.views()) {
      if (view.to().stream().anyMatch(axis -> axes.contains(axis.name()))) {
        axes.addAll(view.from());
      }
    }
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline != null) {
      axes.add(pipeline.axis());
    }
    return plan.layout().stream().map(Plan.MeshAxis::name).filter(axes::contains).toList();
  }

  /** The axes of a data group over which its gradients are reduce-scattered. */
  public List<String> scatterAxes(List<String> data) {
    return data.stream().filter(plan::isOptimizerSharded).toList();
  }

  /** The axes of a data group over which shards of its gradients are all-reduced. */
  public List<String> otherAxes(List<String> data) {
    return data.stream().filter(axis -> !plan.isOptimizerSharded(axis)).toList();
  }

  /** Elements of the stream tensor on one rank. */
  public Size streamElements() {
    return stream.elements(plan.model().stream());
  }
}
