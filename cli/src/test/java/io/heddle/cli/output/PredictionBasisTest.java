package io.heddle.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionBasisTest {
  private static final KernelFigures UNTRIED =
      KernelFigures.of(MeasuredKernel.MATMUL).with(KernelFigure.REACH, 0.8);
  private static final KernelFigures PRODUCTS =
      UNTRIED.with(KernelFigure.ROWS, 300).with(KernelFigure.ERROR, 0.04);
  private static final KernelFigures ATTENTION =
      KernelFigures.of(MeasuredKernel.ATTEND)
          .with(KernelFigure.ROWS, 100)
          .with(KernelFigure.ERROR, 0.08);
  private static final TransferFigures GATHERS =
      new TransferFigures(MeasuredTransfer.ALL_GATHER, 8, 300e9, 4e6, 10_000);

  private static String text(List<KernelFigures> kernels, List<TransferFigures> transfers) {
    Device device = new Device("d", 1e15, 1, 1L << 36, 3e12, 1, kernels);
    NetworkDimension node = new NetworkDimension(Topology.SWITCH, 8, 450e9, 500, transfers);
    return new PredictionBasis(new Cluster("c", device, List.of(node))).text();
  }

  @Test
  void aDataSheetIsALowerBound() {
    assertThat(text(List.of(), List.of())).isEqualTo("data sheet: a lower bound");
  }

  @Test
  void errorsOfLinesWeighAsManyRowsAsTheyHave() {
    assertThat(text(List.of(PRODUCTS, ATTENTION), List.of(GATHERS.triedOn(12, 0.06))))
        .isEqualTo("measured kernels, ±5.0 % on 400 rows; measured network, ±6.0 % on 12 rows");
  }

  @Test
  void whatWasNotMeasuredIsSaid() {
    assertThat(text(List.of(UNTRIED), List.of()))
        .isEqualTo(
            "figures for kernels that state no error; data sheet for the network: a lower bound");
    assertThat(text(List.of(PRODUCTS.untried(), ATTENTION), List.of(GATHERS)))
        .isEqualTo(
            "measured kernels, ±8.0 % on 100 rows; figures for the network that state no error");
  }
}
