package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.collective.SentParts;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;

/**
 * A plan of which one rank of each colour runs, in a network without congestion: the messages of an
 * exchange are two nodes, all that a rank sends and all that it receives.
 */
public final class FoldedWorkload implements Workload {
  private final FlattenerWorkload all;
  private final ExchangeShapes shapes;

  /** On a machine. */
  public FoldedWorkload(Flattener flattener, Fold fold, Machine machine) {
    this.all = new FlattenerWorkload(flattener);
    this.shapes = new ExchangeShapes(fold, new MessageCost(machine));
  }

  @Override
  public int ranks() {
    return all.ranks();
  }

  @Override
  public NodeSource open(int rank) {
    return new ActionSource(all.flattener(), rank, shapes);
  }

  @Override
  public void each(int rank, Visitor visitor) throws IOException {
    all.each(rank, visitor);
  }

  @Override
  public SentParts sentParts(int number) {
    return shapes.parts(number);
  }
}
