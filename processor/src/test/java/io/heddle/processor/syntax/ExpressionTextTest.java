package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpressionTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "7",
        "a + b * c",
        "(a + b) * c",
        "a - b - c",
        "a - (b - c)",
        "a / (b * c)",
        "a * b / c % d",
        "min(a, b + 1) < 3 and (a == 1 or b != 2)",
        "ceil_div(a, 2) >= gcd(b, 4)"
      })
  void readsAsItIsWritten(String text) {
    Source source = new Source("a.tfm", "tfm 1\nsweep S of P { keep when " + text + " }");
    Declaration.Sweep sweep =
        (Declaration.Sweep) SyntaxReader.read(source, new Diagnostics()).declarations().get(0);
    SweepItem.Condition condition = (SweepItem.Condition) sweep.items().get(0);
    assertThat(ExpressionText.of(condition.condition())).isEqualTo(text);
  }
}
