package io.heddle.runtime.pool;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.mesh.AxisSplit;
import io.heddle.plan.schedule.Chain;
import io.heddle.plan.serving.KeptTensor;
import io.heddle.plan.serving.Role;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.List;

/**
 * A pool whose traces are wanted.
 *
 * @param role of its instances
 * @param instances that are alike
 * @param flattener of the plan of each, on its own device, in the network of all pools
 * @param batches on their way through the pipeline of an instance, each with all its sequences
 * @param sequences of an instance, as ranks have those whose tokens they draw
 * @param layers what each layer's cache keeps of them, for prompts that have just been computed
 */
public record TracedPool(
    Role role,
    int instances,
    PipelineFlattener flattener,
    int batches,
    AxisSplit sequences,
    List<List<KeptTensor>> layers) {
  public TracedPool {
    layers = List.copyOf(layers);
  }

  /** Ranks of an instance. */
  public int ranks() {
    return flattener.mesh().ranks();
  }

  /** Sequences of all instances, in all batches on their way. */
  public long allSequences() {
    return Math.multiplyExact(sequences.size(), (long) instances * batches);
  }

  /** Sequences of a replica in one batch. */
  long perReplica() {
    return flattener.plan().microBatch();
  }

  /** Replicas of an instance. */
  long replicas() {
    return sequences.size() / perReplica();
  }

  /** The stage that has a layer. */
  int stageOf(int layer) {
    LayerSplit split = flattener.pipeline().layers();
    int place = 0;
    while (split.endLayer(place) <= layer) {
      place++;
    }
    return split.chain().stageAt(place);
  }

  /** The stage that has the embedding. */
  int firstStage() {
    return flattener.pipeline().layers().chain().stageAt(0);
  }

  /** The stage that has the head. */
  int lastStage() {
    Chain chain = flattener.pipeline().layers().chain();
    return chain.stageAt(chain.places() - 1);
  }
}
