package io.heddle.runtime.report;

import io.heddle.plan.marker.Api;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The times of all ranks of a step, kept once for ranks that are alike. As a list it has all ranks,
 * each made when it is asked for.
 */
@Api
public final class RanksByColour extends AbstractList<RankTimes> implements RandomAccess {
  private final List<Alike> alike;

  /** Null where every rank is a colour of its own. */
  private final int @Nullable [] colourOfRank;

  /**
   * Times that several ranks have.
   *
   * @param times of the first of them
   * @param ranks how many there are
   */
  public record Alike(RankTimes times, int ranks) {}

  private RanksByColour(List<Alike> alike, int @Nullable [] colourOfRank) {
    this.alike = List.copyOf(alike);
    this.colourOfRank = colourOfRank;
  }

  /** The times of ranks, in order. */
  public static RanksByColour of(List<RankTimes> ranks) {
    return ranks instanceof RanksByColour known
        ? known
        : new RanksByColour(ranks.stream().map(times -> new Alike(times, 1)).toList(), null);
  }

  /**
   * The times of ranks by colour.
   *
   * @param ofColour the times of the first rank of each colour
   * @param colourOfRank the colour of each rank
   */
  public static RanksByColour of(List<RankTimes> ofColour, int[] colourOfRank) {
    int[] count = new int[ofColour.size()];
    for (int colour : colourOfRank) {
      count[colour]++;
    }
    List<Alike> alike = new ArrayList<>();
    for (int colour = 0; colour < count.length; colour++) {
      alike.add(new Alike(ofColour.get(colour), count[colour]));
    }
    return new RanksByColour(alike, colourOfRank.clone());
  }

  /** The times that occur, with how many ranks have them, in the order of their first ranks. */
  public List<Alike> alike() {
    return alike;
  }

  /** The number of a rank's times in {@link #alike}. */
  public int colour(int rank) {
    return colourOfRank == null ? rank : colourOfRank[rank];
  }

  @Override
  public RankTimes get(int rank) {
    return colourOfRank == null
        ? alike.get(rank).times()
        : alike.get(colourOfRank[rank]).times().as(rank);
  }

  @Override
  public int size() {
    return colourOfRank == null ? alike.size() : colourOfRank.length;
  }
}
