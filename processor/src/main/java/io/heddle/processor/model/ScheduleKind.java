package io.heddle.processor.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the compiler knows of a pipeline schedule; the order of its passes is the runtime's. */
public enum ScheduleKind {
  GPIPE(false, false),
  ONE_F_ONE_B(false, false),
  INTERLEAVED(true, false),
  ZERO_BUBBLE(false, true);

  private final boolean chunked;
  private final boolean splitsBackward;

  ScheduleKind(boolean chunked, boolean splitsBackward) {
    this.chunked = chunked;
    this.splitsBackward = splitsBackward;
  }

  /** The schedule that a plan calls so. */
  public static Optional<ScheduleKind> named(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** As plans call them. */
  public static List<String> words() {
    return Arrays.stream(values()).map(ScheduleKind::word).toList();
  }

  /** As written in a plan. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a stage has several chunks of layers, and micro-batches go in groups. */
  public boolean isChunked() {
    return chunked;
  }

  /** Whether gradients of inputs and of weights are made by passes of their own. */
  public boolean splitsBackward() {
    return splitsBackward;
  }
}
