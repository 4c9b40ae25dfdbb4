package io.heddle.processor.model;

import io.heddle.plan.figure.FigureUnit;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.HardwareItem;
import io.heddle.processor.syntax.Name;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** The lines for a format, where there are none those for any; empty after findings. */
  Optional<List<KernelFigures>> of(Name format) {
    List<KernelFigures> chosen = new ArrayList<>();
    for (MeasuredKernel kernel : MeasuredKernel.values()) {
      List<KernelFigures> any = lines.getOrDefault(new Key(kernel, ANY_FORMAT), List.of());
      chosen.addAll(lines.getOrDefault(new Key(kernel, format.text()), any));
    }
    return sound ? Optional.of(chosen) : Optional.empty();
  }

  private Optional<KernelFigures> figures(HardwareItem.Kernel line) {
    Optional<MeasuredKernel> kernel = MeasuredKernel.named(line.kind().text());
    if (kernel.isEmpty()) {
      unknown("kind of kernel", line.kind(), words(Arrays.asList(MeasuredKernel.values())));
      return Optional.empty();
    }
    KernelFigures figures = KernelFigures.of(kernel.get());
    Map<KernelFigure, Span> first = new LinkedHashMap<>();
    boolean whole = true;
    for (HardwareItem.Figure item : line.figures()) {
      List<KernelFigure> known = kernel.get().figures();
      Optional<KernelFigure> figure = KernelFigure.named(item.name().text());
      if (figure.isEmpty() || !known.contains(figure.get())) {
        unknown(
            "figure of `kernel %s`".formatted(line.kind()),
            item.name(),
            known.stream().map(KernelFigure::word).toList());
        whole = false;
        continue;
      }
      if (first.putIfAbsent(figure.get(), item.name().span()) != null) {
        diagnostics
            .report(Code.DUPLICATE_NAME, item.name().span(), "figure", item.name())
            .note(first.get(figure.get()), "the first one is here")
            .help("remove one of them")
            .add();
        whole = false;
      }
      Optional<BigDecimal> value = units(figure.get().unit()).read(item.value(), diagnostics);
      whole &= value.isPresent();
      if (value.isPresent()) {
        figures = figures.with(figure.get(), value.get().doubleValue());
      }
    }
    return whole ? Optional.of(figures) : Optional.empty();
  }

  private static Units units(FigureUnit unit) {
    return switch (unit) {
      case SHARE -> Units.SHARE;
      case TIME -> Units.TIME;
      case NUMBER -> Units.NUMBER;
    };
  }

  private static List<String> words(List<MeasuredKernel> kernels) {
    return kernels.stream().map(MeasuredKernel::word).toList();
  }

  private void unknown(String sort, Name name, List<String> known) {
    diagnostics
        .report(Code.UNKNOWN_NAME, name.span(), sort, name)
        .help(
            Spelling.nearest(name.text(), known)
                .map("did you mean `%s`?"::formatted)
                .orElseGet(() -> known.stream().collect(Collectors.joining(", ", "known: ", ""))))
        .add();
  }
}
