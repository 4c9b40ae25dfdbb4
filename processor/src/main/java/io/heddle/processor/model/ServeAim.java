package io.heddle.processor.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What makes one fleet better than another. */
public enum ServeAim {
  /** Fewest GPUs that reach all goals; of those the shortest mean time from end to end. */
  GPUS(false),
  /** Most requests per second that keep to all goals, for each GPU. */
  GOODPUT_PER_GPU(true),
  /** Most output tokens per second for each GPU, of fleets that reach all goals. */
  TOKENS_PER_SECOND_PER_GPU(true);

  private final boolean isMoreBetter;

  ServeAim(boolean isMoreBetter) {
    this.isMoreBetter = isMoreBetter;
  }

  /** Whether a fleet with more of it is better. */
  public boolean isMoreBetter() {
    return isMoreBetter;
  }

  /** Whether only fleets that reach all goals count. */
  public boolean wantsGoals() {
    return this != GOODPUT_PER_GPU;
  }

  /** All words. */
  static List<String> words() {
    return Arrays.stream(values()).map(ServeAim::word).toList();
  }

  /** The aim of a word. */
  static Optional<ServeAim> named(String word) {
    return Arrays.stream(values()).filter(aim -> aim.word().equals(word)).findFirst();
  }

  /** As specifications have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Such as {@code minimize gpus}. */
  @Override
  public String toString() {
    return (isMoreBetter ? "maximize " : "minimize ") + word();
  }
}
