package io.heddle.plan.serving;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the replicas of a pool do for a request. */
public enum Role {
  /** All of it. */
  BOTH,
  /** They compute the prompt and the first token, and hand its cache on. */
  PREFILL,
  /** They draw all tokens behind the first. */
  DECODE;

  /** As specifications have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Role::word).toList();
  }

  /** The role of a word. */
  public static Optional<Role> named(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }
}
