package io.heddle.runtime.cost;

import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a device that time products in one format: those of few rows by {@link SkinnyTime},
 * those of many by {@link ProductTime}. Between the two a product lasts as its place between them
 * says; none lasts longer than one of many rows. So times grow with the rows.
 *
 * @param skinny of few rows; null where the device says nothing of them
 * @param wide of many rows; null where it says nothing of them
 * @param few the most rows that are few
 * @param many the least that are many
 */
record ProductLines(
    @Nullable KernelFigures skinny, @Nullable KernelFigures wide, long few, long many) {
  /** The lines among all of a format; experts without lines of their own take those of products. */
  static ProductLines of(List<KernelFigures> all, boolean ofExperts) {
    KernelFigures skinny = first(all, MeasuredKernel.MATMUL_SKINNY);
    KernelFigures wide = first(all, MeasuredKernel.MATMUL);
    KernelFigures skinnyExperts = first(all, MeasuredKernel.GROUPED_SKINNY);
    KernelFigures wideExperts = first(all, MeasuredKernel.GROUPED);
    return ofExperts && (skinnyExperts != null || wideExperts != null)
        ? new ProductLines(
            skinnyExperts,
            wideExperts == null ? wide : wideExperts,
            MeasuredKernel.FEW_ROWS_OF_AN_EXPERT,
            MeasuredKernel.MANY_ROWS_OF_AN_EXPERT)
        : new ProductLines(skinny, wide, MeasuredKernel.FEW_ROWS, MeasuredKernel.MANY_ROWS);
  }

  private static @Nullable KernelFigures first(List<KernelFigures> all, MeasuredKernel kernel) {
    return all.stream().filter(line -> line.kernel() == kernel).findFirst().orElse(null);
  }

  /** Whether a product of so many rows has a line. */
  boolean has(long rows) {
    return wide != null || (skinny != null && rows < many);
  }

  /** What a product of so many rows takes before and after its work, ns; 0 without a line. */
  double start(long rows) {
    if (skinny == null || wide == null) {
      KernelFigures only = skinny != null && rows < many ? skinny : wide;
      return only == null ? 0 : only.value(KernelFigure.START);
    }
    double ofFew = skinny.value(KernelFigure.START);
    return ofFew + place(rows) * (wide.value(KernelFigure.START) - ofFew);
  }

  /** 0 for few rows, 1 for many. */
  private double place(long rows) {
    return Math.max(0, Math.min(1, (double) (rows - few) / (many - few)));
  }

  /** The same without starts and without quantising. */
  ProductLines bare() {
    return new ProductLines(bare(skinny), bare(wide), few, many);
  }

  private static @Nullable KernelFigures bare(@Nullable KernelFigures line) {
    return line == null ? null : line.with(KernelFigure.START, 0).with(KernelFigure.QUANTISE, 0);
  }

  /**
   * ns of {@code batch} products of M x K by K x N that move so many bytes; there is a line.
   *
   * @param peak operations a second of the device
   * @param bandwidth bytes a second of its memory
   */
  double nanos(double peak, double bandwidth, long batch, long m, long k, long n, long bytes) {
    if (skinny == null || (wide != null && m >= many)) {
      return new ProductTime(line(wide), peak, bandwidth).nanos(batch, m, k, n, bytes);
    }
    double ofFew = new SkinnyTime(skinny, peak, bandwidth).nanos(batch, m, k, n, bytes);
    if (wide == null) {
      return ofFew;
    }
    double ofMany = new ProductTime(wide, peak, bandwidth).nanos(batch, many, k, n, bytes);
    double most = Math.min(ofFew, ofMany);
    return most + place(m) * (ofMany - most);
  }

  private static KernelFigures line(@Nullable KernelFigures line) {
    if (line == null) {
      throw new IllegalStateException("no line");
    }
    return line;
  }
}
