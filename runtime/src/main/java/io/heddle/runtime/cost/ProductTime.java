package io.heddle.runtime.cost;

import static io.heddle.plan.figure.KernelFigure.BYTES;
import static io.heddle.plan.figure.KernelFigure.DEPTH;
import static io.heddle.plan.figure.KernelFigure.QUANTISE;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.START;
import static io.heddle.plan.figure.KernelFigure.SUSTAIN;
import static io.heddle.plan.figure.KernelFigure.TILE;
import static io.heddle.plan.figure.KernelFigure.UNITS;

import io.heddle.plan.figure.KernelFigures;

/**
 * What a matrix product takes. Tiles of the result are dealt out to the units in waves; the last
 * wave is seldom full, and its units wait. With tiles of r rows and c columns, the sum cut into p
 * parts, R the rate of one unit, B the memory's bandwidth:
 *
 * <pre>
 * w      = batch ⌈M / r⌉ ⌈N / c⌉ p / units
 * wave   = 2 r c (K / p + depth) (1 + tile (1 / r + 1 / c)) / (reach R)
 * tiles  = min over r, c, p of ((max(w, 1) + ⌈w⌉) / 2 wave + what adding p parts takes)
 * hot    = tiles (1 + sustain tiles / (tiles + 3 ms))
 * time   = start + quantise batch M K / B + ⁴√(hot⁴ + (bytes / (BYTES B))⁴)
 * </pre>
 *
 * The half of a wave stands between kernels that wait for whole waves and those that share the last
 * one out (stream-K: Osama et al. 2023). Times grow with each of M, N and K.
 */
final class ProductTime {
  private static final double NANOS = 1e9;
  private static final double HOT = 3e6;
  private static final double ADDING = 2e3;
  private static final int BYTES_OF_A_PART = 4;
  private static final int[][] TILES = {
    {64, 64}, {64, 128}, {128, 64}, {128, 128}, {128, 256}, {256, 128}, {256, 256}
  };
  private static final int[] PARTS = {1, 2, 4};

  private final KernelFigures figures;
  private final double units;
  private final double rate;
  private final double bandwidth;

  /**
   * @param peak operations a second of the device
   * @param bandwidth bytes a second of its memory
   */
  ProductTime(KernelFigures figures, double peak, double bandwidth) {
    this.figures = figures;
    this.units = figures.value(UNITS);
    this.rate = peak * figures.value(REACH) / units / NANOS;
    this.bandwidth = bandwidth / NANOS;
  }

  /** ns of {@code batch} products of M x K by K x N that move so many bytes. */
  double nanos(long batch, long m, long k, long n, long bytes) {
    double tiles = Double.POSITIVE_INFINITY;
    for (int[] tile : TILES) {
      for (int parts : PARTS) {
        tiles = Math.min(tiles, tiles(batch, m, k, n, tile[0], tile[1], parts));
      }
    }
    double hot = tiles * (1 + figures.value(SUSTAIN) * tiles / (tiles + HOT));
    double moved = bytes / (bandwidth * figures.value(BYTES));
    double longer = Math.max(hot, moved);
    double share = Math.min(hot, moved) / longer;
    double both = longer * Math.sqrt(Math.sqrt(1 + share * share * share * share));
    double quantised = figures.value(QUANTISE) * batch * m * k / bandwidth;
    return figures.value(START) + quantised + both;
  }

  private double tiles(long batch, long m, long k, long n, int rows, int columns, int parts) {
    double waves =
        batch * Math.ceil((double) m / rows) * Math.ceil((double) n / columns) * parts / units;
    double wave =
        2.0
            * rows
            * columns
            * ((double) k / parts + figures.value(DEPTH))
            * (1 + figures.value(TILE) * (1.0 / rows + 1.0 / columns))
            / rate;
    double adding =
        parts == 1 ? 0 : ADDING + (double) batch * m * n * BYTES_OF_A_PART * parts / bandwidth;
    return (Math.max(waves, 1) + Math.ceil(waves)) / 2 * wave + adding;
  }
}
