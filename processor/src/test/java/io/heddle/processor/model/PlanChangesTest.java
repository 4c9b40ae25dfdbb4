package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.SweepCompiler.Dropped;
import io.heddle.processor.SweepCompiler.Kept;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanChangesTest {
  private static TfmCompiler llama() {
    return TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
  }

  private static TfmCompiler nodes(Function<String, String> change) {
    try (InputStream file = PlanChangesTest.class.getResourceAsStream("nodes.tfm")) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
      return TfmCompiler.read(new Source("nodes.tfm", change.apply(text)), Imports.LIBRARY_ONLY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Compiled compile(TfmCompiler compiler, String plan, String... settings) {
    return compiler
        .compile(plan, compiler.changes(List.of(settings)))
        .filter(Compiled::checkPlacement)
        .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
  }

  /** A setting is the plan with that line in its text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          schedule = interleaved(chunks = 2) | schedule +one_f_one_b | schedule interleaved(chunks = 2)
          schedule=interleaved,chunks=2 | schedule +one_f_one_b | schedule interleaved(chunks = 2)
          layout = dp > pp > tp | layout pp > dp > tp | layout dp > pp > tp
          recompute = attend | recompute +none | recompute attend
          recompute = full every 2 | recompute +none | recompute full every 2
          optimizer = adam sharded over dp, gradients sharded | optimizer +adam sharded over dp | optimizer adam sharded over dp, gradients sharded
          overlap = tp chunks 4 | recompute +none | overlap tp chunks 4
          unfused = on | recompute +none | unfused
          keep = attention.a | recompute +none | keep attention.a
          tp = 4, nodes = 4 | tp = 8((?s:.*))nodes = 8 | tp = 4$1nodes = 4
          on = dgx_a100(nodes = 8) | on +hgx_h100\\(nodes = 8\\) | on dgx_a100(nodes = 8)
          batch = 8 * dp * pp | batch 128 | batch 8 * dp * pp
          """)
  void aSettingIsTheLineInTheFile(String setting, String line, String instead) {
    Source file = Sources.shipped("llama3_8b.tfm");
    int plan = file.text().indexOf("plan Pod64");
    String head = file.text().substring(0, plan);
    String tail = file.text().substring(plan);
    String changed = tail.replaceFirst(line, instead);
    assertThat(changed).isNotEqualTo(tail);
    Compiled written =
        compile(
            TfmCompiler.read(new Source("a.tfm", head + changed), Imports.LIBRARY_ONLY), "Pod64");
    Compiled set = compile(llama(), "Pod64", setting);
    assertThat(java(set)).isEqualTo(java(written));
  }

  private static String java(Compiled compiled) {
    return compiled
        .java("demo")
        .text()
        .replaceAll("[\\w.-]+:\\d+(:\\d+)?|[\\w-]+\\.tfm", "")
        .replaceAll("\\s+", "");
  }

  @Test
  void numbersShareTheProgramOfTheirLines() {
    TfmCompiler compiler = llama();
    Compiled plain = compile(compiler, "Pod64", "batch = 64");
    Compiled other = compile(compiler, "Pod64", "batch = 32, micro_batch = 2");
    Compiled gpipe = compile(compiler, "Pod64", "batch = 64, schedule = gpipe");
    Compiled again = compile(compiler, "Pod64", "schedule = gpipe", "batch = 32");
    assertThat(other.program()).isSameAs(plain.program());
    assertThat(gpipe.program()).isNotSameAs(plain.program());
    assertThat(again.program()).isSameAs(gpipe.program());
  }

  @Test
  void onePlanOfManySaysNothingOfTheNext() {
    TfmCompiler compiler = llama();
    for (int tp = 1; tp <= 16; tp *= 2) {
      Diagnostics findings = new Diagnostics();
      PlanChanges changes =
          PlanChanges.of("schedule = gpipe").and(PlanChanges.numbers(Map.of("tp", (long) tp)));
      assertThat(compiler.compile("Pod64", changes, findings).isPresent()).isEqualTo(tp <= 8);
      assertThat(findings.hasErrors()).isEqualTo(tp > 8);
    }
    assertThat(compiler.hasErrors()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tq = 4 | 1:1 TFM1004 nothing in this plan is called `tq` | did you mean `tp`? axes: pp, dp, tp; parameters:
          shedule = gpipe | 1:1 TFM1004 nothing in this plan is called `shedule` | did you mean `schedule`?
          chunks = 2 | 1:1 TFM1004 nothing in this plan is called `chunks` | axes: pp, dp, tp
          view.x = | 1:1 TFM1004 nothing in this plan is called `view.x` | the plan has no such line
          shard.vox = | 1:1 TFM1004 nothing in this plan is called `shard.vox` | did you mean `shard.voc`?
          experts = 4 | 1:11 TFM0001 expected the setting's name after `experts`, found `4` |
          overlap = tp | 1:13 TFM0001 expected `chunks` or `,` after `tp`, found the end |
          unfused = yes | 1:11 TFM0001 expected the end after `unfused`, found `yes` |
          schedule = gpip | 1:12 TFM1001 unknown schedule `gpip` | did you mean `gpipe`?
          layout = dp > pp | 1:10 TFM3007 `layout` does not list axis tp | name every axis
          tp = two | 1:6 TFM1001 unknown number `two` | known:
          tp = 0 | 1:1 TFM2024 `tp` is 0, which is not between 1 and 2147483647 | write a whole number
          tp = dp, dp = tp | 1:6 TFM1017 `tp` follows from itself | let one
          shard.voc = tq | 1:13 TFM1001 unknown axis `tq` | did you mean `tp`?
          on = hgx_h100(nodes = tp / 3) | 1:23 TFM2021 8 / 3 leaves the remainder 2 | use ceil_div
          on = hgx_h100(nodes = tq) | 1:23 TFM1001 unknown axis or parameter of the cluster `tq` | did you mean `tp`?
          """)
  void whatIsWrongIsToldInTheSetting(String setting, String finding, String help) {
    TfmCompiler compiler = llama();
    assertThat(compiler.compile("Pod64", compiler.changes(List.of(setting)))).isEmpty();
    assertThat(compiler.diagnostics())
        .anySatisfy(
            found -> {
              String place = found.span().line() + ":" + found.span().column();
              assertThat(found.span().source().path()).isEqualTo("--set");
              assertThat(place + " " + found.code().id() + " " + found.message())
                  .isEqualTo(finding);
              assertThat(found.help() == null ? "" : found.help())
                  .startsWith(help == null ? "" : help);
            });
  }

  @Test
  void ofSeveralLinesOneIsNamed() {
    String text =
        Sources.shipped("llama3_8b.tfm")
            .text()
            .replace("recompute  none\n", "overlap tp chunks 4\n  overlap experts\n");
    TfmCompiler compiler = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    assertThat(compiler.compile("Pod64", compiler.changes(List.of("overlap ="))).isPresent())
        .isFalse();
    assertThat(compiler.diagnostics().get(0).message())
        .isEqualTo("the plan has several lines `overlap`");
    assertThat(compiler.diagnostics().get(0).help())
        .isEqualTo("name one of them: `overlap.tp`, `overlap.experts`");
    TfmCompiler other = TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
    Plan plan = compile(other, "Pod64", "overlap.experts =").plan();
    assertThat(plan.overlap().experts()).isNull();
    assertThat(plan.overlap().axisNames()).containsExactly("tp");
  }

  @Test
  void oneDimensionLeavesItsRule() {
    TfmCompiler compiler = llama();
    Plan plan = compile(compiler, "Pod64", "shard.voc = tp padded").plan();
    Plan before = compile(compiler, "Pod64").plan();
    assertThat(plan.shard().keySet()).isEqualTo(before.shard().keySet());
    assertThat(plan.padding().keySet()).extracting(Dim::name).containsExactly("voc");
    Plan none = compile(llama(), "Pod64", "shard.stream =").plan();
    assertThat(before.stream()).isNotEmpty();
    assertThat(none.stream()).isEmpty();
  }

  @Test
  void theClusterFollowsTheMesh() {
    TfmCompiler compiler = nodes(text -> text);
    assertThat(compile(compiler, "Mine").numbers().cluster().ranks()).isEqualTo(8);
    assertThat(compile(compiler, "Mine", "dp = 4").numbers().cluster().ranks()).isEqualTo(16);
    assertThat(compile(compiler, "Mine", "dp = 4", "nodes = 2").numbers().batch()).isEqualTo(32);
    assertThat(compiler.compile("Mine", compiler.changes(List.of("dp = 3")))).isEmpty();
    assertThat(compiler.diagnostics())
        .anySatisfy(
            found -> {
              assertThat(found.message()).isEqualTo("12 / 8 leaves the remainder 4");
              assertThat(found.span()).hasToString("nodes.tfm:8:27");
            });
  }

  private static List<String> points(TfmCompiler compiler, String sweep, String... settings) {
    SweepCompiler points =
        compiler
            .sweep(sweep, compiler.changes(List.of(settings)))
            .orElseThrow(() -> new AssertionError(Rendering.of(compiler.diagnostics())));
    List<String> texts = new ArrayList<>();
    for (long number = 0; number < points.size(); number++) {
      SweepCompiler.Outcome outcome = points.point(number);
      texts.add(
          outcome.point()
              + (outcome instanceof Kept kept
                  ? " on " + kept.compiled().numbers().cluster().ranks()
                  : ": " + ((Dropped) outcome).reason()));
    }
    return texts;
  }

  @Test
  void aSweepScalesTheCluster() {
    assertThat(points(nodes(text -> text), "Scale"))
        .containsExactly("dp = 2 on 8", "dp = 4 on 16", "dp = 8 on 32");
    assertThat(points(nodes(text -> text.replace("dp in 2, 4, 8", "dp in 3")), "Scale"))
        .containsExactly("dp = 3: 12 / 8 leaves the remainder 4");
    assertThat(points(nodes(text -> text), "Layers", "dp = 4, recompute = full"))
        .containsExactly("layers = 16 on 16", "layers = 32 on 16");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          schedule in gpipe, interleaved(chunks = 2), zero_bubble | schedule = gpipe on 8; schedule = interleaved(chunks = 2) on 8; schedule = zero_bubble on 8
          stages in (balanced) | stages = balanced on 8
          overlap in (), (tp chunks 4) | overlap =  on 8; overlap = tp chunks 4 on 8
          recompute in none, attend, full | recompute = none on 8; recompute = attend on 8; recompute = full on 8
          shard.voc in (tp), (tp padded) | shard.voc = tp on 8; shard.voc = tp padded on 8
          layout in (dp > tp), (tp > dp) | layout = dp > tp on 8; layout = tp > dp on 8
          unfused in off, on | unfused = off on 8; unfused = on on 8
          nodes in 1, 2 dp = 2 * nodes | nodes = 1, dp = 2 on 8; nodes = 2, dp = 4 on 16
          dp in 2, 4 keep when nodes > 1 | dp = 2: not kept: `nodes > 1` is false; dp = 4 on 16
          on in (hgx_h100), (hgx_h100(nodes = 2)) dp = 2 * nodes | on = hgx_h100, dp = 2 on 8; on = hgx_h100(nodes = 2), dp = 4 on 16
          optimizer in sgd, (adam sharded over dp) | optimizer = sgd on 8; optimizer = adam sharded over dp on 8
          view.v in (), ((dp tp) = (u w) where u = 2) shard.voc in (tp), (w) | view.v = , shard.voc = tp on 8; view.v = , shard.voc = w: unknown axis `w`; view.v = (dp tp) = (u w) where u = 2, shard.voc = tp on 8; view.v = (dp tp) = (u w) where u = 2, shard.voc = w: axis `dp` and `w`, a view of it, would meet here
          reduce in (at end), (per layer blocking) | reduce = at end on 8; reduce = per layer blocking on 8
          """)
  void anyLineIsSwept(String lines, String points) {
    TfmCompiler compiler = nodes(text -> text.replace("dp in 2, 4, 8", lines));
    assertThat(points(compiler, "Scale")).containsExactly(points.split("; "));
  }
}
