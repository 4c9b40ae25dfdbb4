package io.heddle.runtime.mode;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.RankPasses;
import io.heddle.runtime.trace.CountingSink;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of passes of a plan, found by what they emit on the first rank of each stage, whatever
 * they are called. Ranks of one stage differ in their peers only.
 */
final class PassKinds {
  private final PipelineFlattener flattener;
  private final Offsets offsets;
  private final List<PassKind> all = new ArrayList<>();
  private final Map<PipelinePass, PassKind[]> byLayer = new EnumMap<>(PipelinePass.class);
  private final Map<PipelinePass, PassKind> withoutLayer = new EnumMap<>(PipelinePass.class);
  private final List<int[]> passesOnStage = new ArrayList<>();

  private PassKinds(PipelineFlattener flattener, Offsets offsets) {
    this.flattener = flattener;
    this.offsets = offsets;
  }

  static PassKinds of(PipelineFlattener flattener, Stages stages) {
    PassKinds kinds = new PassKinds(flattener, new Offsets(flattener.plan().cluster()));
    for (int stage = 0; stage < flattener.stages(); stage++) {
      kinds.addStage(stage, stages);
    }
    return kinds;
  }

  /** In the order in which they were met. */
  List<PassKind> all() {
    return all;
  }

  /**
   * The kind of a pass of the plan.
   *
   * @param layer -1 where the pass is of none
   */
  PassKind of(PipelinePass pass, int layer) {
    PassKind kind = null;
    if (layer < 0) {
      kind = withoutLayer.get(pass);
    } else if (byLayer.containsKey(pass)) {
      kind = byLayer.get(pass)[layer];
    }
    if (kind == null) {
      throw new IllegalArgumentException("no pass " + pass + " of layer " + layer);
    }
    return kind;
  }

  /** Whether a stage has passes of a kind. */
  boolean has(int stage, PassKind kind) {
    return passesOnStage.get(kind.index())[stage] > 0;
  }

  /** Is told a kind, and how many of its passes a micro-batch goes through on a stage. */
  interface Visitor {
    void visit(PassKind kind, long passes);
  }

  /** Visits the kinds of a stage. */
  void each(int stage, Visitor visitor) {
    for (PassKind kind : all) {
      int passes = passesOnStage.get(kind.index())[stage];
      if (passes > 0) {
        visitor.visit(kind, passes);
      }
    }
  }

  /** How ranks lie to each other. */
  Offsets offsets() {
    return offsets;
  }

  private void addStage(int stage, Stages stages) {
    LayerSplit layers = flattener.pipeline().layers();
    Finder finder = new Finder(stages.first(stage), stages.groups(stage));
    boolean split = flattener.pipeline().schedule().splitsBackward();
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      int place = layers.place(stage, chunk);
      if (layers.begins(place)) {
        withoutLayer.put(PipelinePass.EMBED_FORWARD, finder.find(PipelinePass.EMBED_FORWARD, -1));
        withoutLayer.put(PipelinePass.EMBED_BACKWARD, finder.find(PipelinePass.EMBED_BACKWARD, -1));
      }
      addLayers(finder, layers, place, PipelinePass.LAYER_FORWARD);
      if (split) {
        addLayers(finder, layers, place, PipelinePass.LAYER_INPUT);
        addLayers(finder, layers, place, PipelinePass.LAYER_WEIGHT);
      } else {
        addLayers(finder, layers, place, PipelinePass.LAYER_BACKWARD);
      }
      if (layers.ends(place)) {
        withoutLayer.put(PipelinePass.HEAD_FORWARD, finder.find(PipelinePass.HEAD_FORWARD, -1));
        if (split) {
          withoutLayer.put(PipelinePass.HEAD_INPUT, finder.find(PipelinePass.HEAD_INPUT, -1));
          withoutLayer.put(PipelinePass.HEAD_WEIGHT, finder.find(PipelinePass.HEAD_WEIGHT, -1));
        } else {
          withoutLayer.put(PipelinePass.HEAD_BACKWARD, finder.find(PipelinePass.HEAD_BACKWARD, -1));
        }
      }
    }
  }

  private void addLayers(Finder finder, LayerSplit layers, int place, PipelinePass pass) {
    int count = layers.layers();
    PassKind[] kinds = byLayer.computeIfAbsent(pass, unused -> new PassKind[count]);
    // Of blocks that are trained in another layer there are passes that a plan leaves out here.
    int first =
        pass == PipelinePass.LAYER_FORWARD ? layers.firstLayer(place) : layers.firstBackward(place);
    for (int layer = first; layer < layers.endLayer(place); layer++) {
      kinds[layer] = finder.find(pass, layer);
    }
  }

  /** Finds the kinds of one rank's passes. */
  private final class Finder {
    private final int rank;
    private final RankPasses passes;
    private final PassProgram.Surroundings surroundings;
    private @Nullable PassKind last;
    private int lastLayer;

    Finder(int rank, @Nullable Group[] groups) {
      this.rank = rank;
      this.passes = flattener.pipeline().passesAlone(rank, groups);
      this.surroundings = offsets.around(rank);
    }

    PassKind find(PipelinePass pass, int layer) {
      PassKind before = last;
      PassKind kind =
          before != null
                  && before.pass() == pass
                  && layer >= 0
                  && flattener.pipeline().areAlike(lastLayer, layer)
              ? before
              : findKind(pass, layer);
      lastLayer = layer;
      passesOnStage.get(kind.index())[flattener.stage(rank)]++;
      return kind;
    }

    private PassKind findKind(PipelinePass pass, int layer) {
      // Layers are mostly as the one before.
      PassKind before = last;
      if (before != null && before.pass() == pass && is(before, layer)) {
        return before;
      }
      for (PassKind kind : all) {
        boolean compared = before != null && kind.index() == before.index();
        if (kind.pass() == pass && !compared && is(kind, layer)) {
          last = kind;
          return kind;
        }
      }
      PassProgram nodes = new PassProgram(surroundings);
      passes.emit(pass, layer, nodes);
      CountingSink counts = new CountingSink();
      passes.emit(pass, layer, counts);
      PassKind kind = new PassKind(all.size(), pass, layer, rank, nodes, counts);
      all.add(kind);
      passesOnStage.add(new int[flattener.stages()]);
      last = kind;
      return kind;
    }

    private boolean is(PassKind kind, int layer) {
      kind.nodes().compare(surroundings);
      passes.emit(kind.pass(), layer, kind.nodes());
      return kind.nodes().isSame();
    }
  }
}
