package io.heddle.runtime.cost;

import io.heddle.plan.Device;
import io.heddle.plan.Engine;
import io.heddle.plan.FormatRate;
import io.heddle.plan.KernelKind;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long kernels really last on a device that has figures of them, and by what factor that is
 * longer than the roofline says: 1 for a kernel of which the device has no figures. A trace carries
 * the factor in a kernel's operations and bytes, so that AstraSim, which knows the roofline only,
 * takes as long. All is worked out in the arithmetic of IEEE 754, and so is the same on every
 * machine.
 */
public record KernelTimes(Device device, Engine engine) {
  private static final double NANOS = 1e9;

  /** Bytes of an element of queries beside a cache, whatever the format of the cache is. */
  private static final long QUERY_BYTES = 2;

  /** The times on a device where no engine adds to them. */
  public KernelTimes(Device device) {
    this(device, Engine.IDEAL);
  }

  /** The times on a device; null if it has no figures of kernels, and the engine adds nothing. */
  public static @Nullable KernelTimes of(Device device, Engine engine) {
    boolean isRoofline =
        device.kernels().isEmpty() && device.products() == null && device.attention() == null;
    return isRoofline && engine.isIdeal() ? null : new KernelTimes(device, engine);
  }

  /** The factor of {@code batch} products of M x K by K x N. */
  public double ofProduct(long batch, long m, long k, long n, long operations, long bytes) {
    return ofProduct(false, batch, m, k, n, operations, bytes);
  }

  /**
   * As the other.
   *
   * @param grouped whether they are products of so many experts
   */
  public double ofProduct(
      boolean grouped, long batch, long m, long k, long n, long operations, long bytes) {
    if (isNothing(operations, bytes)) {
      return 1;
    }
    ProductLines lines = ProductLines.of(device.kernels(), grouped);
    double nanos =
        lines.has(m)
            ? lines.nanos(peak(), bandwidth(), batch, m, k, n, bytes)
            : roofline(operations, bytes);
    return factor(nanos, EngineFigure.KERNELS_MATMUL, operations, bytes);
  }

  /**
   * The factor of products whose operands are quantised. Quantising lasts as a kernel that moves
   * bytes; it has its start in that of the product, which devices state with it.
   *
   * @param grouped whether they are products of so many experts
   * @param bytes all that is moved, to quantise as well
   * @param quantising those that are moved to quantise the left operand
   */
  public double ofQuantisedProduct(
      boolean grouped,
      long batch,
      long m,
      long k,
      long n,
      long operations,
      long bytes,
      long quantising) {
    FormatRate rate = device.products();
    if (rate == null || isNothing(operations, bytes)) {
      return 1;
    }
    long moved = bytes - quantising;
    double left = 1 - engine.value(EngineFigure.KERNELS_QUANTISED);
    double product;
    ProductLines lines = ProductLines.of(rate.kernels(), grouped);
    if (lines.has(m)) {
      double start = lines.start(m);
      double plain = ProductLines.of(device.kernels(), false).start(m);
      double least = plain == 0 ? start : Math.min(start, plain);
      product =
          (quantising > 0 ? least + left * (start - least) : least)
              + lines.bare().nanos(rate.sustainedFlops(), bandwidth(), batch, m, k, n, moved);
    } else {
      product = NANOS * Math.max(operations / rate.sustainedFlops(), moved / bandwidth());
    }
    double reach = line(KernelKind.POINT_WISE).map(l -> l.value(KernelFigure.REACH)).orElse(1.0);
    double quantised = left * NANOS * quantising / (bandwidth() * reach);
    double nanos = product * engine.value(EngineFigure.KERNELS_MATMUL) + quantised;
    return (nanos + engine.value(EngineFigure.HOST_KERNEL)) / roofline(operations, bytes);
  }

  /**
   * The factor of attention of queries to keys, {@code batch} times.
   *
   * @param depth of queries and keys
   * @param values elements of a value
   * @param backward whether gradients are made: five products, one of them scores again
   * @param matmulOperations those that the model has, from which follows how many pairs are used
   */
  public double ofAttention(
      long batch,
      long queries,
      long keys,
      long depth,
      long values,
      boolean backward,
      long operations,
      long bytes,
      long matmulOperations) {
    FormatRate rate = device.attention();
    double flops = rate == null ? peak() : rate.sustainedFlops();
    List<KernelFigures> all = rate == null ? device.kernels() : rate.kernels();
    List<KernelFigures> lines = lines(all, MeasuredKernel.ATTEND);
    if (backward && !lines(all, MeasuredKernel.ATTEND_BACKWARD).isEmpty()) {
      lines = lines(all, MeasuredKernel.ATTEND_BACKWARD);
    }
    EngineFigure longer =
        backward && engine.values().containsKey(EngineFigure.KERNELS_ATTEND_BACKWARD)
            ? EngineFigure.KERNELS_ATTEND_BACKWARD
            : EngineFigure.KERNELS_ATTEND;
    if (isNothing(operations, bytes)) {
      return 1;
    }
    double once = 2.0 * (depth + values);
    double pairs = matmulOperations / (backward ? 2 * once : once);
    double head = (depth + values) / 2.0;
    List<KernelFigures> decode = backward ? List.of() : lines(all, MeasuredKernel.ATTEND_DECODE);
    double nanos;
    long tokens = decode.isEmpty() ? 0 : DecodeTime.tokens(batch, queries, keys, head, pairs);
    if (tokens > 0) {
      double ofQueries = (double) batch * queries * (depth + values) * QUERY_BYTES;
      nanos =
          new DecodeTime(decode, flops, bandwidth())
              .nanos(queries / tokens, keys, head, operations, bytes, ofQueries);
    } else if (lines.isEmpty()) {
      nanos = NANOS * Math.max(operations / flops, bytes / bandwidth());
    } else {
      nanos =
          new AttentionTime(lines, flops, bandwidth())
              .nanos(batch, queries, keys, head, pairs, operations / pairs, bytes);
    }
    return factor(nanos, longer, operations, bytes);
  }

  /** The factor of a kernel that does little with each byte. */
  public double of(KernelKind kind, long operations, long bytes) {
    Optional<KernelFigures> line = hasOwnForm(kind) ? Optional.empty() : line(kind);
    if (isNothing(operations, bytes)) {
      return 1;
    }
    EngineFigure longer =
        switch (kind) {
          case GEMM -> EngineFigure.KERNELS_MATMUL;
          case ATTENTION -> EngineFigure.KERNELS_ATTEND;
          case LOSS -> EngineFigure.KERNELS_LOSS;
          case OPTIMIZER -> EngineFigure.KERNELS_OPTIMIZER;
          default -> EngineFigure.KERNELS_POINTWISE;
        };
    if (line.isEmpty()) {
      return factor(roofline(operations, bytes), longer, operations, bytes);
    }
    double moved = NANOS * bytes / (bandwidth() * line.get().value(KernelFigure.REACH));
    double computed = NANOS * operations / peak();
    double nanos = line.get().value(KernelFigure.START) + Math.max(moved, computed);
    return factor(nanos, longer, operations, bytes);
  }

  /**
   * The factor of one of so many pieces of a kernel: each begins anew, and the rest is shared out.
   *
   * @param startOfWhole until the whole kernel begins, ns, as {@link #start} has it
   * @param whole factor of the whole kernel
   * @param operations of the whole kernel
   * @param bytes of the whole kernel
   * @param operationsOfPiece of the piece
   * @param bytesOfPiece of the piece
   */
  public double ofPiece(
      double startOfWhole,
      int count,
      double whole,
      long operations,
      long bytes,
      long operationsOfPiece,
      long bytesOfPiece) {
    if (whole == 1 || isNothing(operationsOfPiece, bytesOfPiece)) {
      return 1;
    }
    double nanos = roofline(operations, bytes) * whole;
    double start = Math.min(nanos, startOfWhole + engine.value(EngineFigure.HOST_KERNEL));
    return (start + (nanos - start) / count) / roofline(operationsOfPiece, bytesOfPiece);
  }

  /**
   * Until a kernel begins, ns, by the line that times it; 0 where none does.
   *
   * @param grouped whether they are products of experts
   * @param quantised whether operands of products are
   */
  public double start(KernelKind kind, boolean grouped, boolean quantised) {
    FormatRate products = quantised ? device.products() : null;
    FormatRate rate = kind == KernelKind.ATTENTION ? device.attention() : products;
    List<KernelFigures> all = rate == null ? device.kernels() : rate.kernels();
    return switch (kind) {
      case GEMM -> ProductLines.of(all, grouped).start(Long.MAX_VALUE);
      case ATTENTION -> start(lines(all, MeasuredKernel.ATTEND));
      default -> start(kind);
    };
  }

  private static double start(List<KernelFigures> lines) {
    return lines.stream().findFirst().map(line -> line.value(KernelFigure.START)).orElse(0.0);
  }

  private double start(KernelKind kind) {
    return line(kind).map(line -> line.value(KernelFigure.START)).orElse(0.0);
  }

  private Optional<KernelFigures> line(KernelKind kind) {
    MeasuredKernel measured =
        switch (kind) {
          case GEMM -> MeasuredKernel.MATMUL;
          case ATTENTION -> MeasuredKernel.ATTEND;
          case POINT_WISE -> MeasuredKernel.POINTWISE;
          case NORM -> MeasuredKernel.NORM;
          case REDUCTION -> MeasuredKernel.REDUCTION;
          case LOOK_UP -> MeasuredKernel.LOOK_UP;
          case COPY -> MeasuredKernel.COPY;
          case LOSS -> MeasuredKernel.LOSS;
          case OPTIMIZER -> MeasuredKernel.OPTIMIZER;
        };
    Optional<KernelFigures> own = lines(measured).stream().findFirst();
    return own.isPresent() || hasOwnForm(kind)
        ? own
        : lines(MeasuredKernel.POINTWISE).stream().findFirst();
  }

  private static boolean hasOwnForm(KernelKind kind) {
    return kind == KernelKind.GEMM || kind == KernelKind.ATTENTION;
  }

  private List<KernelFigures> lines(MeasuredKernel kernel) {
    return lines(device.kernels(), kernel);
  }

  private static List<KernelFigures> lines(List<KernelFigures> all, MeasuredKernel kernel) {
    return all.stream().filter(line -> line.kernel() == kernel).toList();
  }

  private double peak() {
    return device.sustainedFlops();
  }

  private double bandwidth() {
    return device.sustainedBandwidth();
  }

  /** What the roofline says, ns. */
  public double roofline(long operations, long bytes) {
    return NANOS * Math.max(operations / peak(), bytes / bandwidth());
  }

  private static boolean isNothing(long operations, long bytes) {
    return operations < 1 || bytes < 1;
  }

  private double factor(double nanos, EngineFigure longer, long operations, long bytes) {
    double added = engine.value(EngineFigure.HOST_KERNEL);
    return (nanos * engine.value(longer) + added) / roofline(operations, bytes);
  }
}
