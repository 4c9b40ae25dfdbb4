package io.heddle.cli.output;

import io.heddle.processor.program.CacheRoom;
import io.heddle.processor.program.StageMemory;
import java.util.List;

/** The memory of each stage as a table. */
public final class MemoryTable {
  private MemoryTable() {}

  /** The table, and under it the stage that holds most. */
  public static String of(String plan, MemoryDemand demand) {
    return demand.cache() == null
        ? training(plan, demand)
        : inference(demand) + most(plan, demand) + room(plan, demand.cache());
  }

  private static String inference(MemoryDemand demand) {
    Table table = new Table();
    table.row(List.of("stage", "weights", "cache", "transients", "reserve", "peak"));
    for (StageMemory stage : demand.stages()) {
      table.row(
          List.of(
              String.valueOf(stage.stage()),
              bytes(stage.weights()),
              bytes(stage.cache()),
              bytes(stage.transients()),
              bytes(stage.reserve()),
              bytes(stage.peak())));
    }
    return table.text();
  }

  private static String room(String plan, CacheRoom cache) {
    String text =
        "%s: the cache takes %s B a token of a sequence in all layers\n"
            .formatted(plan, Quantities.count(cache.bytesOfToken()));
    long context = cache.longestContext();
    text +=
        context < 0
            ? "%s: the plan's sequences do not fit with any context\n".formatted(plan)
            : "%s: the longest context that fits is %s tokens\n"
                .formatted(plan, Quantities.count(context));
    if (cache.countsSequences()) {
      text +=
          "%s: the most sequences that fit in a replica are %s\n"
              .formatted(plan, Quantities.count(Math.max(0, cache.mostSequences())));
    }
    return text;
  }

  private static String training(String plan, MemoryDemand demand) {
    Table table = new Table();
    table.row(
        List.of(
            "stage",
            "in flight",
            "weights",
            "gradients",
            "optimizer",
            "activations",
            "head",
            "pending",
            "again",
            "transients",
            "reserve",
            "peak",
            "spared"));
    for (StageMemory stage : demand.stages()) {
      table.row(
          List.of(
              String.valueOf(stage.stage()),
              Quantities.count(stage.inFlight()),
              bytes(stage.weights()),
              bytes(stage.gradients()),
              bytes(stage.optimizer()),
              bytes(stage.activations()),
              bytes(stage.head()),
              bytes(stage.pending()),
              bytes(stage.again()),
              bytes(stage.transients()),
              bytes(stage.reserve()),
              bytes(stage.peak()),
              bytes(stage.spared())));
    }
    return table.text() + most(plan, demand);
  }

  private static String most(String plan, MemoryDemand demand) {
    StageMemory most = demand.most();
    return "%s: at most %s, on stage %d; %s has %s\n"
        .formatted(
            plan, bytes(most.peak()), most.stage(), demand.device(), bytes(demand.capacity()));
  }

  private static String bytes(long bytes) {
    return Quantities.bytes(bytes);
  }
}
