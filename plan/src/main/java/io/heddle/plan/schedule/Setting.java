package io.heddle.plan.schedule;

/**
 * A number that a plan gives its schedule: {@code interleaved(chunks = 2)}.
 *
 * @param name as written
 * @param meaning for messages: {@code their number on each stage}
 * @param example a value that works
 * @param demanded whether a plan must give it
 */
public record Setting(String name, String meaning, int example, boolean demanded) {
  /** Layers of each stage in several chunks: the setting of schedules that let a plan choose. */
  public static final String CHUNKS = "chunks";
}
