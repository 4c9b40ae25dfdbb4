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

  /** Elements of the stream tensor on one rank. */
  public Size streamElements() {
    return stream.elements(plan.model().stream());
  }
}
