package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Random models under random plans: the ranks compute what the model says, to rounding. */
final class NumericalOracleProperties {
  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  @Property(tries = 200)
  void ranksComputeWhatTheModelSays(@ForAll("models") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Statistics.collect(compiled.isPresent());
    Statistics.coverage(coverage -> coverage.check(true).percentage(share -> share > 50));
    // A model that does not compile is one that the user is told about.
    assertThat(compiled.isPresent()).isNotEqualTo(compiler.hasErrors());
    Assume.that(compiled.isPresent());
    Problem problem = new Problem(compiled.get(), text.hashCode());
    // Layers that multiply the stream by themselves can leave what numbers can tell apart.
    Assume.that(new WholeRun(problem).magnitude() < 100);
    try {
      RankRun.check(problem);
    } catch (AssertionError e) {
      String explanation = Explanation.of(compiled.get().program(), compiled.get().numbers());
      throw new AssertionError(e.getMessage() + "\n" + explanation, e);
    }
  }
}
