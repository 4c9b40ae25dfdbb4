package io.heddle.cli.convert;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.plan.Device;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the first rank of a pipeline stage does and holds. Two plans that are the same under other
 * names do the same.
 *
 * @param nodes of its first actions
 * @param operations of its kernels
 * @param bytes that its kernels move
 * @param sent bytes that it sends
 * @param held bytes of weights, gradients, the optimizer and what the forward pass keeps
 */
record StageWork(long nodes, BigInteger operations, BigInteger bytes, BigInteger sent, long held) {
  /** Passes of a stage are soon alike. */
  private static final int MOST_ACTIONS = 24;

  private static final int MOST_STAGES = 64;

  /**
   * Whether work can be compared with that of a plan on a machine that is as fast as its data sheet
   * says: figures change what traces say of kernels.
   */
  static boolean isComparable(Compiled compiled) {
    PlanValues values = compiled.numbers().values();
    Device device = values.cluster().device();
    return device.kernels().isEmpty() && values.engine().isIdeal();
  }

  /** Of each stage, or of the first ones. */
  static List<StageWork> of(Compiled compiled) {
    Flattener flattener = new Interpreter().load(compiled);
    Optional<List<StageMemory>> memory = compiled.memory().stages();
    List<StageWork> work = new ArrayList<>();
    int stages = Math.min(MOST_STAGES, flattener.stages());
    for (int stage = 0; stage < stages; stage++) {
      CountingSink counts = new CountingSink();
      int rank = Math.toIntExact(stage * ranksToNextStage(compiled));
      var trace = flattener.open(rank);
      int actions = Math.min(MOST_ACTIONS, flattener.actions(rank));
      for (int action = 0; action < actions; action++) {
        trace.emit(action, counts);
      }
      long held = memory.isPresent() ? held(memory.get().get(stage)) : 0;
      work.add(
          new StageWork(
              counts.nodes(), counts.operations(), counts.memoryBytes(), counts.sentBytes(), held));
    }
    return work;
  }

  private static long held(StageMemory memory) {
    return memory.weights() + memory.gradients() + memory.optimizer() + memory.activations();
  }

  private static long ranksToNextStage(Compiled compiled) {
    var pipeline = compiled.plan().pipelineAxis();
    long ranks = 1;
    List<Axis> axes = compiled.numbers().values().axes();
    for (int i = axes.size() - 1; i >= 0; i--) {
      if (pipeline != null && axes.get(i).name().equals(pipeline.axis())) {
        return ranks;
      }
      ranks *= axes.get(i).size();
    }
    return 0;
  }

  /** What differs between two plans; empty where nothing does. */
  static Optional<String> difference(Compiled plan, Compiled other) {
    if (plan.parameters() != other.parameters()) {
      return Optional.of(
          "the model has %,d parameters, these arguments make %,d"
              .formatted(plan.parameters(), other.parameters()));
    }
    if (!isComparable(plan)) {
      return Optional.empty();
    }
    try {
      List<StageWork> ours = of(plan);
      List<StageWork> theirs = of(other);
      for (int stage = 0; stage < Math.min(ours.size(), theirs.size()); stage++) {
        if (!ours.get(stage).equals(theirs.get(stage))) {
          return Optional.of(
              "stage %d: the plan has %s; these arguments make %s"
                  .formatted(stage, ours.get(stage).text(), theirs.get(stage).text()));
        }
      }
      return Optional.empty();
    } catch (Failure tooLarge) {
      return Optional.of("not compared: " + tooLarge.getMessage());
    }
  }

  private String text() {
    return "%,d nodes, %,d operations, %,d bytes moved, %,d bytes sent, %,d bytes held"
        .formatted(nodes, operations, bytes, sent, held);
  }
}
