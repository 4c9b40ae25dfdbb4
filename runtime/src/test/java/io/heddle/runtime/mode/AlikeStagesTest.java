package io.heddle.runtime.mode;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.GradientReduction.When;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Schedule;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.trace.Emission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** A stage that is walked through for others is what each of them is by itself. */
final class AlikeStagesTest {
  private static final int DP = 1;
  private static final long ELEMENTS = 1 << 20;

  /** All layers are the same; data-parallel ranks share gradients and weights of each. */
  private static final class Uniform extends SmallFlattener {
    Uniform(PlanValues plan) {
      super(plan, 2);
      LayerKinds layers = LayerKinds.builder().stack(plan.parameter("layers")).of(0, 1).build();
      DataGroups groups = new DataGroups(layers, 4, 2).over("dp", DP, plan.axis("dp"), "", 0, 0);
      groups.embed(ELEMENTS, ELEMENTS).head(ELEMENTS, ELEMENTS).layer(0, ELEMENTS, ELEMENTS);
      share(groups);
    }

    @Override
    public boolean areAlike(int layer, int other) {
      return true;
    }
  }

  private static Uniform flattener(PlanValues plan) {
    return new Uniform(plan);
  }

  private static PlanValues on(PlanValues plan, List<NetworkDimension> network) {
    Cluster cluster = plan.cluster();
    return plan.on(new Cluster(cluster.name(), cluster.device(), network));
  }

  @Example
  void innerStagesAreAlike() {
    Uniform flattener = flattener(SmallFlattener.plan(8, 2, 4, 16, 8));
    Stages stages = new Stages(flattener);
    AlikeStages alike =
        new AlikeStages(flattener, stages, PassKinds.of(flattener, stages).offsets());
    List<Integer> first = new ArrayList<>();
    for (int stage = 0; stage < 8; stage++) {
      first.add(alike.first(stage));
    }
    assertThat(first).containsExactly(0, 1, 1, 1, 1, 1, 1, 7);
  }

  @Property(tries = 300)
  void eachIsWhatItIsByItself(
      @ForAll @IntRange(min = 1, max = 6) int stageCount,
      @ForAll @IntRange(min = 0, max = 5) int order,
      @ForAll @IntRange(min = 1, max = 3) int replicas,
      @ForAll @IntRange(min = 2, max = 9) int node,
      @ForAll @LongRange(min = 1, max = 12) long microBatches,
      @ForAll boolean ring,
      @ForAll boolean gathered,
      @ForAll boolean everyMicroBatch,
      @ForAll When when,
      @ForAll boolean split) {
    PlanValues even = SmallFlattener.plan(stageCount, replicas, 2, 2 * stageCount + 1, 1);
    int ranks = even.mesh().ranks();
    List<NetworkDimension> network =
        List.of(
            new NetworkDimension(ring ? Topology.RING : Topology.SWITCH, node, 450e9, 500),
            new NetworkDimension(Topology.SWITCH, (ranks + node - 1) / node, 50e9, 2000));
    PlanValues plan =
        new PlanValues(
            even.model(),
            even.plan(),
            Map.of("layers", 2L * stageCount),
            ordered(even.axes(), order),
            microBatches * replicas,
            1,
            Schedule.of(split ? "zero_bubble" : "one_f_one_b"),
            even.stages(),
            even.recompute(),
            new Optimizer(
                Optimizer.Algorithm.ADAM,
                List.of("dp"),
                new GradientReduction(
                    when, when == When.IN_BUCKETS ? 1L << 12 : 0, false, everyMicroBatch),
                gathered ? new WeightGathers(true, 1, false) : WeightGathers.NONE),
            even.precision(),
            even.cluster());
    Uniform flattener = flattener(on(plan, network));
    ComputedStep.Parts parts =
        ComputedStep.Parts.byFormula(flattener, Emission.WHOLE, StepProgress.SILENT);
    Stages stages = new Stages(flattener);
    PassKinds kinds = PassKinds.of(flattener, stages);
    Costs costs = Costs.of(Machine.of(flattener.plan().cluster()));
    PassTimes times = new ComputedPasses(flattener, stages, kinds, costs);
    for (int stage = 0; stage < stageCount; stage++) {
      StageWalk alone =
          new StageWalk(flattener, Emission.WHOLE, stages, stage, kinds, times, times, costs);
      StageWalk walk = parts.walks().get(stage);
      assertThat(walk.work()).isEqualTo(alone.work());
      assertThat(walk.waits()).isEqualTo(alone.waits());
      assertThat(walk.step()).isEqualTo(alone.step());
      assertThat(walk.computing()).isEqualTo(alone.computing());
      assertThat(walk.communication(0).times()).isEqualTo(alone.communication(0).times());
      for (Kind kind : Kind.values()) {
        assertThat(walk.mean(kind)).isEqualTo(alone.mean(kind));
      }
    }
  }

  private static List<Axis> ordered(List<Axis> axes, int order) {
    List<Axis> rest = new ArrayList<>(axes);
    List<Axis> ordered = new ArrayList<>();
    ordered.add(rest.remove(order % 3));
    ordered.add(rest.remove(order / 3));
    ordered.addAll(rest);
    return ordered;
  }
}
