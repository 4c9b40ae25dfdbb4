package io.heddle.processor.model;

import io.heddle.plan.figure.KernelFigures;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves a device, with what it takes over from the device that it is made of. */
final class DeviceResolver {
  private final Names<Declaration.Device> devices;
  private final Diagnostics diagnostics;

  DeviceResolver(Names<Declaration.Device> devices, Diagnostics diagnostics) {
    this.devices = devices;
    this.diagnostics = diagnostics;
  }

  /**
   * The device as a plan in a number format sees it; empty after findings.
   *
   * @param format for which the device must state a peak
   */
  Optional<Cluster.Device> resolve(Declaration.Device device, Name format) {
    Optional<List<Declaration.Device>> lineage = lineage(device);
    if (lineage.isEmpty()) {
      return Optional.empty();
    }
    Map<String, HardwareItem.Peak> peaks = new LinkedHashMap<>();
    HardwareItem.Memory memory = null;
    KernelLines kernels = new KernelLines(diagnostics);
    boolean sound = true;
    for (Declaration.Device each : lineage.get()) {
      // What kernels reach stands in place of the shares of a base.
      if (kernels.add(each)) {
        peaks.replaceAll((name, peak) -> withoutShare(peak));
        memory = memory == null ? null : withoutShare(memory);
      }
      for (HardwareItem item : each.items()) {
        if (item instanceof HardwareItem.Peak peak) {
          peaks.put(peak.format().text(), peak);
          sound &= !kernels.any() || hasNoShare(device.name(), peak.efficiency());
        } else if (item instanceof HardwareItem.Memory found) {
          memory = found;
          sound &= !kernels.any() || hasNoShare(device.name(), found.efficiency());
        }
      }
    }
    HardwareItem.Peak peak = peaks.get(format.text());
    Span span = device.name().span();
    if (peak == null) {
      diagnostics
          .report(Code.NO_PEAK, format.span(), device.name(), format)
          .note(span, "the device is declared here")
          .help("it has a peak for: " + String.join(", ", peaks.keySet()))
          .add();
      return Optional.empty();
    }
    if (memory == null) {
      diagnostics
          .report(Code.MISSING_IN_CLUSTER, span, device.name(), "memory")
          .help("add a line such as `memory 80 GiB at 3350 GB/s`")
          .add();
      return Optional.empty();
    }
    Optional<List<KernelFigures>> figures = kernels.of(format);
    Optional<BigDecimal> rate = Units.RATE.read(peak.rate(), diagnostics);
    Optional<BigDecimal> efficiency = share(peak.efficiency());
    Optional<BigDecimal> capacity = Units.CAPACITY.read(memory.capacity(), diagnostics);
    Optional<BigDecimal> bandwidth = Units.BANDWIDTH.read(memory.bandwidth(), diagnostics);
    Optional<BigDecimal> memoryShare = share(memory.efficiency());
    if (rate.isEmpty()
        || efficiency.isEmpty()
        || capacity.isEmpty()
        || bandwidth.isEmpty()
        || memoryShare.isEmpty()
        || figures.isEmpty()
        || !sound) {
      return Optional.empty();
    }
    return Optional.of(
        new Cluster.Device(
            device.name().text(),
            rate.get(),
            efficiency.get(),
            capacity.get(),
            bandwidth.get(),
            memoryShare.get(),
            figures.get(),
            span));
  }

  /** The device and those that it is made of, itself last; empty after findings. */
  private Optional<List<Declaration.Device>> lineage(Declaration.Device device) {
    List<Declaration.Device> lineage = new ArrayList<>();
    lineage.add(device);
    Name base = device.base();
    while (base != null) {
      Optional<Declaration.Device> found = devices.find(base);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (lineage.contains(found.get())) {
        diagnostics.report(Code.DEVICE_OF_ITSELF, base.span(), base).add();
        return Optional.empty();
      }
      lineage.add(0, found.get());
      base = found.get().base();
    }
    return Optional.of(lineage);
  }

  private static HardwareItem.Peak withoutShare(HardwareItem.Peak peak) {
    return new HardwareItem.Peak(peak.format(), peak.rate(), null, peak.span());
  }

  private static HardwareItem.Memory withoutShare(HardwareItem.Memory memory) {
    return new HardwareItem.Memory(memory.capacity(), memory.bandwidth(), null, memory.span());
  }

  private boolean hasNoShare(Name device, @Nullable Quantity share) {
    if (share != null) {
      diagnostics.report(Code.SHARE_AND_FIGURES, share.span(), device).add();
    }
    return share == null;
  }

  private Optional<BigDecimal> share(@Nullable Quantity quantity) {
    return quantity == null ? Optional.of(BigDecimal.ONE) : Units.SHARE.read(quantity, diagnostics);
  }
}
