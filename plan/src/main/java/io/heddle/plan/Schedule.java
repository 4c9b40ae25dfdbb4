package io.heddle.plan;

/**
 * The pipeline schedule of a plan.
 *
 * @param name as {@link io.heddle.plan.schedule.PipelineSchedule#named} knows it
 * @param chunks of layers on each stage, at least 1
 */
@io.heddle.plan.marker.Api
public record Schedule(String name, int chunks) {
  /** With one chunk of layers on each stage. */
  public static Schedule of(String name) {
    return new Schedule(name, 1);
  }

  /** Chunks of each of so many stages: those of a single one follow each other and are one. */
  public int chunksOn(int stages) {
    return stages == 1 ? 1 : chunks;
  }

  /** As written in a plan. */
  @Override
  public String toString() {
    return chunks == 1 ? name : name + "(chunks = " + chunks + ")";
  }
}
