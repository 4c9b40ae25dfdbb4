package io.heddle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.examples.layout.CheckedLayout;
import io.heddle.examples.observer.WatchStages;
import io.heddle.examples.search.FastestPlan;
import io.heddle.examples.sink.LargestProducts;
import io.heddle.examples.sweep.EverySplit;
import io.heddle.examples.traces.WriteTraces;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every program runs and prints what it says that it prints. */
class ProgramsTest {
  @TempDir private Path folder;

  /** A program, without its arguments. */
  private interface Program {
    void run() throws Exception;
  }

  private static String printed(Program program) throws Exception {
    Locale locale = Locale.getDefault();
    PrintStream standard = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      Locale.setDefault(Locale.ROOT);
      System.setOut(stream);
      program.run();
    } finally {
      System.setOut(standard);
      Locale.setDefault(locale);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLayoutThatWasChecked() throws Exception {
    assertThat(printed(() -> CheckedLayout.main(new String[0])))
        .isEqualTo(
            """
            pp 8, dp 1, tp 8: 64 ranks
            """);
  }

  @Test
  void traces() throws Exception {
    Path traces = folder.resolve("traces");
    assertThat(printed(() -> WriteTraces.main(new String[] {traces.toString()})))
        .isEqualTo(
            """
            62,408 nodes, 6,182,136 bytes
            AstraSim_Analytical_Congestion_Unaware \\
                --workload-configuration=llama3_8b \\
                --system-configuration=system.json \\
                --network-configuration=network.yml \\
                --remote-memory-configuration=memory.json \\
                --comm-group-configuration=comm_group.json
            """);
    assertThat(traces.resolve("llama3_8b.7.et")).isNotEmptyFile();
    assertThat(traces.resolve("manifest.json")).isNotEmptyFile();
  }

  @Test
  void aSink() throws Exception {
    assertThat(printed(() -> LargestProducts.main(new String[0])))
        .isEqualTo(
            """
            M 8,192, K 4,096, N 3,584: 123.1 TFLOP
            M 8,192, K 3,584, N 4,096: 123.1 TFLOP
            M 4,096, K 8,192, N 3,584: 123.1 TFLOP
            """);
  }

  @Test
  void aSweep() throws Exception {
    assertThat(printed(() -> EverySplit.main(new String[0])))
        .isEqualTo(
            """
            tp 1, dp 16: 0.935 s, MFU 22.8 %
            tp 2, dp  8: 0.710 s, MFU 30.0 %
            tp 4, dp  4: 0.619 s, MFU 34.4 %
            tp 8, dp  2: 0.648 s, MFU 32.9 %
            """);
  }

  @Test
  void aSearch() throws Exception {
    assertThat(printed(() -> FastestPlan.main(new String[0])))
        .isEqualTo(
            """
            pp 1, dp 32, tp 2: 0.874 s; simulated 1 of 17 plans
            """);
  }

  @Test
  void anObserver() throws Exception {
    assertThat(printed(() -> WatchStages.main(new String[0])))
        .isEqualTo(
            """
            stage 0 computes from   0 ms to 371 ms
            stage 1 computes from  12 ms to 351 ms
            stage 2 computes from  24 ms to 335 ms
            stage 3 computes from  36 ms to 321 ms
            """);
  }
}
