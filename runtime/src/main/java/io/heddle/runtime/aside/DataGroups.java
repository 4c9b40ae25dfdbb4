package io.heddle.runtime.aside;

import io.heddle.plan.LayerKinds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the ranks of data-parallel groups share, unit by unit: a unit is the embedding, the head, or
 * a layer of some kind. Elements are those of one rank: of gradients as the backward pass makes
 * them, of weights as the kernels read them. Generated code fills it once.
 */
public final class DataGroups {
  /** The unit of the embedding. */
  static final int EMBED = 0;

  /** The unit of the head. */
  static final int HEAD = 1;

  /** The table of the embedding, as far as the head uses it again: the embedding has it, too. */
  private static final int TABLE = 2;

  private static final int FIRST_KIND = 3;

  private final LayerKinds kinds;
  private final long gradientBytes;
  private final long tensorBytes;
  private final List<DataGroup> groups = new ArrayList<>();
  private final List<List<long[]>> units = new ArrayList<>();
  private final List<Shared> shared = new ArrayList<>();

  /**
   * Elements of gradients to which several units add.
   *
   * @param group its number
   * @param kinds of the layers that do
   */
  record Shared(
      int group, long gradients, boolean byEmbedding, boolean byHead, List<Integer> kinds) {
    boolean byKind(int kind) {
      return kinds.contains(kind);
    }
  }

  /**
   * Of nothing yet.
   *
   * @param kinds of layers
   * @param gradientBytes of an element of a gradient
   * @param tensorBytes of an element of a weight
   */
  public DataGroups(LayerKinds kinds, long gradientBytes, long tensorBytes) {
    this.kinds = kinds;
    this.gradientBytes = gradientBytes;
    this.tensorBytes = tensorBytes;
    for (int unit = 0; unit < FIRST_KIND + kinds.kinds(); unit++) {
      units.add(new ArrayList<>());
    }
  }

  /**
   * Adds groups. The elements that follow are theirs.
   *
   * @param over axes over which gradients are reduce-scattered and states split, with dots between;
   *     empty for none
   * @param overKind of their groups, as {@link io.heddle.runtime.emit.RankEmitter} numbers them;
   *     any where there are none
   * @param overRanks of one such group
   * @param rest axes over which the shards are all-reduced
   */
  public DataGroups over(
      String over, int overKind, long overRanks, String rest, int restKind, long restRanks) {
    groups.add(new DataGroup(over, overKind, overRanks, rest, restKind, restRanks));
    units.forEach(unit -> unit.add(new long[2]));
    return this;
  }

  /** Gives the embedding elements in the groups that were added last. */
  public DataGroups embed(long gradients, long weights) {
    return unit(EMBED, gradients, weights);
  }

  /** Gives the head elements of its own in the groups that were added last. */
  public DataGroups head(long gradients, long weights) {
    return unit(HEAD, gradients, weights);
  }

  /**
   * Gives the head the table of the embedding in the groups that were added last. It needs the
   * weights as if they were its own; the gradient is one where both are on one stage.
   */
  public DataGroups table(long gradients, long weights) {
    return unit(TABLE, gradients, 0).unit(HEAD, 0, weights);
  }

  /** Gives each layer of a kind elements in the groups that were added last. */
  public DataGroups layer(int kind, long gradients, long weights) {
    return unit(FIRST_KIND + kind, gradients, weights);
  }

  /**
   * Gives several units elements in the groups that were added last, to whose gradients all add.
   *
   * @param byEmbedding whether the embedding is among them
   * @param byHead whether the head is
   * @param kindsOfLayers the kinds of layers that are
   */
  public DataGroups shared(
      long gradients, boolean byEmbedding, boolean byHead, int... kindsOfLayers) {
    List<Integer> all = Arrays.stream(kindsOfLayers).boxed().toList();
    shared.add(new Shared(groups.size() - 1, gradients, byEmbedding, byHead, all));
    return this;
  }

  /** What units share. */
  List<Shared> shared() {
    return shared;
  }

  /** The kind of a layer of the model. */
  int kind(int layer) {
    return kinds.kindOf(layer);
  }

  private DataGroups unit(int unit, long gradients, long weights) {
    long[] elements = units.get(unit).get(groups.size() - 1);
    elements[0] = Math.addExact(elements[0], gradients);
    elements[1] = Math.addExact(elements[1], weights);
    return this;
  }

  /** The unit of a layer of the model. */
  int unit(int layer) {
    return FIRST_KIND + kinds.kindOf(layer);
  }

  int size() {
    return groups.size();
  }

  DataGroup group(int index) {
    return groups.get(index);
  }

  /** Elements of the unit's gradients that are partial over the group. */
  long gradients(int unit, int group) {
    return units.get(unit).get(group)[0];
  }

  /** Elements of the gradient of a table that embedding and head share. */
  long table(int group) {
    return gradients(TABLE, group);
  }

  /** Elements of the weights of those gradients. */
  long weights(int unit, int group) {
    return units.get(unit).get(group)[1];
  }

  long gradientBytes() {
    return gradientBytes;
  }

  long tensorBytes() {
    return tensorBytes;
  }
}
