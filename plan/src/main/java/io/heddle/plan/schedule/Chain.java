package io.heddle.plan.schedule;

/**
 * The chain of chunks that every micro-batch goes through, forwards from the first place to the
 * last and backwards from there: which chunk of which stage stands where. The embedding stands
 * before the first, the head behind the last.
 */
public final class Chain {
  private final int stages;
  private final int chunks;
  private final int[] stageAt;
  private final int[] chunkAt;
  private final int[] places;

  private Chain(int stages, int chunks, int[] stageAt) {
    this.stages = stages;
    this.chunks = chunks;
    this.stageAt = stageAt;
    this.chunkAt = new int[stageAt.length];
    this.places = new int[stageAt.length];
    int[] next = new int[stages];
    for (int place = 0; place < stageAt.length; place++) {
      int stage = stageAt[place];
      chunkAt[place] = next[stage]++;
      places[stage * chunks + chunkAt[place]] = place;
    }
  }

  /**
   * The chain of a schedule.
   *
   * @throws ArithmeticException if there are more than 2^31 - 1 chunks
   */
  public static Chain of(PipelineSchedule schedule, int stages, int chunks) {
    int[] stageAt = new int[Math.multiplyExact(stages, chunks)];
    for (int place = 0; place < stageAt.length; place++) {
      stageAt[place] = schedule.stageAt(place, stages);
    }
    return new Chain(stages, chunks, stageAt);
  }

  /** Number of stages. */
  public int stages() {
    return stages;
  }

  /** Chunks of each stage. */
  public int chunks() {
    return chunks;
  }

  /** Number of chunks of all stages. */
  public int places() {
    return stageAt.length;
  }

  /** Where a chunk stands; chunks of a stage are numbered in the order of their places. */
  public int place(int stage, int chunk) {
    return places[stage * chunks + chunk];
  }

  /** The stage that has the chunk at a place. */
  public int stageAt(int place) {
    return stageAt[place];
  }

  /** Which of its stage's chunks stands at a place. */
  public int chunkAt(int place) {
    return chunkAt[place];
  }

  /** Whether the chain begins here, with the embedding. */
  public boolean begins(int place) {
    return place == 0;
  }

  /** Whether the chain ends here, with the head. */
  public boolean ends(int place) {
    return place == stageAt.length - 1;
  }

  /** Whether the stage holds the embedding. */
  public boolean isFirst(int stage) {
    return stageAt[0] == stage;
  }

  /** Whether the stage holds the head. */
  public boolean isLast(int stage) {
    return stageAt[stageAt.length - 1] == stage;
  }
}
