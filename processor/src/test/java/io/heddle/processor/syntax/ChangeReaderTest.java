package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChangeReaderTest {
  private final Diagnostics diagnostics = new Diagnostics();

  private List<PlanChange> read(String text) {
    return ChangeReader.read(new Source("--set", text), diagnostics);
  }

  private List<PlanChange> whole(String text) {
    List<PlanChange> changes = read(text);
    assertThat(Rendering.of(diagnostics.all())).isEmpty();
    return changes;
  }

  /** What is set, and the line that then stands in the plan. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          schedule = interleaved(chunks = 4) | schedule interleaved(chunks = 4)
          schedule=gpipe | schedule gpipe
          layout = dp > pp > tp | layout dp > pp > tp
          layout = (dp > pp > tp) | layout dp > pp > tp
          stages = 62 of 2, 2 of 1 | stages 62 of 2, 2 of 1
          stages = balanced | stages balanced
          recompute = attend | recompute attend
          recompute = attention.o, mlp every 2 | recompute attention.o, mlp every 2
          overlap = tp chunks 4 | overlap tp chunks 4
          overlap.tp = tp, cp chunks 4 | overlap tp, cp chunks 4
          overlap.experts = experts | overlap experts
          shard.voc = tp padded | shard { voc over tp padded }
          shard.voc = tp, cp padded to 128 * tp | shard { voc over tp, cp padded to 128 * tp }
          shard.stream = s over tp | shard { stream: s over tp }
          shard.stream.s = cp, tp | shard { stream: s over cp, tp }
          shard = { b over dp  g f over tp  stream: s over tp } | shard { b over dp  g f over tp  stream: s over tp }
          view.moe = (dp tp) = (edp ep) where ep = 8 | view moe: (dp tp) = (edp ep) where ep = 8
          view = moe: (dp tp) = (edp ep) where ep = 8 | view moe: (dp tp) = (edp ep) where ep = 8
          pin.attention.wo = [g r d h/kp2] | pin attention.wo[g r d h/kp2]
          pin.grad.attention.wq = [h/kp1 g/kp2 r d] | pin grad attention.wq[h/kp1 g/kp2 r d]
          pin.grad.wq = [h/kp1] | pin grad.wq[h/kp1]
          optimizer = adam sharded over dp, gradients sharded | optimizer adam sharded over dp, gradients sharded
          optimizer = adam clipped sharded over dp, weights sharded(prefetch = 2) | optimizer adam clipped sharded over dp, weights sharded(prefetch = 2)
          reduce = in buckets of 250 MB | reduce in buckets of 250 MB
          reduce = in gaps | reduce in gaps
          dtype = bf16, gradients fp32 | dtype bf16, gradients fp32
          on = hgx_a100(nodes = 2) | on hgx_a100(nodes = 2)
          mesh = (pp = 4, dp = 2) | mesh pp = 4, dp = 2
          context = all_to_all(exchange = direct) | context all_to_all(exchange = direct)
          experts = capacity = 1.25 | experts capacity = 1.25
          experts = (capacity = 1.25, imbalance = 2) | experts capacity = 1.25, imbalance = 2
          keep = attention.a, mlp.a | keep attention.a, mlp.a
          unfused = on | unfused
          forward = on | forward
          """)
  void aLineIsWrittenInTheWordsOfThePlan(String text, String line) {
    List<PlanChange> changes = whole(text);
    assertThat(changes).hasSize(1);
    PlanChange.Line change = (PlanChange.Line) changes.get(0);
    assertThat(PlanText.of(change.item())).isEqualTo(line);
    assertThat(text.replace(" ", "")).startsWith(change.name() + "=");
    // As a run records it, it means the same.
    PlanChange.Line again = (PlanChange.Line) whole(change.name() + "=" + change.text()).get(0);
    assertThat(PlanText.of(again.item())).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlap =", "overlap.tp=", "overlap = ()", "unfused = off", "unfused ="})
  void aLineIsTakenAway(String text) {
    assertThat(((PlanChange.Line) whole(text).get(0)).item()).isNull();
  }

  @Test
  void aCommaEndsASettingBeforeTheNextName() {
    assertThat(
            whole("tp=4,batch = 8 * dp, stages = 62 of 2, 2 of 1, schedule = a(b = 1, c = 2), x=1"))
        .extracting(change -> change.name() + ": " + change.text())
        .containsExactly(
            "tp: 4",
            "batch: 8 * dp",
            "stages: 62 of 2, 2 of 1",
            "schedule: a(b = 1, c = 2)",
            "x: 1");
  }

  @Test
  void aWordOfALineMayNameANumber() {
    assertThat(whole("experts = 8, stages = 2 * 4, context = 4096"))
        .allMatch(PlanChange.Value.class::isInstance);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          schedule = interleaved(chunks 4) | 1:31 TFM0001 expected `=` after the setting's name, found `4`
          layout = dp > | 1:14 TFM0001 expected an axis after `>`, found the end
          tp = -1 | 1:6 TFM0001 expected a value, found `-`
          tp = | 1:4 TFM0001 expected a value, found the end
          tp | 1:3 TFM0001 expected `name = …`, found the end
          =4 | 1:1 TFM0001 expected `name = …`, found `=`
          tp = 4, | 1:7 TFM0001 expected the end after `4`, found `,`
          batch = 1 2 | 1:11 TFM0001 expected the end after `1`, found `2`
          overlap.dp = tp chunks 4 | 1:1 TFM2008 `overlap.dp` takes a line such as `dp chunks 4`
          shard.voc = tp; | 1:15 TFM0001 the language has no character `;` (U+003B)
          dtype = "bf16" | 1:9 TFM0001 expected the number format after `dtype`, found the text "bf16"
          schedul = interleaved(chunks = 4) | 1:1 TFM1004 nothing in this plan is called `schedul`
          tp = 99999999999999999999 | 1:6 TFM0005 number `99999999999999999999` does not fit into 63 bits
          """)
  void whatCannotBeReadIsToldWhereItIs(String text, String finding) {
    read(text);
    assertThat(diagnostics.all())
        .extracting(
            found ->
                "%d:%d %s %s"
                    .formatted(
                        found.span().line(),
                        found.span().column(),
                        found.code().id(),
                        found.message()))
        .containsExactly(finding);
  }
}
