package io.heddle.processor.check;

import io.heddle.plan.Exact;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Every dimension divides by the axes that split it, wherever it is split. */
final class DimsDivide implements OfMicroBatch {
  private static final int MOST_DIVISORS = 12;
  private static final int MOST_TRIED = 4096;

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Set<String> reported = new HashSet<>();
    for (Size.Extent extent : subject.extents().all()) {
      long size = subject.numbers().dims().get(extent.dim());
      long ranks = 1;
      for (int i = 0; i < extent.axes().size(); i++) {
        ranks *= subject.numbers().axis(extent.axes().get(i));
        size = subject.numbers().splitSize(extent.dim(), ranks);
        List<String> prefix = extent.axes().subList(0, i + 1);
        if (size % ranks != 0) {
          if (reported.add(extent.dim().name() + prefix)) {
            report(subject, extent.dim(), prefix, size, ranks, diagnostics);
          }
          break;
        }
      }
    }
  }

  private static void report(
      Subject subject, Dim dim, List<String> axes, long size, long ranks, Diagnostics diagnostics) {
    PlanNumbers sizes = subject.numbers();
    String last = axes.get(axes.size() - 1);
    List<String> product = axes.stream().map(a -> "`%s` = %d".formatted(a, sizes.axis(a))).toList();
    Diagnostics.Report report =
        diagnostics.report(
            Code.DIM_DOES_NOT_SPLIT,
            ruleSpan(subject.plan(), dim, last),
            dim,
            size,
            String.join(" x ", product));
    for (Plan.MeshAxis axis : subject.plan().layout()) {
      if (axes.contains(axis.name())) {
        report.note(axis.span(), sizes.describeAxis(axis.name()));
      }
    }
    long others = ranks / sizes.axis(last);
    String instead = ranks > size ? beyond(subject, dim, size, last) : padded(subject.plan(), dim);
    report
        .help(
            "%s must divide %d: one of %s%s"
                .formatted(
                    last, size / others, divisors(size / others), others == 1 ? instead : ""))
        .add();
  }

  /** Weights and what is made of them may be rounded up; the stream is what it is. */
  private static String padded(Plan plan, Dim dim) {
    boolean isRule = plan.shard().containsKey(dim) && !plan.padding().containsKey(dim);
    boolean isOfStream =
        plan.model().streams().stream().anyMatch(stream -> stream.dims().contains(dim));
    return isRule && !isOfStream
        ? "; or round `%s` up: `padded` behind its rule".formatted(dim)
        : "";
  }

  /** What more ranks than a dimension has entries can split, as heads of queries are split. */
  private static String beyond(Subject subject, Dim dim, long size, String axis) {
    boolean exchanged =
        subject.plan().context().kind() == Plan.Context.Kind.ALL_TO_ALL
            && subject.plan().context().repeat().isEmpty();
    if (exchanged) {
      return "; or split the keys over two axes, and repeat `%s` along one: `context all_to_all(repeat ="
              .formatted(dim)
          + " AXIS)`";
    }
    long first = Exact.gcd(subject.numbers().axis(axis), size);
    if (first == 1) {
      return "";
    }
    long second = subject.numbers().axis(axis) / first;
    String rest =
        beside(subject, dim, second)
            .map(other -> "  %s over %sb`".formatted(other, axis))
            .orElse("`, another dimension of its tensors over `%sb`".formatted(axis));
    return "; or make two axes of it, `mesh %1$sa = %2$d, %1$sb = %3$d`: `%4$s over %1$sa%5$s, all else over both"
        .formatted(axis, first, second, dim, rest);
  }

  /** The first dimension that could be split beside another, in the weight that has most. */
  private static Optional<Dim> beside(Subject subject, Dim dim, long ranks) {
    Set<Dim> streams = new HashSet<>();
    subject.plan().model().streams().forEach(stream -> streams.addAll(stream.dims()));
    return subject.plan().model().allBlocks().stream()
        .flatMap(block -> block.weights().stream())
        .map(Weight::dims)
        .filter(dims -> dims.contains(dim))
        .max(Comparator.comparingInt(List::size))
        .flatMap(
            dims ->
                dims.stream()
                    .filter(other -> !other.equals(dim) && !streams.contains(other))
                    .filter(other -> subject.numbers().dims().get(other) % ranks == 0)
                    .findFirst());
  }

  /** The dimension where it is given the axis. */
  private static Span ruleSpan(Plan plan, Dim dim, String axis) {
    Stream<Plan.AxisUse> shard = plan.shard().getOrDefault(dim, List.of()).stream();
    Stream<Plan.AxisUse> stream = plan.stream().getOrDefault(dim, List.of()).stream();
    Stream<Plan.AxisUse> pins =
        plan.pins().stream().flatMap(pin -> pin.split().getOrDefault(dim, List.of()).stream());
    return Stream.of(shard, stream, pins)
        .flatMap(uses -> uses)
        .filter(use -> use.axis().equals(axis))
        .map(Plan.AxisUse::split)
        .findFirst()
        .orElse(dim.span());
  }

  private static String divisors(long number) {
    List<String> divisors = new ArrayList<>();
    long last = Math.min(number, MOST_TRIED);
    long tried = 0;
    while (tried < last && divisors.size() < MOST_DIVISORS) {
      tried++;
      if (number % tried == 0) {
        divisors.add(Long.toString(tried));
      }
    }
    return String.join(", ", divisors) + (tried < number ? ", \u2026" : "");
  }
}
