package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Optimizer.Algorithm;
import io.heddle.processor.Imports;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.SweepCompiler.Dropped;
import io.heddle.processor.SweepCompiler.Kept;
import io.heddle.processor.SweepCompiler.Outcome;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SweepTest {
  private static final String FILE =
      """
      tfm 1
      import "std/clusters.tfm"
      model M {
        param hidden = 64, layers = 4
        dim b
        dim s = 16, h = hidden, voc = 128, f = 4 * hidden
        block mlp(x[b s h]) {
          weight up[h f], down[f h]
          a        = rmsnorm(x)
          u[b s f] = gelu(a * up)
          return x + u * down
        }
        embed tokens[voc h]
        stack layers of mlp
        head  logits[h voc]
      }
      plan P of M {
        mesh   pp = 1, dp = 4, tp = 2
        layout pp > dp > tp
        shard {
          b      over dp
          f voc  over tp
          layers over pp
        }
        batch 16  micro_batch 1
        optimizer adam sharded over dp
        on hgx_h100
      }
      sweep S of P {
        %s
      }
      """;

  private static TfmCompiler read(String lines) {
    return TfmCompiler.read(new Source("a.tfm", FILE.formatted(lines)), Imports.LIBRARY_ONLY);
  }

  private static List<Outcome> points(String lines) {
    TfmCompiler compiler = read(lines);
    SweepCompiler sweep =
        compiler.sweep("S").orElseThrow(() -> new AssertionError(compiler.diagnostics()));
    List<Outcome> points = new ArrayList<>();
    for (long number = 0; number < sweep.size(); number++) {
      points.add(sweep.point(number));
    }
    return points;
  }

  private static List<String> texts(List<Outcome> points) {
    return points.stream().map(point -> point.point().toString()).toList();
  }

  @Test
  void theLastChoiceVariesFastestAndWhatFollowsIsWorkedOut() {
    List<Outcome> points = points("tp in 1, 2\n  pp in 2, 4\n  dp = 8 / (tp * pp)");
    assertThat(texts(points))
        .containsExactly(
            "tp = 1, pp = 2, dp = 4",
            "tp = 1, pp = 4, dp = 2",
            "tp = 2, pp = 2, dp = 2",
            "tp = 2, pp = 4, dp = 1");
    assertThat(points).allMatch(Kept.class::isInstance);
    Kept last = (Kept) points.get(3);
    assertThat(last.compiled().numbers().axes()).containsEntry("pp", 4L).containsEntry("dp", 1L);
  }

  @Test
  void pointsThatDifferInNumbersShareOneProgram() {
    List<Outcome> points = points("tp in 1, 2, 4\n  dp = 8 / tp");
    assertThat(points)
        .map(point -> ((Kept) point).compiled().program())
        .allMatch(((Kept) points.get(0)).compiled().program()::equals);
    assertThat(((Kept) points.get(0)).compiled().program())
        .isSameAs(((Kept) points.get(2)).compiled().program());
  }

  @Test
  void aCaseNamesEachValueOnce() {
    TfmCompiler compiler = read("case tp = 1\n  case tp = 2, tp = 4");
    assertThat(compiler.sweep("S")).isEmpty();
    assertThat(compiler.diagnostics())
        .anySatisfy(finding -> assertThat(finding.message()).contains("`tp`").contains("twice"));
  }

  @Test
  void whatIsNamedTwiceIsAFindingBesideAnyValue() {
    TfmCompiler compiler = read("dp = 4\n  case dp = 2\n  case dp = 1\n  tp in any");
    assertThat(compiler.sweep("S")).isEmpty();
    assertThat(compiler.hasErrors()).isTrue();
  }

  @Test
  void wordsReplaceThoseOfThePlanAndTheRestOfTheLineStays() {
    List<Outcome> points = points("optimizer in adam, sgd\n  schedule in gpipe, one_f_one_b");
    assertThat(texts(points))
        .containsExactly(
            "optimizer = adam, schedule = gpipe",
            "optimizer = adam, schedule = one_f_one_b",
            "optimizer = sgd, schedule = gpipe",
            "optimizer = sgd, schedule = one_f_one_b");
    Plan plan = ((Kept) points.get(2)).compiled().plan();
    assertThat(plan.optimizer().algorithm()).isEqualTo(Algorithm.SGD);
    assertThat(plan.optimizer().shardedOver()).extracting(Plan.AxisUse::axis).containsExactly("dp");
    assertThat(plan.schedule().kind().name()).isEqualTo("gpipe");
  }

  @Test
  void layoutsAreOrdersOfTheMesh() {
    List<Outcome> points = points("layout in (pp > dp > tp), (dp > tp > pp)");
    assertThat(texts(points)).containsExactly("layout = pp > dp > tp", "layout = dp > tp > pp");
    assertThat(((Kept) points.get(1)).compiled().plan().layout())
        .extracting(Plan.MeshAxis::name)
        .containsExactly("dp", "tp", "pp");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pp in 2 | mesh has 16 ranks, but cluster `hgx_h100` has 8
          tp in 16; dp = 8 / tp | 8 / 16 leaves the remainder 8
          pp in 8; dp = 1; tp = 1 | 4 layers
          hidden in 3; tp in 8; dp = 1 | dimension `f` = 12 does not split over `tp` = 8
          batch in 6 | batch 6 is not a multiple of micro-batch 1 x 4 replicas
          micro_batch in 3 | batch 16 is not a multiple of micro-batch 3 x 4 replicas
          tp in 2; keep when tp > 2 and dp == 4 | not kept: `tp > 2 and dp == 4` is false
          tp in 2; keep when hidden / (tp + 1) > 0 | 64 / 3 leaves the remainder 1
          """)
  void aPointThatIsNotPossibleTellsWhy(String lines, String reason) {
    List<Outcome> points = points(lines.replace(";", "\n"));
    assertThat(points).hasSize(1).allMatch(Dropped.class::isInstance);
    assertThat(points.get(0).reason()).contains(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tq in 1, 2 | 30:3 unknown value to sweep `tq` | did you mean `tp`?
          schedul in gpipe | 30:3 unknown value to sweep `schedul` | did you mean `schedule`?
          schedule in gpip | 30:15 unknown schedule `gpip` | did you mean `gpipe`?
          tp in 1; tp in 2 | 31:3 swept value `tp` is declared twice | give one of them another name
          tp in 1; dp = 8 / tq | 31:12 unknown axis or parameter `tq` | did you mean `tp`?
          schedule in 1 + 1 | 30:15 expected the schedule's name after `schedule`, found `1` |
          layout in (pp > dp) | 30:14 `layout` does not list axis tp | name every axis of the mesh once, outermost first
          """)
  void whatIsWrongInTheSweepIsReportedThere(String lines, String finding, String help) {
    TfmCompiler compiler = read(lines.replace("; ", "\n  ").replaceFirst("^ +", ""));
    compiler.checkAll();
    assertThat(compiler.diagnostics())
        .anySatisfy(
            found -> {
              String place = found.span().line() + ":" + found.span().column();
              assertThat(place + " " + found.message()).isEqualTo(finding);
              assertThat(found.help() == null ? "" : found.help())
                  .startsWith(help == null ? "" : help);
            });
    assertThat(compiler.sweep("S")).isEmpty();
  }

  @Test
  void anUnknownSweepOrPlanIsReported() {
    TfmCompiler compiler = read("tp in 1, 2");
    assertThat(compiler.sweep("T")).isEmpty();
    assertThat(compiler.diagnostics().get(0).message()).isEqualTo("unknown sweep `T`");
    TfmCompiler other =
        TfmCompiler.read(
            new Source("a.tfm", FILE.formatted("tp in 1").replace("S of P", "S of Q")),
            Imports.LIBRARY_ONLY);
    other.checkAll();
    assertThat(other.diagnostics().get(0).message()).isEqualTo("unknown plan `Q`");
  }
}
