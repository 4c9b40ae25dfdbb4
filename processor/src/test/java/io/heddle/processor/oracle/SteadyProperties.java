package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.mode.ManySteps;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What few micro-batches tell of a step of many is what the whole step tells. */
final class SteadyProperties {
  private static final Device SLOW = new Device("slow", 1e9, 1, 1L << 30, 1e9, 1);

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @Property(tries = 60)
  void fewTellOfMany(@ForAll("seeds") long seed) {
    Optional<Flattener> flattener = longStep(RandomModel.text(seed), seed);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get());
  }

  @Property(tries = 30)
  void soTheyDoWithLoadsOfExperts(@ForAll("seeds") long seed) {
    Optional<Flattener> flattener = longStep(RandomLoads.text(new Random(seed)), seed);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get());
  }

  /** Otherwise the property would say nothing. */
  @Example
  void manyStepsBecomeSteady() {
    assertThat(steadyOf30(Mode.FLATTENED)).isGreaterThanOrEqualTo(30 / 4);
  }

  @Property(tries = 40)
  void soTheyDoOfPassesThatAreKernels(@ForAll("seeds") long seed) {
    Optional<Flattener> flattener = longStep(RandomModel.text(seed), seed);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get(), Mode.HIERARCHICAL);
  }

  @Example
  void manyStepsOfSuchPassesBecomeSteady() {
    assertThat(steadyOf30(Mode.HIERARCHICAL)).isGreaterThanOrEqualTo(30 / 4);
  }

  private static int steadyOf30(Mode mode) {
    Random seeds = new Random(5);
    int steps = 0;
    int steady = 0;
    while (steps < 30) {
      long seed = seeds.nextLong();
      Optional<Flattener> flattener = longStep(RandomModel.text(seed), seed);
      if (flattener.isPresent() && flattener.get().mesh().ranks() > 2) {
        steps++;
        steady += assertSame(flattener.get(), mode) ? 1 : 0;
      }
    }
    return steady;
  }

  private static boolean assertSame(Flattener flattener) {
    return assertSame(flattener, Mode.FLATTENED);
  }

  /** Compares both; returns whether few micro-batches ran. */
  private static boolean assertSame(Flattener flattener, Mode mode) {
    long[] fewest = {Long.MAX_VALUE};
    StepReport folded =
        run(
            flattener,
            mode,
            SimulationOptions.DEFAULT,
            (begun, actions) -> fewest[0] = Math.min(fewest[0], actions));
    long[] ran = {0};
    StepReport whole =
        run(
            flattener,
            mode,
            SimulationOptions.DEFAULT.withSymmetry(false),
            (begun, actions) -> ran[0] = actions);
    assertThat(folded.iterationNanos()).isEqualTo(whole.iterationNanos());
    assertThat(folded.ranks()).isEqualTo(whole.ranks());
    assertThat(folded.stages()).isEqualTo(whole.stages());
    assertThat(folded.counts()).isEqualTo(whole.counts());
    return folded.symmetry().unfolded().isEmpty()
        && fewest[0] * whole.ranks().size() < ran[0] * folded.symmetry().colours();
  }

  private static StepReport run(
      Flattener flattener, Mode mode, SimulationOptions options, StepProgress progress) {
    try {
      return new ManySteps(mode, options).run(flattener, progress);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(options.toString(), e);
    }
  }

  /** A random plan with the batch of many, on a network on which it folds. */
  private static Optional<Flattener> longStep(String text, long seed) {
    Random random = new Random(seed);
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    return compiler
        .compile("P")
        .map(
            compiled -> {
              GeneratedClass generated = GeneratedClass.of(compiled.java("demo"));
              PlanValues plan = generated.defaults();
              NetworkDimension network =
                  new NetworkDimension(
                      Topology.SWITCH, plan.mesh().ranks(), 1e9 * (1 + random.nextInt(9)), 137);
              Cluster cluster = new Cluster("any", SLOW, List.of(network));
              return generated.flattener(
                  plan.withBatch(plan.batch() * (20 + random.nextInt(40))).on(cluster));
            });
  }
}
