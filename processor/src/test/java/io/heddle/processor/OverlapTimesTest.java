package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Section;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code overlap} makes of exposed communication. */
final class OverlapTimesTest {
  private static final String DEEPSEEK =
      """
      tfm 1
      import "std/models/deepseek_v3.tfm"
      import "std/clusters.tfm"
      plan Small of DeepSeek_V3 {
        mesh   dp = 8, tp = 8
        view   moe: (dp tp) = (edp ep) where ep = 64
        shard  { b over dp  n f fs voc over tp  e over ep  stream: s over tp }
        LINE
        batch  16  micro_batch 1
        on     hgx_h100(nodes = 8)
      }
      """;

  private static Compiled compile(Source source, String plan, Map<String, Long> numbers) {
    return TfmCompiler.read(source, Imports.LIBRARY_ONLY)
        .compile(plan, PlanChanges.numbers(numbers))
        .orElseThrow();
  }

  private static Compiled llama(String line, Map<String, Long> numbers) {
    String text = Sources.shipped("llama3_8b.tfm").text();
    return compile(
        new Source("a.tfm", text.replace("  recompute  none\n", "  recompute none\n  " + line)),
        "Pod64",
        numbers);
  }

  private static Compiled deepSeek(String line) {
    return compile(
        new Source("a.tfm", DEEPSEEK.replace("LINE", line)), "Small", Map.of("layers", 5L));
  }

  private static StepReport simulate(Compiled compiled) {
    try {
      Flattener flattener = GeneratedClass.flattener(compiled);
      return StepSimulation.run(flattener, StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void piecesHideTensorParallelCollectives() {
    Map<String, Long> few = Map.of("batch", 8L);
    StepReport plain = simulate(llama("", few));
    StepReport cut = simulate(llama("overlap tp chunks 4\n", few));
    assertThat(cut.iterationNanos()).isLessThan(plain.iterationNanos());
    assertThat(cut.exposedByAxes().get("tp")).isLessThan(plain.exposedByAxes().get("tp"));
  }

  /** An axis of one rank has nothing to cut: the same trace. */
  @Test
  void anAxisOfOneRankChangesNothing() {
    Map<String, Long> one = Map.of("batch", 16L, "tp", 1L, "dp", 16L);
    StepReport plain = simulate(llama("", one));
    StepReport cut = simulate(llama("overlap tp chunks 4\n", one));
    assertThat(cut.iterationNanos()).isEqualTo(plain.iterationNanos());
    assertThat(cut.counts().nodes()).isEqualTo(plain.counts().nodes());
  }

  @Test
  void sharedExpertsHideExchanges() {
    StepReport plain = simulate(deepSeek(""));
    StepReport arranged = simulate(deepSeek("overlap experts"));
    assertThat(arranged.iterationNanos()).isLessThan(plain.iterationNanos());
    assertThat(arranged.exposedByAxes().get("ep")).isLessThan(plain.exposedByAxes().get("ep"));
  }

  /** What a forward and a backward pass exchange is hidden where they run side by side. */
  @Test
  void passesSideBySideHideTensorParallelCollectives() {
    StepReport apart = simulate(scheduled("zb_v"));
    StepReport beside = simulate(scheduled("dualpipe_v"));
    assertThat(beside.counts().computeNodes()).isEqualTo(apart.counts().computeNodes());
    assertThat(beside.counts().collectiveNodes()).isEqualTo(apart.counts().collectiveNodes());
    assertThat(beside.exposedByAxes().get("tp") * 1.5).isLessThan(apart.exposedByAxes().get("tp"));
    assertThat(beside.iterationNanos()).isLessThan(apart.iterationNanos());
  }

  private static Compiled scheduled(String schedule) {
    return TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY)
        .compile("Pod64", PlanChanges.of("batch = 32", "schedule = " + schedule))
        .orElseThrow();
  }

  private static List<String> operations(List<LocalNode> nodes) {
    return nodes.stream().map(LocalNode::operation).toList();
  }

  /** Half of the shared expert's products beside each exchange, its gathers ahead of it. */
  @Test
  void sharedExpertsStandBehindExchanges() {
    Section moe =
        deepSeek("overlap experts").program().blocks().stream()
            .filter(block -> block.block().name().equals("moe"))
            .findFirst()
            .orElseThrow();
    assertThat(operations(moe.forward()))
        .containsExactly(
            "a",
            "gather.a",
            "router",
            "p",
            "z",
            "exchange.z",
            "shared",
            "gate_up",
            "silu.u",
            "m",
            "exchange.m",
            "silu.us",
            "y",
            "scatter.y",
            "combine.m",
            "out");
    assertThat(operations(moe.backward()))
        .containsSubsequence(
            "gather.dout",
            "exchange.dm",
            "y.dx",
            "y.dw",
            "silu.us.dx",
            "shared.dx",
            "gather.a",
            "m.dx",
            "exchange.dz",
            "shared.dw",
            "z.dx");
  }
}
