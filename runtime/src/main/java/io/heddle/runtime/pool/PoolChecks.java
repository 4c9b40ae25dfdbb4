package io.heddle.runtime.pool;

import io.heddle.plan.mesh.AxisSplit;
import io.heddle.plan.serving.KeptTensor;
import java.util.List;

/** Whether caches of one pool are caches of the other. */
final class PoolChecks {
  private PoolChecks() {}

  /**
   * Checks two pools.
   *
   * @throws InvalidPoolsException if the caches cannot move
   */
  static void check(PoolLayout layout) {
    TracedPool prefill = layout.prefill();
    TracedPool decode = layout.decode();
    if (prefill.layers().size() != decode.layers().size()) {
      throw new InvalidPoolsException(
          "plan %s has %,d layers, plan %s has %,d: give both the same parameters of the model"
              .formatted(
                  name(prefill), prefill.layers().size(), name(decode), decode.layers().size()));
    }
    long here = prefill.flattener().parameters();
    long there = decode.flattener().parameters();
    if (here != there) {
      throw new InvalidPoolsException(
          "plan %s has a model of %,d parameters, plan %s one of %,d: give both the same"
              .formatted(name(prefill), here, name(decode), there));
    }
    for (int layer = 0; layer < prefill.layers().size(); layer++) {
      check(layout, layer);
    }
    if (layout.newcomers().most() > decode.perReplica()) {
      throw new InvalidPoolsException(
          ("prefill computes the prompts of %,d sequences, decode has places for %,d: take more"
                  + " sequences in plan %s, or fewer instances of prefill")
              .formatted(layout.newcomers().all(), decode.allSequences(), name(decode)));
    }
  }

  private static void check(PoolLayout layout, int layer) {
    List<KeptTensor> here = layout.prefill().layers().get(layer);
    List<KeptTensor> there = layout.decode().layers().get(layer);
    if (!shapes(here).equals(shapes(there))) {
      throw new InvalidPoolsException(
          ("layer %d: the cache of plan %s keeps %s, that of plan %s keeps %s: write the same names"
                  + " and `dtype` in both lines `cache`")
              .formatted(
                  layer,
                  name(layout.prefill()),
                  described(here),
                  name(layout.decode()),
                  described(there)));
    }
  }

  /** What both sides must have in common. */
  private record Shape(String name, long elementBytes, List<Long> dims) {}

  private static List<Shape> shapes(List<KeptTensor> kept) {
    return kept.stream()
        .map(
            tensor ->
                new Shape(
                    tensor.name(),
                    tensor.elementBytes(),
                    tensor.dims().stream().map(AxisSplit::size).toList()))
        .toList();
  }

  private static String described(List<KeptTensor> kept) {
    return kept.isEmpty()
        ? "nothing"
        : String.join(
            ", ",
            shapes(kept).stream()
                .map(
                    shape ->
                        "%s %s in %d bits"
                            .formatted(
                                shape.name().replaceFirst("^cache\\.", ""),
                                shape.dims(),
                                8 * shape.elementBytes()))
                .toList());
  }

  private static String name(TracedPool pool) {
    return pool.flattener().plan().plan();
  }
}
