package io.heddle.processor.model;

import io.heddle.plan.FormatRate;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
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
  private static final List<MeasuredKernel> PRODUCTS =
      List.of(
          MeasuredKernel.MATMUL,
          MeasuredKernel.MATMUL_SKINNY,
          MeasuredKernel.GROUPED,
          MeasuredKernel.GROUPED_SKINNY);
  private static final List<MeasuredKernel> ATTENTION =
      List.of(MeasuredKernel.ATTEND, MeasuredKernel.ATTEND_BACKWARD, MeasuredKernel.ATTEND_DECODE);

  private final Names<Declaration.Device> devices;
  private final Diagnostics diagnostics;

  DeviceResolver(Names<Declaration.Device> devices, Diagnostics diagnostics) {
    this.devices = devices;
    this.diagnostics = diagnostics;
  }

  /**
   * The device as a plan in these formats sees it; empty after findings.
   *
   * @param formats for which the device must state a peak
   */
  Optional<PlannedCluster.Device> resolve(Declaration.Device device, WantedFormats formats) {
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
    Span span = device.name().span();
    Optional<HardwareItem.Peak> peak = peak(device, formats.tensors(), formats.span(), peaks);
    if (peak.isEmpty()) {
      return Optional.empty();
    }
    Optional<FormatRate> products = Optional.empty();
    if (!formats.products().isEmpty()) {
      products = rate(device, formats.products(), PRODUCTS, formats, peaks, kernels);
      sound &= products.isPresent();
    }
    Optional<FormatRate> attention = Optional.empty();
    if (!formats.attention().isEmpty()) {
      attention = rate(device, formats.attention(), ATTENTION, formats, peaks, kernels);
      sound &= attention.isPresent();
    }
    if (memory == null) {
      diagnostics
          .report(Code.MISSING_IN_CLUSTER, span, device.name(), "memory")
          .help("add a line such as `memory 80 GiB at 3350 GB/s`")
          .add();
      return Optional.empty();
    }
    Optional<List<KernelFigures>> figures = kernels.of(formats.tensors());
    Optional<BigDecimal> rate = Units.RATE.read(peak.get().rate(), diagnostics);
    Optional<BigDecimal> efficiency = share(peak.get().efficiency());
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
        new PlannedCluster.Device(
            device.name().text(),
            rate.get(),
            efficiency.get(),
            capacity.get(),
            bandwidth.get(),
            memoryShare.get(),
            figures.get(),
            products.orElse(null),
            attention.orElse(null),
            span));
  }

  /** The peak of the first of these formats that has one; empty after a finding. */
  private Optional<HardwareItem.Peak> peak(
      Declaration.Device device,
      List<String> names,
      Span span,
      Map<String, HardwareItem.Peak> peaks) {
    Optional<HardwareItem.Peak> peak =
        names.stream().filter(peaks::containsKey).map(peaks::get).findFirst();
    if (peak.isEmpty()) {
      diagnostics
          .report(Code.NO_PEAK, span, device.name(), names.get(0))
          .note(device.name().span(), "the device is declared here")
          .help("it has a peak for: " + String.join(", ", peaks.keySet()))
          .add();
    }
    return peak;
  }

  /**
   * What the device reaches in kernels of another format than that of tensors, by its figures for
   * that one where it has none of its own; empty after findings.
   *
   * @param names of the other format
   */
  private Optional<FormatRate> rate(
      Declaration.Device device,
      List<String> names,
      List<MeasuredKernel> kinds,
      WantedFormats formats,
      Map<String, HardwareItem.Peak> peaks,
      KernelLines kernels) {
    List<String> known = new ArrayList<>(names);
    known.addAll(formats.tensors());
    Optional<HardwareItem.Peak> peak = peak(device, names, formats.span(), peaks);
    if (peak.isEmpty()) {
      return Optional.empty();
    }
    Optional<BigDecimal> rate = Units.RATE.read(peak.get().rate(), diagnostics);
    Optional<BigDecimal> share = share(peak.get().efficiency());
    return rate.isEmpty() || share.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FormatRate(
                rate.get().doubleValue(),
                share.get().doubleValue(),
                kinds.stream().flatMap(kind -> kernels.of(kind, known).stream()).toList()));
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
