package io.heddle.runtime.simulate.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.simulate.SmallFlattener;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTableTest {
  private static final double MOST_BYTES = 64;

  private static double bytesPerNode(NodeSource source) throws IOException {
    NodeTable table = new NodeTable();
    assertThat(source.load(table)).isTrue();
    return (double) table.bytesInUse() / table.pending();
  }

  @Test
  void aNodeOfAPlanTakesAtMost64BytesWithItsEdges() throws IOException {
    SmallFlattener flattener =
        new SmallFlattener(
            new SmallFlattener.Shape(8, 4, 2),
            8,
            8,
            4096,
            Schedule.of("one_f_one_b"),
            Recompute.NONE);

    assertThat(bytesPerNode(new FlattenerWorkload(flattener).open(9))).isBetween(46.0, MOST_BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage_r8_fsdp8", "rapid_llama7b_8_2d", "hybrid_tp4dp2pp2"})
  void aNodeOfATraceTakesAtMost64BytesWithItsEdges(String golden) throws IOException {
    Path prefix = Path.of("src", "test", "resources", "golden", golden, "workload", "w");

    assertThat(bytesPerNode(new TraceWorkload(prefix, 8).open(0))).isBetween(46.0, MOST_BYTES);
  }
}
