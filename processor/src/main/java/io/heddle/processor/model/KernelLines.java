package io.heddle.processor.model;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code kernel} lines of a device and of those that it is made of. Lines of a device stand in
 * place of all lines of its base for the same kernel and format.
 */
final class KernelLines {
  private static final String ANY_FORMAT = "";

  private final Diagnostics diagnostics;
  private final Map<Key, List<KernelFigures>> lines = new LinkedHashMap<>();
  private boolean sound = true;

  private record Key(MeasuredKernel kernel, String format) {}

  KernelLines(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** Adds the lines of a device, after those of its base; returns whether it has any. */
  boolean add(Declaration.Device device) {
    Map<Key, List<KernelFigures>> own = new LinkedHashMap<>();
    Set<List<Object>> said = new LinkedHashSet<>();
    for (HardwareItem item : device.items()) {
      if (item instanceof HardwareItem.Kernel line) {
        Optional<KernelFigures> figures = figures(line);
        sound &= figures.isPresent();
        figures.ifPresent(
            found -> {
              String format = line.format() == null ? ANY_FORMAT : line.format().text();
              if (!said.add(List.of(found.kernel(), format, found.value(KernelFigure.HEAD)))) {
                diagnostics
                    .report(Code.KERNEL_TWICE, line.span(), line.kind(), device.name())
                    .add();
                sound = false;
              }
              own.computeIfAbsent(new Key(found.kernel(), format), key -> new ArrayList<>())
                  .add(found);
            });
      }
    }
    lines.putAll(own);
    return !own.isEmpty();
  }

  /** Whether there is any, of whatever format. */
  boolean any() {
    return !lines.isEmpty();
  }

  /**
   * The lines of all kernels for a format, where there are none those for any; empty after
   * findings.
   *
   * @param formats names of the format, the best first
   */
  Optional<List<KernelFigures>> of(List<String> formats) {
    List<KernelFigures> chosen = new ArrayList<>();
    for (MeasuredKernel kernel : MeasuredKernel.values()) {
      chosen.addAll(of(kernel, formats));
    }
    return sound ? Optional.of(chosen) : Optional.empty();
  }

  /**
   * The lines of a kernel for the first of some formats that has any, else those for any format.
   *
   * @param formats the best first
   */
  List<KernelFigures> of(MeasuredKernel kernel, List<String> formats) {
    for (String format : formats) {
      List<KernelFigures> own = lines.getOrDefault(new Key(kernel, format), List.of());
      if (!own.isEmpty()) {
        return own;
      }
    }
    return lines.getOrDefault(new Key(kernel, ANY_FORMAT), List.of());
  }

  private Optional<KernelFigures> figures(HardwareItem.Kernel line) {
    Optional<MeasuredKernel> kernel = MeasuredKernel.named(line.kind().text());
    FigureLine figures = new FigureLine(diagnostics);
    if (kernel.isEmpty()) {
      List<String> known =
          Arrays.stream(MeasuredKernel.values()).map(MeasuredKernel::word).toList();
      figures.unknown("kind of kernel", line.kind(), known);
      return Optional.empty();
    }
    return figures
        .read("kernel " + line.kind(), line.figures(), kernel.get().figures())
        .map(values -> new KernelFigures(kernel.get(), values));
  }
}
