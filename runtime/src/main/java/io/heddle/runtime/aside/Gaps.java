package io.heddle.runtime.aside;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many elements of gradients fit behind each collective of a stage's backward passes, so that
 * the next collective need not wait for their reduction. All ranks of the stage take the numbers of
 * its first one, for those who share gradients must cut them alike.
 */
final class Gaps {
  /** In place of a layer: embedding and head. */
  static final int ENDS = -1;

  private static final long[] NOTHING = {};

  /** By direction; then by the operation of the collective: for each data group. */
  private record OfUnit(Map<String, long[]> backward, Map<String, long[]> again) {}

  private final Map<Integer, OfUnit> units = new HashMap<>();
  private final DataGroups groups;
  private final Costs costs;
  private final @Nullable CarriedBytes carried;
  private final int rank;
  private final @Nullable Group[] groupsOfRank;
  private final long gradientBytes;

  private Gaps(
      DataGroups groups,
      Costs costs,
      @Nullable CarriedBytes carried,
      int rank,
      @Nullable Group[] groupsOfRank) {
    this.groups = groups;
    this.costs = costs;
    this.carried = carried;
    this.rank = rank;
    this.groupsOfRank = groupsOfRank;
    this.gradientBytes = groups.gradientBytes();
  }

  /** The gaps in the backward passes of a stage, which single passes show. */
  static Gaps of(
      Flattener flattener,
      LayerSplit layers,
      @Nullable CarriedBytes carried,
      SinglePasses passes,
      DataGroups groups,
      int stage) {
    int rank = 0;
    while (flattener.stage(rank) != stage) {
      rank++;
    }
    PlanValues plan = flattener.plan();
    Costs costs = Costs.of(Machine.of(plan.cluster()));
    Gaps gaps = new Gaps(groups, costs, carried, rank, flattener.groups().of(rank));
    boolean apart = plan.schedule().rules().splitsBackward();
    Map<Integer, Integer> measured = new HashMap<>();
    for (int chunk = 0; chunk < layers.chunks(); chunk++) {
      int place = layers.place(stage, chunk);
      int end = layers.endLayer(place);
      for (int layer = layers.firstLayer(place); layer < end; layer++) {
        int kind = 2 * groups.unit(layer) + (plan.recompute().isSelected(layer) ? 1 : 0);
        Integer other = measured.putIfAbsent(kind, layer);
        if (other != null) {
          gaps.addLike(layer, other);
        } else if (apart) {
          gaps.add(passes, PipelinePass.LAYER_INPUT, layer);
          gaps.add(passes, PipelinePass.LAYER_WEIGHT, layer);
        } else {
          gaps.add(passes, PipelinePass.LAYER_BACKWARD, layer);
        }
      }
      if (layers.ends(place)) {
        gaps.add(passes, apart ? PipelinePass.HEAD_INPUT : PipelinePass.HEAD_BACKWARD, ENDS);
      }
      if (layers.ends(place) && apart) {
        gaps.add(passes, PipelinePass.HEAD_WEIGHT, ENDS);
      }
      if (layers.begins(place)) {
        gaps.add(passes, PipelinePass.EMBED_BACKWARD, ENDS);
      }
    }
    return gaps;
  }

  private void add(SinglePasses passes, PipelinePass pass, int layer) {
    LaneRooms lane = new LaneRooms(rank, costs);
    passes.emit(rank, pass, layer, lane.sink());
    OfUnit of =
        units.computeIfAbsent(layer, unused -> new OfUnit(new HashMap<>(), new HashMap<>()));
    lane.rooms()
        .forEach(
            (place, room) ->
                (place.direction() == Direction.RECOMPUTE ? of.again() : of.backward())
                    .put(place.operation(), fitting(room)));
  }

  /** A layer has the same passes as another. */
  private void addLike(int layer, int other) {
    OfUnit same = units.get(other);
    if (same != null) {
      units.put(layer, same);
    }
  }

  private long[] fitting(long room) {
    long[] fitting = new long[groups.size()];
    for (int i = 0; i < fitting.length; i++) {
      DataGroup group = groups.group(i);
      long step = group.bucket(1);
      long fits = 0;
      // Doubles what fits, then halves what is between.
      long tooMany = step;
      while (tooMany < Long.MAX_VALUE / 1024 / gradientBytes && holds(group, tooMany) <= room) {
        fits = tooMany;
        tooMany *= 2;
      }
      while (tooMany - fits > step) {
        long middle = group.bucket(fits + (tooMany - fits) / 2);
        if (middle <= fits || middle >= tooMany) {
          break;
        }
        if (holds(group, middle) <= room) {
          fits = middle;
        } else {
          tooMany = middle;
        }
      }
      fitting[i] = fits;
    }
    return fitting;
  }

  private long holds(DataGroup group, long elements) {
    return group.holds(this::nanos, groupsOfRank, elements, gradientBytes);
  }

  private long nanos(Group group, Collective collective, long bytes) {
    double measured = carried == null ? -1 : carried.nanos(group, collective, bytes);
    return measured < 0
        ? costs.collectives().nanosOf(rank, group, collective, bytes)
        : Math.round(measured);
  }

  /**
   * The elements of a data group that fit behind a collective; 0 if none do.
   *
   * @param layer of the collective; {@link #ENDS} where it is in none
   */
  long fitting(int layer, Direction direction, String operation, int group) {
    OfUnit of = units.get(layer);
    if (of == null) {
      return 0;
    }
    long[] fitting =
        (direction == Direction.RECOMPUTE ? of.again() : of.backward())
            .getOrDefault(operation, NOTHING);
    return fitting.length == 0 ? 0 : fitting[group];
  }
}
