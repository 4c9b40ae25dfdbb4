package io.heddle.cli.output;

import io.heddle.processor.program.StageMemory;
import java.util.List;

/** The memory of each stage as a table. */
public final class MemoryTable {
  private MemoryTable() {}

  /** The table, and under it the stage that holds most. */
  public static String of(String plan, MemoryDemand demand) {
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
    StageMemory most = demand.most();
    return table.text()
        + "%s: at most %s, on stage %d; %s has %s\n"
            .formatted(
                plan, bytes(most.peak()), most.stage(), demand.device(), bytes(demand.capacity()));
  }

  private static String bytes(long bytes) {
    return Quantities.bytes(bytes);
  }
}
