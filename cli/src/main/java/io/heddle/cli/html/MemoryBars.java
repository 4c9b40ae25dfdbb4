package io.heddle.cli.html;

import io.heddle.cli.html.StackedBars.Part;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.Quantities;
import io.heddle.processor.program.StageMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/** What ranks hold in memory by part, as bars; very many stages are left out, evenly. */
final class MemoryBars {
  private static final int MOST_BARS = 64;

  /** The device's memory is drawn where the bars fill this share of it. */
  private static final double COMPARABLE = 0.3;

  private MemoryBars() {}

  static Picture of(MemoryDemand demand) {
    int step = (demand.stages().size() + MOST_BARS - 1) / MOST_BARS;
    List<StageMemory> shown = new ArrayList<>();
    for (int i = 0; i < demand.stages().size(); i += step) {
      shown.add(demand.stages().get(i));
    }
    List<Part> parts = new ArrayList<>();
    add(parts, "weights", shown, StageMemory::weights);
    add(parts, "gradients", shown, StageMemory::gradients);
    add(parts, "optimizer", shown, StageMemory::optimizer);
    add(parts, "cache", shown, StageMemory::cache);
    add(parts, "activations", shown, StageMemory::activations);
    add(parts, "head", shown, StageMemory::head);
    add(parts, "pending", shown, StageMemory::pending);
    add(parts, "again", shown, StageMemory::again);
    add(parts, "transients", shown, StageMemory::transients);
    add(parts, "reserve", shown, StageMemory::reserve);
    long most = shown.stream().mapToLong(StageMemory::peak).max().orElse(0);
    String capacity = Quantities.bytes(demand.capacity());
    return new StackedBars(
        "memory",
        "Memory",
        "What a rank of each stage holds when it holds most, as heddle memory has it; %s has %s."
                .formatted(demand.device(), capacity)
            + (step > 1 ? " One stage of every " + step + " is shown." : ""),
        "stage",
        shown.stream().map(stage -> "stage " + stage.stage()).toList(),
        parts,
        Unit.BYTES,
        most >= COMPARABLE * demand.capacity()
            ? OptionalDouble.of((double) demand.capacity())
            : OptionalDouble.empty(),
        demand.device() + " " + capacity,
        OptionalDouble.empty());
  }

  private static void add(
      List<Part> parts, String name, List<StageMemory> stages, ToLongFunction<StageMemory> bytes) {
    if (stages.stream().anyMatch(stage -> bytes.applyAsLong(stage) > 0)) {
      parts.add(
          new Part(name, stages.stream().map(stage -> (double) bytes.applyAsLong(stage)).toList()));
    }
  }
}
