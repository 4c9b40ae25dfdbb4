package io.heddle.cli.language;

import io.heddle.cli.language.PlanFacts.Placed;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.plan.mesh.Mesh;
import io.heddle.processor.model.Dim;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Facts of a plan in words. */
public final class FactText {
  private final PlanFacts facts;

  /** The words for facts of a plan. */
  public FactText(PlanFacts facts) {
    this.facts = facts;
  }

  /** {@code 1.140 s · 26.9 % MFU · 62.000 GB}. */
  public static String of(Figures figures) {
    OptionalLong peak = figures.memory().peak();
    return Quantities.time((double) figures.iterationNanos())
        + " · "
        + Quantities.percent(figures.mfu())
        + " MFU"
        + (peak.isPresent() ? " · " + bytes(peak.getAsLong()) : "")
        + (figures.memory().fits() ? "" : ", does not fit");
  }

  static String bytes(long bytes) {
    return Quantities.bytes(bytes);
  }

  /** A kernel: its shape, work and time. */
  String compute(Placed placed, Compute node) {
    return "`%s` %s: %s, %,d FLOP, %s%s"
        .formatted(
            placed.name(),
            node.title(),
            shape(node.shape()),
            facts.sizes().of(node.operations()),
            bytes(facts.sizes().of(node.bytes())),
            time(placed));
  }

  private String time(Placed placed) {
    OptionalLong nanos = facts.nanos(placed);
    return nanos.isEmpty() ? "" : ", " + Quantities.time((double) nanos.getAsLong());
  }

  /** The numbers of a kernel. */
  String shape(Shape shape) {
    if (shape instanceof Shape.Gemm gemm) {
      long batch = size(gemm.batch());
      return (batch == 1 ? "" : "batch " + batch + " ")
          + "M %d K %d N %d".formatted(size(gemm.m()), size(gemm.k()), size(gemm.n()));
    }
    if (shape instanceof Shape.Attention attention) {
      return "batch %d queries %d keys %d depth %d, %d"
          .formatted(
              size(attention.batch()),
              size(attention.queries()),
              size(attention.keys()),
              size(attention.k()),
              size(attention.n()));
    }
    return String.format(Locale.ROOT, "%,d elements", size(((Shape.Elements) shape).elements()));
  }

  private long size(Size size) {
    return facts.sizes().of(size);
  }

  /** A collective: its group, bytes and time. */
  String communicate(Placed placed, Communicate node) {
    return "`%s` %s over %s (%d): %s, `%s` to `%s`%s"
        .formatted(
            placed.name(),
            node.kind().title(),
            String.join(", ", node.axes()),
            facts.ranks(node.axes()),
            bytes(facts.bytes(node)),
            node.from().describe(node.dims()),
            node.to().describe(node.dims()),
            time(placed) + "\n  - " + node.origin().describe());
  }

  /** {@code all-gather tp 8.4 MB}; of no more than one rank nothing. */
  public String brief(LocalNode node) {
    if (node instanceof Communicate communicate) {
      return facts.ranks(communicate.axes()) == 1
          ? ""
          : communicate.kind().title()
              + " "
              + String.join(",", communicate.axes())
              + " "
              + bytes(facts.bytes(communicate));
    }
    if (node instanceof Ring ring && facts.ranks(ring.axes()) > 1) {
      return ring.reach() == null
          ? "ring " + String.join(",", ring.axes()) + " " + bytes(size(ring.message()))
          : "neighbours "
              + String.join(",", ring.axes())
              + " "
              + bytes(size(ring.reach().received()));
    }
    return "";
  }

  /** A node of any kind. */
  String node(Placed placed) {
    if (placed.node() instanceof Compute compute) {
      return compute(placed, compute);
    }
    if (placed.node() instanceof Communicate communicate) {
      return communicate(placed, communicate);
    }
    Ring ring = (Ring) placed.node();
    if (ring.reach() != null) {
      return "`%s` neighbours over %s (%d): %s in all"
          .formatted(
              placed.name(),
              String.join(", ", ring.axes()),
              facts.ranks(ring.axes()),
              bytes(size(ring.reach().received())));
    }
    return "`%s` ring over %s (%d): %s a message"
        .formatted(
            placed.name(),
            String.join(", ", ring.axes()),
            facts.ranks(ring.axes()),
            bytes(size(ring.message())));
  }

  /** Local shape and bytes of a tensor that lies so. */
  String local(List<Dim> dims, Sharding sharding, Size.Format format) {
    String shape =
        dims.stream()
            .map(dim -> String.valueOf(size(new Size.Extent(dim, sharding.of(dim)))))
            .collect(Collectors.joining(" x "));
    Size bytes = sharding.bytes(dims, format);
    return "%s on a rank, %s".formatted(shape.isEmpty() ? "1" : shape, bytes(size(bytes)));
  }

  /** The ranks along an axis, and how far they are from each other. */
  String axis(String axis) {
    Mesh mesh = facts.compiled().numbers().values().mesh();
    int size = mesh.size(axis);
    int index = mesh.axes().stream().map(a -> a.name()).toList().indexOf(axis);
    if (index < 0) {
      return "%d ranks".formatted(size);
    }
    int stride = mesh.stride(index);
    String ranks =
        java.util.stream.IntStream.range(0, Math.min(size, 8))
            .mapToObj(i -> String.valueOf((long) i * stride))
            .collect(Collectors.joining(", "));
    return "%d ranks, every %s of the mesh; the first group: %s%s"
        .formatted(size, stride == 1 ? "one" : stride + "th", ranks, size > 8 ? ", …" : "");
  }
}
