package io.heddle.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardTest {
  @Test
  void sharesTogetherHaveEveryPointOnce() {
    for (int count = 1; count <= 7; count++) {
      long all = 0;
      for (long number = 0; number < 20; number++) {
        int having = 0;
        for (int index = 1; index <= count; index++) {
          having += new Shard(index, count).has(number) ? 1 : 0;
        }
        assertThat(having).isEqualTo(1);
      }
      for (int index = 1; index <= count; index++) {
        all += new Shard(index, count).of(20);
      }
      assertThat(all).isEqualTo(20);
    }
  }

  @Test
  void readsWhatASchedulerSays() {
    assertThat(Shard.parse("3/64", Map.of())).isEqualTo(new Shard(3, 64));
    Map<String, String> slurm =
        Map.of(
            "SLURM_ARRAY_TASK_ID", "14",
            "SLURM_ARRAY_TASK_MIN", "10",
            "SLURM_ARRAY_TASK_STEP", "2",
            "SLURM_ARRAY_TASK_COUNT", "5");
    assertThat(Shard.parse("auto", slurm)).isEqualTo(new Shard(3, 5));
    Map<String, String> kubernetes = Map.of("JOB_COMPLETION_INDEX", "0");
    assertThat(Shard.parse("auto/8", kubernetes)).isEqualTo(new Shard(1, 8));
    refused("auto", kubernetes, "give auto/64");
    refused("auto", Map.of(), "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX");
    refused("auto/8", Map.of("JOB_COMPLETION_INDEX", "x"), "'x', which is no number");
    refused("auto/8", Map.of("JOB_COMPLETION_INDEX", "8"), "9/8: the first number");
    refused("0/4", Map.of(), "0/4: the first number");
    refused("1/0", Map.of(), "1/0");
    refused("one", Map.of(), "'one' is nothing such as 3/64");
  }

  private static void refused(String text, Map<String, String> environment, String why) {
    assertThatThrownBy(() -> Shard.parse(text, environment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
