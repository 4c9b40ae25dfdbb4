package io.heddle.processor.program;

import io.heddle.plan.Engine;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the ranks of a plan hold: worked out when it is first asked for, and once for all. */
public final class HeldMemory {
  private final RankProgram program;
  private final PlanNumbers numbers;
  private final ProgramFacts facts;
  private boolean isKnown;
  private Optional<List<StageMemory>> stages = Optional.empty();

  /**
   * Of a program with these numbers.
   *
   * @param facts of plans with these numbers, other batches and other orders of the mesh
   */
  public HeldMemory(RankProgram program, PlanNumbers numbers, ProgramFacts facts) {
    this.facts = facts;
    this.program = program;
    this.numbers = numbers;
  }

  /**
   * What a rank of each stage holds when it holds most, in the order of stages; empty where the
   * step has too many passes to be replayed.
   *
   * @throws ArithmeticException if a number of bytes does not fit into 63 bits
   */
  public synchronized Optional<List<StageMemory>> stages() {
    if (!isKnown) {
      // Of more micro-batches the ranks hold as much: it is of these that the memory is found.
      Pipeline few =
          facts.pipelines().shortest(schedule(), MemoryEstimate.pipeline(program.plan(), numbers));
      stages = facts.memory(few.microBatches(), () -> stages(few));
      isKnown = true;
    }
    return stages;
  }

  private PipelineSchedule schedule() {
    return program.plan().schedule().kind();
  }

  private Optional<List<StageMemory>> stages(Pipeline few) {
    if (!MemoryEstimate.isReplayable(few)) {
      return Optional.empty();
    }
    List<StageHoldings> holdings =
        facts.holdings(() -> new MemoryEstimate(program, numbers).holdings());
    Engine engine = numbers.values().engine();
    List<StageMemory> memories = new ArrayList<>();
    for (int stage = 0; stage < holdings.size(); stage++) {
      memories.add(holdings.get(stage).in(stage, schedule(), few, engine));
    }
    return Optional.of(memories);
  }

  /**
   * The peak of the stage that holds most, bytes; {@link Long#MAX_VALUE} where it passes 63 bits,
   * which no device has, and empty where the step has too many passes to be replayed.
   */
  public OptionalLong peak() {
    try {
      return stages().stream().flatMap(List::stream).mapToLong(StageMemory::peak).max();
    } catch (ArithmeticException e) {
      return OptionalLong.of(Long.MAX_VALUE);
    }
  }
}
