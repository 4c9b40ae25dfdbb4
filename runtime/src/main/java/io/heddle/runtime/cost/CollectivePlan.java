package io.heddle.runtime.cost;

import io.heddle.plan.mesh.Collective;
import java.util.List;

/**
 * How the members of a group run one kind of collective: as phases, one after the other, each an
 * operation in one logical dimension by the algorithm of that dimension.
 */
public final class CollectivePlan {
  private final List<LogicalRing> rings;
  private final List<Implementation> implementations;
  private final Collective[] operations;
  private final int[] dimensions;
  private final int[] live;
  private final int phasesUp;
  private final boolean subset;
  private final long endpointDelay;

  /**
   * @param rings logical dimensions, lowest first
   * @param implementations one for each
   * @param live numbers of the logical dimensions that have work to do, ascending
   * @param optimization how an all-reduce goes through several dimensions
   * @param subset whether the members are fewer than all ranks: one ring, with AstraSim's own
   *     constants
   * @param endpointDelay ns before each message
   */
  CollectivePlan(
      Collective collective,
      List<LogicalRing> rings,
      List<Implementation> implementations,
      int[] live,
      CollectiveOptimization optimization,
      boolean subset,
      long endpointDelay) {
    this.rings = List.copyOf(rings);
    this.implementations = List.copyOf(implementations);
    this.subset = subset;
    this.endpointDelay = endpointDelay;
    int n = live.length;
    boolean thereAndBack =
        collective.goesThereAndBack()
            && optimization == CollectiveOptimization.LOCAL_BANDWIDTH_AWARE;
    this.live = live;
    this.phasesUp = thereAndBack ? n : 0;
    this.operations = new Collective[thereAndBack && n > 0 ? 2 * n - 1 : n];
    this.dimensions = new int[operations.length];
    for (int i = 0; i < operations.length; i++) {
      if (thereAndBack) {
        operations[i] =
            i < n - 1
                ? Collective.REDUCE_SCATTER
                : i == n - 1 ? Collective.ALL_REDUCE : Collective.ALL_GATHER;
        dimensions[i] = live[i < n ? i : 2 * n - 2 - i];
      } else {
        operations[i] = collective;
        dimensions[i] = live[collective.givesPart() ? n - 1 - i : i];
      }
    }
  }

  /** Of a collective whose algorithm is not of the machine's own: nothing of it is planned. */
  public static CollectivePlan unplanned(LogicalRing members) {
    return new CollectivePlan(
        Collective.ALL_REDUCE,
        List.of(members),
        List.of(Implementation.RING),
        new int[] {0},
        CollectiveOptimization.BASELINE,
        false,
        0);
  }

  /** The members in a logical dimension. */
  public LogicalRing ring(int dimension) {
    return rings.get(dimension);
  }

  /** The algorithm of a logical dimension. */
  public Implementation implementation(int dimension) {
    return implementations.get(dimension);
  }

  /** Number of logical dimensions. */
  public int logicalDimensions() {
    return rings.size();
  }

  /** Number of logical dimensions that have work to do. */
  public int live() {
    return live.length;
  }

  /** One of them, in ascending order. */
  public int live(int index) {
    return live[index];
  }

  /** Number of phases. */
  public int phases() {
    return operations.length;
  }

  /** What is done in a phase. */
  public Collective operation(int phase) {
    return operations[phase];
  }

  /** The logical dimension in which a phase runs. */
  public int dimension(int phase) {
    return dimensions[phase];
  }

  /**
   * Phases that lead up the dimensions in an all-reduce that comes back down; 0 where the phases
   * are all of one kind.
   */
  public int phasesUp() {
    return phasesUp;
  }

  /** Whether the members are fewer than all ranks. */
  public boolean subset() {
    return subset;
  }

  /** ns before each message. */
  public long endpointDelay() {
    return endpointDelay;
  }
}
