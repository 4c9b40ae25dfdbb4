package io.heddle.processor.model;

import io.heddle.plan.figure.Evidence;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigure;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.HardwareItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The figures of a network: what collectives and messages that go through it reach. */
final class TransferLines {
  private final Diagnostics diagnostics;
  private final FigureLine figures;

  TransferLines(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    this.figures = new FigureLine(diagnostics);
  }

  /** The lines in the braces of a network; empty after findings. */
  Optional<List<TransferFigures>> read(HardwareItem.Network network) {
    List<TransferFigures> lines = new ArrayList<>();
    Set<List<Object>> said = new HashSet<>();
    boolean sound = true;
    for (HardwareItem.Transfer line : network.transfers()) {
      Optional<TransferFigures> read = line(line);
      sound &= read.isPresent();
      if (read.isPresent() && !said.add(List.of(read.get().transfer(), read.get().ranks()))) {
        diagnostics.report(Code.TRANSFER_TWICE, line.span(), line.kind()).add();
        sound = false;
      }
      read.ifPresent(lines::add);
    }
    return sound ? Optional.of(lines) : Optional.empty();
  }

  private Optional<TransferFigures> line(HardwareItem.Transfer line) {
    Optional<MeasuredTransfer> transfer = MeasuredTransfer.named(line.kind().text());
    if (transfer.isEmpty()) {
      List<String> known =
          Arrays.stream(MeasuredTransfer.values()).map(MeasuredTransfer::word).toList();
      figures.unknown("kind of transfer", line.kind(), known);
      return Optional.empty();
    }
    Optional<Map<TransferFigure, Double>> values =
        figures.read(line.kind().text(), line.figures(), transfer.get().figures());
    return values.map(
        found ->
            new TransferFigures(
                transfer.get(),
                found.getOrDefault(TransferFigure.RANKS, 0.0),
                found.getOrDefault(TransferFigure.REACH, 0.0),
                found.getOrDefault(TransferFigure.HALF, 0.0),
                found.getOrDefault(TransferFigure.START, 0.0),
                Evidence.of(found, TransferFigure.ROWS, TransferFigure.ERROR)));
  }
}
