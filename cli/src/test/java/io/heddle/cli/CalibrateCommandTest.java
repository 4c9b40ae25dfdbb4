package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.measure.AttentionRow;
import io.heddle.cli.measure.ProductRow;
import io.heddle.plan.Device;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrateCommandTest {
  private static final Path MEASUREMENTS = Path.of("..", "measurements");
  private static final Path LIBRARY =
      Path.of("..", "processor/src/main/resources/io/heddle/std/measured");

  /** The machine that the made-up tables are measured on. */
  private static final KernelTimes TIMES =
      new KernelTimes(
          new Device(
              "h",
              989e12,
              1,
              80L << 30,
              3350e9,
              1,
              List.of(
                  KernelFigures.of(MeasuredKernel.MATMUL)
                      .with(KernelFigure.REACH, 0.8)
                      .with(KernelFigure.START, 4000)
                      .with(KernelFigure.UNITS, 132)
                      .with(KernelFigure.DEPTH, 100)
                      .with(KernelFigure.BYTES, 0.75),
                  KernelFigures.of(MeasuredKernel.MATMUL_SKINNY)
                      .with(KernelFigure.REACH, 0.6)
                      .with(KernelFigure.START, 2500)
                      .with(KernelFigure.BYTES, 0.85)
                      .with(KernelFigure.CHAIN, 1)
                      .with(KernelFigure.SPLIT, 1500),
                  KernelFigures.of(MeasuredKernel.ATTEND)
                      .with(KernelFigure.REACH, 0.55)
                      .with(KernelFigure.START, 10_000)
                      .with(KernelFigure.UNITS, 132)
                      .with(KernelFigure.DEPTH, 200)
                      .with(KernelFigure.BYTES, 0.5))));

  @TempDir private Path folder;

  private Path products() {
    StringBuilder text = new StringBuilder("dtype,m,n,k,latency_us\n");
    for (long m = 16; m <= 8192; m *= 2) {
      for (long n = 768; n <= 12288; n *= 2) {
        for (long k = 256; k <= 16384; k *= 4) {
          double nanos = new ProductRow("bf16", 2, m, n, k, 1).nanos(TIMES);
          text.append(String.format(Locale.ROOT, "bf16,%d,%d,%d,%.3f%n", m, n, k, nanos / 1000));
        }
      }
    }
    return Execution.write(folder.resolve("gemm.csv"), text.toString());
  }

  private Path attention() {
    StringBuilder text =
        new StringBuilder("dtype,batch,seq,heads,kv_heads,head_dim,window,latency_us\n");
    for (long batch = 1; batch <= 16; batch *= 2) {
      for (long length = 512; length <= 16384; length *= 2) {
        for (long heads = 8; heads <= 32; heads *= 4) {
          double nanos =
              new AttentionRow("bf16", batch, length, heads, 8, 128, 128, 0, 1).nanos(TIMES);
          text.append(
              String.format(
                  Locale.ROOT, "bf16,%d,%d,%d,8,128,0,%.3f%n", batch, length, heads, nanos / 1000));
        }
      }
    }
    return Execution.write(folder.resolve("attention.csv"), text.toString());
  }

  private Execution calibrate(Object... more) {
    Object[] arguments = new Object[more.length + 7];
    Object[] first = {"calibrate", "--of", "h100_sxm", "--units", 132, "-o", written()};
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(more, 0, arguments, first.length, more.length);
    return Execution.of(arguments);
  }

  private Path written() {
    return folder.resolve("mine.tfm");
  }

  /** As latent attention has them: queries and keys of 192, values of 128. */
  @Test
  void valuesOfAnotherSizeThanKeysMakeALineOfTheMeanOfBoth() {
    StringBuilder text =
        new StringBuilder("dtype,batch,seq,heads,kv_heads,head_dim,value_dim,window,latency_us\n");
    for (long length = 256; length <= 16384; length *= 2) {
      for (long heads = 1; heads <= 128; heads *= 2) {
        double nanos =
            new AttentionRow("bf16", 2, length, heads, heads, 192, 128, 0, 1).nanos(TIMES);
        text.append(
            String.format(
                Locale.ROOT,
                "bf16,2,%d,%d,%d,192,128,0,%.3f%n",
                length,
                heads,
                heads,
                nanos / 1000));
      }
    }
    Path table = Execution.write(folder.resolve("latent.csv"), text.toString());
    Execution calibrated = calibrate("--attention", table);
    assertThat(calibrated.err()).isEmpty();
    assertThat(calibrated.out()).contains("attend bf16 head 160").contains("56 rows, error");
    assertThat(written()).content().contains("kernel attend bf16 (head = 160,");
  }

  @Test
  void findsTheFiguresBehindATable() {
    Execution calibrated = calibrate("--gemm", products(), "--attention", attention());
    assertThat(calibrated.err()).isEmpty();
    assertThat(calibrated.exit()).isZero();
    assertThat(calibrated.out())
        .contains("matmul bf16", "matmul_skinny bf16", "attend bf16 head 128", "100 rows, error");
    assertThat(written()).content().contains("device mine of h100_sxm {", "gemm.csv (200 rows)");
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            "mine",
            "--file",
            written(),
            "--json",
            "--gemm",
            folder.resolve("gemm.csv"),
            "--attention",
            folder.resolve("attention.csv"));
    assertThat(compared.err()).isEmpty();
    for (JsonNode errors : compared.json().get("errors")) {
      assertThat(errors.get("mean").asDouble()).as(errors.toString()).isLessThan(0.02);
    }
  }

  /** The command that made a file of the library makes it again, to the letter. */
  @ParameterizedTest
  @CsvSource({"h100_sxm, h100_sxm, 132", "a100_sxm_80gb, a100_sxm_80, 108"})
  void makesTheLibraryAgain(String device, String rows, int units) throws IOException {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "calibrate",
                "--of",
                device,
                "--rows",
                rows,
                "--units",
                units,
                "--name",
                device + "_measured",
                "--gemm",
                MEASUREMENTS.resolve("gemm.csv"),
                "--attention",
                MEASUREMENTS.resolve("attention.csv"),
                "--decode",
                MEASUREMENTS.resolve("decode.csv"),
                "--mla",
                MEASUREMENTS.resolve("mla.csv"),
                "-o",
                written()));
    Path experts = MEASUREMENTS.resolve("moe.csv");
    if (Files.readString(experts).contains("\n" + rows + ",")) {
      arguments.addAll(List.of("--moe", experts));
    }
    Execution calibrated = Execution.of(arguments.toArray());
    assertThat(calibrated.exit()).as(calibrated.err()).isZero();
    String library = Files.readString(LIBRARY.resolve(device + ".tfm"));
    // Of the cluster behind the device, MeasuredClusterTest.
    String ofDevice =
        library
            .substring(0, library.indexOf("\n/// Nodes"))
            .replaceAll("///   (nccl|deepep).*\n", "");
    assertThat(Files.readString(written())).isEqualTo(ofDevice);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "h100_sxm | 6.5 | 9",
        "a100_sxm_80gb | 10 | 9",
      })
  void theLibraryIsNearItsTables(String device, double products, double attention) {
    Execution compared =
        Execution.of(
            "validate",
            "--device",
            device + "_measured",
            "--file",
            LIBRARY.resolve(device + ".tfm"),
            "--json",
            "--rows",
            device.equals("a100_sxm_80gb") ? "a100_sxm_80" : device,
            "--gemm",
            MEASUREMENTS.resolve("gemm.csv"),
            "--attention",
            MEASUREMENTS.resolve("attention.csv"));
    assertThat(compared.exit()).as(compared.err()).isZero();
    for (JsonNode errors : compared.json().get("errors")) {
      boolean isProduct = errors.get("table").asText().equals("gemm");
      boolean isBlockwise = errors.get("format").asText().equals("fp8_block");
      if (errors.get("class").asText().equals("256 rows or fewer")) {
        assertThat(100 * errors.get("mean").asDouble()).as(errors.toString()).isLessThan(12);
        continue;
      }
      assertThat(100 * errors.get("mean").asDouble())
          .as(errors.toString())
          .isLessThan(isBlockwise ? 10 : isProduct ? products : attention);
    }
  }

  @Test
  void refusesTooFewRows() {
    Path few =
        Execution.write(folder.resolve("few.csv"), "dtype,m,n,k,latency_us\nbf16,512,512,512,9\n");
    Execution refused = calibrate("--gemm", few);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("1 products of bf16 with 512 rows or more: at least 40 are needed");
    assertThat(written()).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dtype,m,n,k\\nbf16,1,1,1 | column `latency_us` is missing; the head has: dtype, m, n, k",
        "dtype,m,n,k,latency_us\\nbf16,x,1,1,1 | :2: column `m`: `x` is not a whole number",
        "dtype,m,n,k,latency_us\\nbf16,0,1,1,1 | :2: column `m`: 0 is not a number from 1 to 2^40",
        "dtype,m,n,k,latency_us\\n\\nbf16,1,1,1,-3 | :3: column `latency_us`: -3 is not above 0",
        "dtype,m,n,k,latency_us\\nbf16,1,1,1,NaN | :2: column `latency_us`: NaN is not above 0",
        "dtype,m,n,k,latency_us\\nbf17,1,1,1,1 | :2: column `dtype`: `bf17` is unknown; there are",
        "dtype,m,n,k,latency_us\\nbf16,1,1 | :2: 3 cells, where the head names 5 columns",
        "dtype,m,m,k,latency_us\\n | :1: column `m` stands twice",
        "'dtype,m,n,k,latency_us\\n\"bf16,1,1,1,1' | :2: a quote is not closed",
        "'dtype,m,n,k,latency_us\\n\"bf16\"x,1,1,1,1' | :2: a comma is missing behind a closing",
        "\\n | : is empty; its first line names the columns",
        "device,dtype,m,n,k,latency_us\\na,bf16,1,1,1,1\\nb,bf16,1,1,1,1 | rows of several devices"
      })
  void saysWhereATableIsWrong(String table, String message) {
    Path file = Execution.write(folder.resolve("wrong.csv"), table.replace("\\n", "\n"));
    Execution refused = calibrate("--gemm", file);
    assertThat(refused.exit()).isBetween(1, 2);
    assertThat(refused.err()).contains(file.toString(), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--of h201 --units 132 | --of h201: no such device; std/devices.tfm declares",
        "--of h100_sxm --units 0 | --units 0: write a number from 1",
        "--of h100_sxm --units 1 --name 3x | `3x` cannot be the name of a device",
        "--of h100_sxm --units 1 --name h100_sxm | cannot be made of itself",
        "--of h100_sxm --units 1 | name a table of measurements: --gemm CSV, --attention CSV, --decode CSV, --mla CSV, --moe CSV, --nccl CSV or --deepep CSV"
      })
  void saysWhatOfTheCommandLineIsWrong(String options, String message) {
    Object[] arguments = ("calibrate -o " + written() + " " + options).split(" ");
    Execution refused = Execution.of(arguments);
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains(message);
  }

  @Test
  void namesRowsThatCannotBeScored() {
    Path table =
        Execution.write(
            folder.resolve("two.csv"),
            "dtype,m,n,k,latency_us\nbf16,512,512,512,9\nnvfp4,512,512,512,9\n");
    Execution compared = Execution.of("validate", "--device", "h100_sxm", "--gemm", table);
    assertThat(compared.exit()).isZero();
    assertThat(compared.out()).contains("training shapes").doesNotContain("nvfp4");
    assertThat(compared.err()).contains("1 rows of nvfp4: device h100_sxm states no peak for it");
  }
}
