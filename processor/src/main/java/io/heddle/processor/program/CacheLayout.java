package io.heddle.processor.program;

import io.heddle.plan.mesh.AxisSplit;
import io.heddle.plan.serving.KeptTensor;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What the cache of a plan of inference keeps, and which rank has which part of it. */
public final class CacheLayout {
  private final RankProgram program;
  private final PlanNumbers numbers;
  private final Inference inference;

  /** Of a plan of inference with these numbers. */
  public CacheLayout(RankProgram program, PlanNumbers numbers) {
    this.program = program;
    this.numbers = numbers;
    this.inference = Objects.requireNonNull(program.plan().inference());
  }

  /** Sequences of all replicas, as ranks have those whose tokens they draw. */
  public AxisSplit sequences() {
    for (Dim dim : program.plan().model().streamDims()) {
      if (dim.isOpen()) {
        return split(dim, program.stream());
      }
    }
    throw new IllegalStateException("a stream has sequences");
  }

  /** For each layer of the model what is kept there of each sequence. */
  public List<List<KeptTensor>> ofLayers() {
    List<List<KeptTensor>> ofKind = new ArrayList<>();
    for (Model.LayerKind kind : program.plan().model().layerKinds()) {
      ofKind.add(kind.blocks().stream().flatMap(block -> kept(block).stream()).toList());
    }
    List<List<KeptTensor>> ofLayers = new ArrayList<>();
    for (int layer = 0; layer < numbers.totalLayers(); layer++) {
      ofLayers.add(ofKind.get(numbers.layers().kindOf(layer)));
    }
    return ofLayers;
  }

  private List<KeptTensor> kept(Block block) {
    List<KeptTensor> kept = new ArrayList<>();
    for (Operation operation : block.operations()) {
      if (operation instanceof Append append) {
        Sharding lies = sharding(block, append);
        append.caches().forEach(cache -> kept.add(kept(append, cache, lies)));
      }
    }
    return kept;
  }

  private KeptTensor kept(Append append, Tensor cache, Sharding lies) {
    AxisSplit sequences = sequences();
    List<AxisSplit> dims = new ArrayList<>();
    for (Dim dim : cache.dims()) {
      if (dim.isOpen()) {
        sequences = split(dim, lies);
      } else if (!dim.equals(append.keys())) {
        dims.add(split(dim, lies));
      }
    }
    return new KeptTensor(
        cache.name(),
        numbers.dims().get(append.keys()),
        numbers.dims().get(append.over()),
        inference.cacheFormat() == null
            ? numbers.values().precision().tensors().bytes()
            : inference.cacheFormat().bytes(),
        sequences,
        dims);
  }

  private AxisSplit split(Dim dim, Sharding lies) {
    List<String> axes = lies.of(dim);
    long ranks = axes.stream().mapToLong(numbers::axis).reduce(1, Math::multiplyExact);
    return new AxisSplit(numbers.dims().get(dim), numbers.splitSize(dim, ranks), axes);
  }

  /** How the kernel lies that writes new tokens into the cache. */
  private Sharding sharding(Block block, Append append) {
    return program.section(block).forward().stream()
        .filter(LocalNode.Compute.class::isInstance)
        .map(LocalNode.Compute.class::cast)
        .filter(node -> node.operation().equals(append.name()))
        .map(node -> node.kernel().assignment())
        .findFirst()
        .orElseThrow();
  }
}
