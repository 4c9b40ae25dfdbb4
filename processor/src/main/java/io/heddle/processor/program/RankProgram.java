package io.heddle.processor.program;

import io.heddle.plan.Precision;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * What every rank does.
 *
 * @param stream how the stream tensors are stored between blocks, by all their dimensions
 */
public record RankProgram(
    Plan plan, Sharding stream, Section embed, List<Section> blocks, Section head, Step step) {
  public RankProgram {
    blocks = List.copyOf(blocks);
  }

  /** The same of another plan. */
  public RankProgram with(Plan other) {
    return new RankProgram(other, stream, embed, blocks, head, step);
  }

  /** Whether the passes of another program through embedding, blocks and head are the same. */
  public boolean hasPassesOf(RankProgram other) {
    return stream.equals(other.stream)
        && embed.equals(other.embed)
        && blocks.equals(other.blocks)
        && head.equals(other.head);
  }

  /** Embedding, blocks, head. */
  public List<Section> allBlocks() {
    List<Section> all = new ArrayList<>();
    all.add(embed);
    all.addAll(blocks);
    all.add(head);
    return all;
  }

  /** The section of a block. */
  public Section section(Block block) {
    return allBlocks().stream()
        .filter(section -> section.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  /** Whether gradients of inputs and of weights are made by passes of their own. */
  public boolean splitsBackward() {
    return allBlocks().stream().anyMatch(Section::splitsBackward);
  }

  /** The same with each section made into another. */
  public RankProgram mapBlocks(UnaryOperator<Section> change) {
    return new RankProgram(
        plan,
        stream,
        change.apply(embed),
        blocks.stream().map(change).toList(),
        change.apply(head),
        step);
  }

  /** The same with the nodes of each pass through a block made into others. */
  public RankProgram mapNodes(BiFunction<Block, List<LocalNode>, List<LocalNode>> change) {
    return mapBlocks(
        section ->
            section.with(
                section.passes().stream()
                    .map(pass -> pass.with(change.apply(section.block(), pass.nodes())))
                    .toList()));
  }

  /** The axes whose ranks send a share of the last stream each. */
  public List<String> messageAxes() {
    List<Model.Stream> streams = plan.model().streams();
    return messageAxes(streams.get(streams.size() - 1));
  }

  /**
   * The axes whose ranks send a share of a stream each, because all of them have it whole; none
   * unless the plan says so.
   */
  public List<String> messageAxes(Model.Stream of) {
    Plan.AxisUse pipeline = plan.pipelineAxis();
    if (pipeline == null || !plan.schedule().splitMessages()) {
      return List.of();
    }
    Set<String> split = stream.restrictedTo(of.dims()).splitAxes();
    Set<String> taken = new HashSet<>(split);
    for (Plan.View view : plan.views()) {
      if (view.to().stream().anyMatch(axis -> split.contains(axis.name()))) {
        taken.addAll(view.from());
      }
    }
    taken.add(pipeline.axis());
    return plan.layout().stream()
        .map(Plan.MeshAxis::name)
        .filter(axis -> !taken.contains(axis))
        .toList();
  }

  /**
   * The groups of ranks that collectives have, each once, in the order in which they are numbered:
   * that of their first use, and at the end of the step that of the gradients.
   */
  public List<LocalGroup> groups() {
    Set<LocalGroup> groups = new LinkedHashSet<>();
    for (Section section : allBlocks()) {
      for (LocalNode node : section.nodes()) {
        if (node instanceof LocalNode.Communicate collective) {
          groups.add(collective.group());
        } else if (node instanceof LocalNode.Ring ring) {
          groups.add(new LocalGroup.Along(ring.axes()));
        }
      }
    }
    boolean twoLevel = plan.reduction().twoLevel();
    step.first().forEach(group -> groups.add(new LocalGroup.Along(group.axes(), twoLevel)));
    List<LocalGroup> ofStep = new ArrayList<>();
    for (LocalNode node : step.pass().nodes()) {
      if (node instanceof LocalNode.StepCollective collective) {
        ofStep.add(collective.group());
      }
    }
    ofStep.stream().filter(group -> !(group instanceof LocalGroup.Along)).forEach(groups::add);
    for (Step.DataGroup group : step.data()) {
      groups.add(new LocalGroup.Along(group.scattered()));
      groups.add(group.othersGroup());
      group.weights().forEach(weight -> groups.add(new LocalGroup.Along(weight.gatheredAxes())));
    }
    groups.addAll(ofStep);
    for (Model.Stream each : plan.model().streams()) {
      groups.add(new LocalGroup.Along(messageAxes(each)));
    }
    groups.removeIf(group -> group instanceof LocalGroup.Along along && along.axes().isEmpty());
    return List.copyOf(groups);
  }

  /** The same with another end of the step. */
  public RankProgram with(Step other) {
    return new RankProgram(plan, stream, embed, blocks, head, other);
  }

  /** The format of the tensors of streams. */
  public Size.Format streamFormat() {
    Precision precision = plan.formats().precision();
    return precision.activations().stream() == precision.tensors()
        ? Size.Format.TENSOR
        : Size.Format.STREAM;
  }

  /** Elements of the tensor of a stream on one rank. */
  public Size streamElements(Model.Stream of) {
    return stream.elements(of.dims());
  }

  /** Elements of the stream tensor on one rank: that of the last stream. */
  public Size streamElements() {
    return stream.elements(plan.model().stream());
  }
}
