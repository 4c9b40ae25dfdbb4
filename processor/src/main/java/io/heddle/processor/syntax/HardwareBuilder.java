package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds devices, clusters and engines. */
final class HardwareBuilder {
  private final Leaves leaves;

  HardwareBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Device> device(TfmParser.DeviceContext device) {
    List<HardwareItem> items =
        Leaves.lines(
            device.deviceItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.DeviceHeadContext head = device.deviceHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Device(
            leaves.name(head.name(0)),
            leaves.documentation(device),
            head.name().size() > 1 ? leaves.name(head.name(1)) : null,
            items));
  }

  List<Declaration.Cluster> cluster(TfmParser.ClusterContext cluster) {
    List<HardwareItem> items =
        Leaves.lines(
            cluster.clusterItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.ClusterHeadContext head = cluster.clusterHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Cluster(
            leaves.name(head.name()),
            leaves.documentation(cluster),
            leaves.settings(head.settings()),
            items));
  }

  List<Declaration.Engine> engine(TfmParser.EngineContext engine) {
    List<HardwareItem> items =
        Leaves.lines(
            engine.engineItem(), item -> Leaves.isWhole(item) ? List.of(line(item)) : List.of());
    TfmParser.EngineHeadContext head = engine.engineHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Engine(
            leaves.name(head.name(0)),
            leaves.documentation(engine),
            head.name().size() > 1 ? leaves.name(head.name(1)) : null,
            items));
  }

  private HardwareItem line(TfmParser.EngineItemContext item) {
    return new HardwareItem.EngineLine(
        leaves.name(item.name()),
        item.figures().figure().stream().map(this::figure).toList(),
        leaves.span(item));
  }

  private HardwareItem item(TfmParser.DeviceItemContext item) {
    if (item.peak() != null) {
      TfmParser.PeakContext peak = item.peak();
      return new HardwareItem.Peak(
          leaves.name(peak.name()),
          leaves.quantity(peak.quantity(0)),
          optional(peak.quantity(1)),
          leaves.span(item));
    }
    if (item.kernel() != null) {
      return kernel(item.kernel());
    }
    TfmParser.MemoryContext memory = item.memory();
    return new HardwareItem.Memory(
        leaves.quantity(memory.quantity(0)),
        leaves.quantity(memory.quantity(1)),
        optional(memory.quantity(2)),
        leaves.span(item));
  }

  private HardwareItem kernel(TfmParser.KernelContext kernel) {
    List<Name> names = leaves.names(kernel.name());
    return new HardwareItem.Kernel(
        names.get(0),
        names.size() > 1 ? names.get(1) : null,
        figures(kernel.figures()),
        leaves.span(kernel));
  }

  private HardwareItem.Figure figure(TfmParser.FigureContext figure) {
    String unit = figure.unit() == null ? "" : figure.unit().getText();
    return new HardwareItem.Figure(
        leaves.name(figure.name()),
        new Quantity(leaves.number(figure.number()), unit, leaves.span(figure.number())));
  }

  private HardwareItem item(TfmParser.ClusterItemContext item) {
    if (item.usesDevice() != null) {
      return new HardwareItem.UsesDevice(leaves.name(item.usesDevice().name()), leaves.span(item));
    }
    TfmParser.NetworkContext network = item.network();
    return new HardwareItem.Network(
        leaves.name(network.name()),
        leaves.expression(network.expression()),
        leaves.quantity(network.quantity(0)),
        leaves.quantity(network.quantity(1)),
        network.transfer().stream().filter(Leaves::isWhole).map(this::transfer).toList(),
        leaves.span(item));
  }

  private HardwareItem.Transfer transfer(TfmParser.TransferContext transfer) {
    return new HardwareItem.Transfer(
        leaves.name(transfer.name()), figures(transfer.figures()), leaves.span(transfer));
  }

  private List<HardwareItem.Figure> figures(TfmParser.FiguresContext figures) {
    return figures.figure().stream().map(this::figure).toList();
  }

  private @Nullable Quantity optional(TfmParser.@Nullable QuantityContext quantity) {
    return quantity == null ? null : leaves.quantity(quantity);
  }
}
