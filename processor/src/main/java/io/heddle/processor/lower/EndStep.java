package io.heddle.processor.lower;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.SharedWeights;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Step;
import io.heddle.processor.program.Step.DataGroup;
import io.heddle.processor.program.Step.GradientGroup;
import io.heddle.processor.program.Step.UnitCollective;
import io.heddle.processor.program.Step.UnitShare;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Adds the end of the step: what is summed over which ranks, what they share unit by unit, and the
 * nodes that do it. Programs that make no gradients have none.
 */
final class EndStep implements Rewrite {
  @Override
  public RankProgram apply(RankProgram program) {
    boolean trains =
        program.allBlocks().stream().anyMatch(section -> !section.backward().isEmpty());
    return trains ? program.with(new Builder(program).step()) : program;
  }

  /** Sorts the gradients of one program. */
  private static final class Builder {
    private final RankProgram program;
    private final Plan plan;
    private final boolean gathersWeights;
    private final Map<Weight, Size.Shared> shared;

    Builder(RankProgram program) {
      this.program = program;
      this.plan = program.plan();
      this.gathersWeights = plan.optimizer().weights() != null;
      this.shared = SharedWeights.of(plan);
    }

    Step step() {
      Set<String> dataAxes = dataAxes();
      Map<List<String>, List<LocalWeight>> first = new LinkedHashMap<>();
      Map<List<String>, List<LocalWeight>> data = new LinkedHashMap<>();
      Map<List<String>, List<LocalWeight>> frozen = new LinkedHashMap<>();
      for (Section section : program.allBlocks()) {
        for (LocalWeight weight : section.weights()) {
          if (!weight.isTrained()) {
            List<String> shared = inLayoutOrder(weight.sharedOver(), dataAxes::contains);
            if (!shared.isEmpty()) {
              add(frozen, shared, weight);
            }
            continue;
          }
          Set<String> partial = weight.partial();
          List<String> overOthers = inLayoutOrder(partial, axis -> !dataAxes.contains(axis));
          if (!overOthers.isEmpty()) {
            add(first, overOthers, weight);
          }
          List<String> overData = inLayoutOrder(partial, dataAxes::contains);
          add(data, overData, weight);
        }
      }
      List<GradientGroup> groups = new ArrayList<>();
      first.forEach((axes, weights) -> groups.add(new GradientGroup(axes, weights)));
      List<DataGroup> dataGroups = new ArrayList<>();
      frozen.keySet().forEach(axes -> data.putIfAbsent(axes, List.of()));
      data.forEach(
          (axes, weights) ->
              dataGroups.add(dataGroup(axes, weights, frozen.getOrDefault(axes, List.of()))));
      boolean sharesUnits = plan.reducesEarly() || gathersWeights;
      return new Step(
          groups,
          dataGroups,
          sharesUnits ? units(dataGroups) : List.of(),
          new StepNodes(
                  program,
                  groups,
                  dataGroups.stream().filter(group -> !group.weights().isEmpty()).toList())
              .pass());
    }

    /** Adds a weight once: blocks that differ in the gradients of what they take have the same. */
    private static void add(
        Map<List<String>, List<LocalWeight>> to, List<String> axes, LocalWeight weight) {
      List<LocalWeight> weights = to.computeIfAbsent(axes, unused -> new ArrayList<>());
      if (!weights.contains(weight)) {
        weights.add(weight);
      }
    }

    private List<String> inLayoutOrder(Set<String> axes, Predicate<String> which) {
      return plan.axisOrder().stream().filter(axes::contains).filter(which).toList();
    }

    /** The axes that the shard rules give a dimension of the stream, and views of such axes. */
    private Set<String> dataAxes() {
      Set<String> axes = new LinkedHashSet<>();
      for (Dim dim : plan.model().streamDims()) {
        axes.addAll(plan.shardOf(dim));
      }
      for (Plan.View view : plan.views()) {
        if (view.from().stream().anyMatch(axes::contains)) {
          view.to().forEach(axis -> axes.add(axis.name()));
        }
      }
      return axes;
    }

    private DataGroup dataGroup(
        List<String> axes, List<LocalWeight> weights, List<LocalWeight> frozen) {
      List<LocalWeight> all = new ArrayList<>(weights);
      all.addAll(frozen);
      List<UnitShare> shares = new ArrayList<>();
      Map<Size.Part, List<LocalWeight>> own = HeldWeights.units(program);
      HeldWeights.readByUnits(program)
          .forEach(
              (unit, read) -> {
                List<LocalWeight> here = read.stream().filter(all::contains).toList();
                List<LocalWeight> made =
                    own.get(unit).stream()
                        .filter(all::contains)
                        .filter(weight -> !shared.containsKey(weight.weight()))
                        .toList();
                if (!here.isEmpty()) {
                  shares.add(
                      new UnitShare(
                          unit,
                          sum(made, LocalWeight::gradientElements),
                          sum(here, LocalWeight::elements)));
                }
              });
      sharedBy(all::contains)
          .forEach(
              (users, made) ->
                  shares.add(
                      new UnitShare(users, sum(made, LocalWeight::gradientElements), Size.ZERO)));
      return new DataGroup(
          axes,
          axes.stream().filter(plan::isOptimizerSharded).toList(),
          axes.stream().filter(axis -> !plan.isOptimizerSharded(axis)).toList(),
          plan.reduction().twoLevel(),
          weights,
          frozen,
          shares);
    }

    /** The trained weights that layers share, by the parts of the model that use them. */
    private Map<Size.Shared, List<LocalWeight>> sharedBy(Predicate<LocalWeight> which) {
      Map<Size.Shared, List<LocalWeight>> together = new LinkedHashMap<>();
      shared.forEach(
          (weight, users) ->
              HeldWeights.local(program, weight)
                  .filter(LocalWeight::isTrained)
                  .filter(which)
                  .ifPresent(
                      own ->
                          together.computeIfAbsent(users, unused -> new ArrayList<>()).add(own)));
      return together;
    }

    private static Size sum(List<LocalWeight> weights, Function<LocalWeight, Size> each) {
      return Size.sum(weights.stream().map(each).toList());
    }

    /** The embedding, a layer of each kind, the head; what layers share. */
    private List<Step.Unit> units(List<DataGroup> groups) {
      List<Step.Unit> units = new ArrayList<>();
      List<LocalWeight> first = program.embed().weights();
      units.add(unit(Size.End.EMBEDDING, notShared(first), first, groups));
      for (Model.LayerKind kind : plan.model().layerKinds()) {
        List<LocalWeight> own = new ArrayList<>();
        List<LocalWeight> read = new ArrayList<>();
        for (Block block : kind.blocks()) {
          own.addAll(program.section(block).ownWeights());
          read.addAll(program.section(block).weights());
        }
        units.add(unit(new Size.Layer(kind.number()), notShared(own), read, groups));
      }
      List<LocalWeight> own = new ArrayList<>(program.head().weights());
      own.removeIf(weight -> isOfLayer(weight.weight()));
      units.add(unit(Size.End.HEAD, notShared(own), program.head().weights(), groups));
      if (plan.reducesEarly()) {
        sharedBy(weight -> true)
            .forEach((users, weights) -> units.add(unit(users, weights, List.of(), groups)));
      }
      return units;
    }

    private List<LocalWeight> notShared(List<LocalWeight> weights) {
      return weights.stream().filter(weight -> !shared.containsKey(weight.weight())).toList();
    }

    private boolean isOfLayer(Weight weight) {
      Block head = program.head().block();
      return head.borrows(weight) && !program.embed().block().weights().contains(weight);
    }

    /**
     * What data-parallel ranks share of a unit.
     *
     * @param own the weights whose gradients it completes
     * @param read those that its passes read
     */
    private Step.Unit unit(
        Size.Part part, List<LocalWeight> own, List<LocalWeight> read, List<DataGroup> groups) {
      List<UnitCollective> collectives = new ArrayList<>();
      for (DataGroup group : groups) {
        List<LocalWeight> here = own.stream().filter(group.weights()::contains).toList();
        List<String> over = group.scattered();
        Size gradients = Size.share(sum(here, LocalWeight::gradientElements), over);
        if (gathersWeights) {
          List<LocalWeight> gathered =
              new ArrayList<>(read.stream().filter(group.weights()::contains).toList());
          read.stream().filter(group.frozen()::contains).forEach(gathered::add);
          Size shard = Size.share(sum(gathered, LocalWeight::elements), over);
          add(
              collectives,
              "gather.weights",
              CollectiveKind.ALL_GATHER,
              new LocalGroup.Along(over),
              StepNodes.tensor(shard));
        }
        if (plan.reducesEarly()) {
          Size whole = Size.product(gradients, new Size.Ranks(over));
          add(
              collectives,
              "scatter",
              CollectiveKind.REDUCE_SCATTER,
              new LocalGroup.Along(over),
              StepNodes.gradient(whole));
        }
        if (plan.reducesEarly() && !plan.optimizer().gradientsSharded()) {
          add(
              collectives,
              "reduce",
              CollectiveKind.ALL_REDUCE,
              group.othersGroup(),
              StepNodes.gradient(gradients));
        }
      }
      return new Step.Unit(part, collectives);
    }

    private static void add(
        List<UnitCollective> to,
        String verb,
        CollectiveKind kind,
        LocalGroup.Along group,
        Size bytes) {
      List<String> axes = group.axes();
      if (!axes.isEmpty() && !bytes.equals(Size.ZERO)) {
        to.add(new UnitCollective(verb + "." + String.join(".", axes), kind, group, bytes));
      }
    }
  }
}
