package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.InvalidPlanException;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Schedule;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generated flatteners as classes. */
final class GeneratedClassTest {
  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Node8, 8, 1, 8",
    "llama3_8b.tfm, Pod64, 64, 4, 64",
    "llama3_8b_long.tfm, Ring64, 64, 1, 16",
    "gpt3_175b.tfm, Pod64, 64, 8, 64",
    "gpt3_175b.tfm, Pod512, 512, 8, 64",
    "gpt3_kp.tfm, Kp2x4, 256, 16, 32",
    "gpt3_kp.tfm, Kp2x4Rc, 256, 16, 64"
  })
  void compilesWithoutWarningsAndServesItsPlan(
      String file, String plan, int ranks, int stages, int microBatches) {
    Flattener flattener = GeneratedClass.flattener(Sources.shipped(file, plan));
    assertThat(flattener.mesh().ranks()).isEqualTo(ranks);
    assertThat(flattener.stages()).isEqualTo(stages);
    assertThat(flattener.microBatches()).isEqualTo(microBatches);
  }

  @Test
  void aScheduleThatCannotRunIsRejectedWhereTheFileSaysIt() {
    GeneratedClass generated =
        GeneratedClass.of(Sources.shipped("llama3_8b.tfm", "Pod64").java("demo"));
    PlanValues plan = generated.defaults().withBatch(12, 1);
    assertThatThrownBy(() -> generated.flattener(plan.withSchedule(new Schedule("interleaved", 2))))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessage(
            "llama3_8b.tfm:69:14: error[TFM4005]: `interleaved` needs micro-batches in groups of as"
                + " many as there are stages: 6 do not divide by 4");
    assertThatThrownBy(() -> generated.flattener(plan.withSchedule(Schedule.of("zero_bubble"))))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessageEndingWith(
            "error[TFM4005]: `zero_bubble` needs a class that is generated for it: say `schedule"
                + " zero_bubble` in the plan");
    assertThatThrownBy(() -> generated.flattener(plan.withSchedule(Schedule.of("gpip"))))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessageEndingWith("error[TFM1001]: unknown schedule `gpip`");
  }

  /** A class that is generated for passes apart serves all schedules, with the same nodes. */
  @Test
  void aClassWithPassesApartServesAllSchedules() {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    PlanChanges apart = PlanChanges.of("batch = 16", "schedule = zero_bubble");
    GeneratedClass generated =
        GeneratedClass.of(compiler.compile("Pod64", apart).orElseThrow().java("demo"));
    PlanValues plan = generated.defaults();
    GeneratedClass plain =
        GeneratedClass.of(Sources.shipped("llama3_8b.tfm", "Pod64").java("demo"));
    for (Schedule schedule : List.of(Schedule.of("gpipe"), new Schedule("interleaved", 2))) {
      assertThat(Counts.of(generated.flattener(plan.withSchedule(schedule))).nodes())
          .isEqualTo(Counts.of(plain.flattener(plan.withSchedule(schedule))).nodes());
    }
  }

  /** Megatron's scatter and gather: ranks with the same stream send a share of it each. */
  @Test
  void splitMessagesAreSentOnceAndGathered() {
    CountingSink whole = ofSmallPlan("one_f_one_b");
    CountingSink split = ofSmallPlan("one_f_one_b(messages = split)");
    assertThat(split.sendNodes()).isEqualTo(whole.sendNodes());
    assertThat(split.sentBytes().shiftLeft(2)).isEqualTo(whole.sentBytes());
    assertThat(split.collectiveNodes() - whole.collectiveNodes()).isEqualTo(split.sendNodes());
    assertThat(split.computeNodes()).isEqualTo(whole.computeNodes());
  }

  private static CountingSink ofSmallPlan(String schedule) {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/clusters.tfm"
        plan P of Llama3_8B {
          mesh  pp = 2, tp = 4
          shard { g f voc over tp  layers over pp }
          batch 4  micro_batch 1
          schedule @schedule
          on hgx_h100
        }
        """;
    Source source = new Source("m.tfm", text.replace("@schedule", schedule));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    return Counts.of(GeneratedClass.flattener(compiler.compile("P").orElseThrow()));
  }

  /** Passes apart make the same kernels, collectives and gradients. */
  @Test
  void passesApartDoTheSameWork() {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("gpt3_175b.tfm"), Imports.LIBRARY_ONLY);
    PlanChanges apart = PlanChanges.of("batch = 10", "schedule = zero_bubble");
    GeneratedClass generated =
        GeneratedClass.of(compiler.compile("Pod64", apart).orElseThrow().java("demo"));
    PlanValues plan = generated.defaults();
    CountingSink split = Counts.of(generated.flattener(plan));
    CountingSink whole =
        Counts.of(generated.flattener(plan.withSchedule(Schedule.of("one_f_one_b"))));
    assertThat(split.nodes()).isEqualTo(whole.nodes());
    assertThat(split.modelMatmulOperations()).isEqualTo(whole.modelMatmulOperations());
    assertThat(split.memoryBytes()).isEqualTo(whole.memoryBytes());
    assertThat(split.traffic()).isEqualTo(whole.traffic());
  }

  @Test
  void valuesThatDoNotFitAreRejectedInTheWordsOfTheCompiler() {
    GeneratedClass generated =
        GeneratedClass.of(Sources.shipped("llama3_8b.tfm", "Node8").java("demo"));
    assertThatThrownBy(() -> generated.flattener(generated.defaults().withAxis("tp", 16)))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessageContaining(
            "llama3_8b.tfm:46:11: error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .hasMessageContaining(
            "error[TFM3020]: the mesh has 16 ranks, but cluster `hgx_h100` has 8");
  }
}
