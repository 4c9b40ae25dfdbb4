package io.heddle.processor.program;

import io.heddle.plan.mesh.Collective;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Communication among all ranks of a group: collective operations, in the order in which a change
 * of sharding uses them, and messages between neighbours. What it moves says its {@link
 * Collective}, how it is called and why it is chosen stands here.
 */
public enum CollectiveKind {
  REDUCE_SCATTER(
      Collective.REDUCE_SCATTER,
      "scatter",
      "Scattered",
      "parts of a sum over %1$s, of which each rank keeps a part of %3$s: reduce-scatter"),
  ALL_TO_ALL(
      Collective.ALL_TO_ALL, "exchange", "Exchanged", "%1$s moves from %2$s to %3$s: all-to-all"),
  ALL_REDUCE(
      Collective.ALL_REDUCE,
      "reduce",
      "Reduced",
      "parts of a sum over %1$s, which every rank needs whole: all-reduce"),
  ALL_GATHER(
      Collective.ALL_GATHER,
      "gather",
      "Gathered",
      "%2$s, split over %1$s, has to be whole: all-gather"),

  /** Each rank sends to the next one of the group's ring. */
  PASS_ON("send to next", "pass", "Passed", "each rank along %1$s needs what the one before has"),

  /** Each rank sends to the one before it on the group's ring. */
  PASS_BACK(
      "send to previous",
      "return",
      "Passed",
      "each rank along %1$s gives the one before what is its own");

  private final @Nullable Collective collective;
  private final String title;
  private final String verb;
  private final String past;
  private final String reason;

  CollectiveKind(Collective collective, String verb, String past, String reason) {
    this(collective, collective.astraSimName(), verb, past, reason);
  }

  CollectiveKind(String title, String verb, String past, String reason) {
    this(null, title, verb, past, reason);
  }

  CollectiveKind(
      @Nullable Collective collective, String title, String verb, String past, String reason) {
    this.collective = collective;
    this.title = title;
    this.verb = verb;
    this.past = past;
    this.reason = reason;
  }

  /** What the ranks do together; null where each sends one message. */
  public @Nullable Collective collective() {
    return collective;
  }

  /** Whether it adds up what ranks have. */
  public boolean isSum() {
    return collective != null && collective.reduces();
  }

  /** Whether each rank has something else for each other one. */
  public boolean isExchange() {
    return collective != null && collective.isExchange();
  }

  /** Whether what a rank gets is written over what it gave. */
  public boolean isInPlace() {
    return collective != null && collective.isInPlace();
  }

  /**
   * Bytes that a rank has afterwards.
   *
   * @param bytes that it gives
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long made(long bytes, long ranks) {
    return collective == null ? bytes : collective.made(bytes, ranks);
  }

  /** For readers. */
  public String title() {
    return title;
  }

  /** In the names of nodes: {@code gather.a}. */
  public String verb() {
    return verb;
  }

  /** In the names of what it makes: {@code aGathered}. */
  public String past() {
    return past;
  }

  /**
   * Why a change of sharding uses it, for readers.
   *
   * @param axes of the group
   * @param before dimensions that the axes split before
   * @param after dimensions that they split afterwards
   */
  public String reason(String axes, String before, String after) {
    return String.format(Locale.ROOT, reason, axes, before, after);
  }

  /** What a rank gives, for readers. */
  public String given() {
    if (collective == null) {
      return "a message";
    }
    return collective.givesPart() ? "each rank's own part" : "the whole input of each rank";
  }

  /** The method of the runtime's emitter: {@code allGather}. */
  public String method() {
    StringBuilder method = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_", -1)) {
      method.append(
          method.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return method.toString();
  }
}
