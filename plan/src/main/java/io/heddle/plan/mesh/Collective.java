package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.Locale;

/**
 * What the members of a group do together, with its number in a Chakra trace. All that costs,
 * memory and words ask of a collective stands here, so that a new one is a new constant.
 */
@Api
public enum Collective {
  ALL_REDUCE(0, Share.WHOLE, Share.WHOLE, true, Rounds.THERE_AND_BACK),
  ALL_GATHER(2, Share.PART, Share.WHOLE, false, Rounds.ONCE),
  ALL_TO_ALL(6, Share.WHOLE, Share.WHOLE, false, Rounds.EACH_TO_EACH),
  REDUCE_SCATTER(7, Share.WHOLE, Share.PART, true, Rounds.ONCE);

  /** How much of a tensor a member has. */
  private enum Share {
    PART,
    WHOLE
  }

  /** How often the parts of a tensor go through the group. */
  private enum Rounds {
    ONCE,
    THERE_AND_BACK,
    EACH_TO_EACH
  }

  private final int chakraType;
  private final Share given;
  private final Share made;
  private final boolean reduces;
  private final Rounds rounds;

  Collective(int chakraType, Share given, Share made, boolean reduces, Rounds rounds) {
    this.chakraType = chakraType;
    this.given = given;
    this.made = made;
    this.reduces = reduces;
    this.rounds = rounds;
  }

  /** The value of Chakra's {@code CollectiveCommType}. */
  public int chakraType() {
    return chakraType;
  }

  /** The name that AstraSim's system file uses. */
  public String astraSimName() {
    return word().replace('_', '-');
  }

  /** As a machine-readable word: {@code all_reduce}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it adds up what the members have. */
  public boolean reduces() {
    return reduces;
  }

  /** Whether a member gives its own part of a tensor; it gives a whole one otherwise. */
  public boolean givesPart() {
    return given == Share.PART;
  }

  /** Whether what a member gets may be written over what it gave. */
  public boolean isInPlace() {
    return reduces && given == made;
  }

  /**
   * Whether a sum goes through the group first, and then what came of it: a reduce-scatter and an
   * all-gather in one.
   */
  public boolean goesThereAndBack() {
    return rounds == Rounds.THERE_AND_BACK;
  }

  /** Whether each member has something else for each other one. */
  public boolean isExchange() {
    return rounds == Rounds.EACH_TO_EACH;
  }

  /**
   * Bytes that a member has afterwards.
   *
   * @param bytes that it gives
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  public long made(long bytes, long members) {
    if (given == made) {
      return bytes;
    }
    return made == Share.WHOLE ? Math.multiplyExact(bytes, members) : bytes / members;
  }
}
