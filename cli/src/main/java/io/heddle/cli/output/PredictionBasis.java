package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.figure.Evidence;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.plan.figure.TransferFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What predicted times rest on: a data sheet, which no machine reaches, or figures, of which some
 * say how far they were off.
 */
public final class PredictionBasis {
  private static final Set<MeasuredKernel> OF_INFERENCE =
      EnumSet.of(
          MeasuredKernel.ATTEND_DECODE,
          MeasuredKernel.MATMUL_SKINNY,
          MeasuredKernel.GROUPED_SKINNY);

  private final Source kernels;
  private final Source network;

  /** Of a machine. */
  public PredictionBasis(Cluster cluster) {
    List<KernelFigures> lines = new ArrayList<>(cluster.device().kernels());
    Stream.of(cluster.device().products(), cluster.device().attention())
        .filter(Objects::nonNull)
        .forEach(rate -> lines.addAll(rate.kernels()));
    // Steps of inference state theirs.
    lines.removeIf(line -> OF_INFERENCE.contains(line.kernel()));
    kernels =
        new Source(
            !lines.isEmpty(),
            Evidence.pooled(
                lines.stream().map(KernelFigures::evidence).flatMap(Optional::stream).toList()));
    List<TransferFigures> transfers =
        cluster.liveDimensions().stream()
            .map(NetworkDimension::transfers)
            .flatMap(List::stream)
            .toList();
    network =
        new Source(
            !transfers.isEmpty(),
            Evidence.pooled(
                transfers.stream()
                    .map(TransferFigures::evidence)
                    .flatMap(Optional::stream)
                    .toList()));
  }

  /**
   * Where figures of kernels, or of a network, are from.
   *
   * @param hasFigures besides those of a data sheet
   * @param evidence of the figures that say what they were tried on
   */
  private record Source(boolean hasFigures, Optional<Evidence> evidence) {
    private String text(String what, String theSame) {
      if (!hasFigures) {
        return "data sheet for " + theSame + ": a lower bound";
      }
      return evidence
          .map(
              tried ->
                  String.format(
                      Locale.ROOT,
                      "measured %s, \u00b1%.1f %% on %,d rows",
                      what,
                      100 * tried.error(),
                      tried.rows()))
          .orElse("figures for %s that state no error".formatted(theSame));
    }

    private void write(JsonGenerator json, String field) throws IOException {
      json.writeObjectFieldStart(field);
      json.writeStringField(
          "from", hasFigures ? evidence.isPresent() ? "measured" : "figures" : "data_sheet");
      if (evidence.isPresent()) {
        json.writeNumberField("rows", evidence.get().rows());
        Json.plain(json, "error", evidence.get().error());
      }
      json.writeEndObject();
    }
  }

  /** In a line, for people. */
  public String text() {
    return kernels.hasFigures || network.hasFigures
        ? kernels.text("kernels", "kernels") + "; " + network.text("network", "the network")
        : "data sheet: a lower bound";
  }

  /** As an object, for programs. */
  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("basis");
    kernels.write(json, "kernels");
    network.write(json, "network");
    json.writeEndObject();
  }
}
