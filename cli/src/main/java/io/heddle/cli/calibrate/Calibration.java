package io.heddle.cli.calibrate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.AttentionRow;
import io.heddle.cli.measure.DecodeRow;
import io.heddle.cli.measure.ErrorSummary;
import io.heddle.cli.measure.LatentDecodeRow;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.plan.Device;
import io.heddle.plan.figure.KernelFigure;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The lines that measurements of a device make. */
public final class Calibration {
  private static final List<String> TWO_BYTES = List.of("bf16", "fp16");

  /** Kernels are made for groups of this many heads: of more, their measured times leap. */
  private static final int HEADS_READ_TOGETHER = 32;

  private static final int ANY_NUMBER = 0;

  /** FlashAttention-2 (Dao 2023, section 4.1): 73 % of the peak forward, 63 % backward. */
  private static final double BACKWARD_OF_FORWARD = 63.0 / 73.0;

  private final double units;
  private final List<FittedLine> lines = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  /**
   * A line with what it stands on.
   *
   * @param format for which it holds; empty for all
   * @param origin how its errors spread, or where it is from
   */
  public record FittedLine(KernelFigures line, String format, String origin) {
    /** Kind of kernel, format and head size. */
    public String name() {
      double head = line.value(KernelFigure.HEAD);
      return line.kernel().word()
          + (format.isEmpty() ? "" : " " + format)
          + (head == 0 ? "" : " head " + Math.round(head));
    }

    /** What it was fitted to and with what error, or where it is from. */
    public String summary() {
      return line.evidence()
          .map(
              tried ->
                  String.format(
                      Locale.ROOT,
                      "%,d rows, error %.1f %% (%s)",
                      tried.rows(),
                      100 * tried.error(),
                      origin))
          .orElse(origin);
    }

    private static FittedLine of(KernelFit.Fitted fit, String format) {
      KernelFigures line =
          fit.line()
              .with(KernelFigure.ROWS, fit.rows())
              .with(KernelFigure.ERROR, fit.heldOut().writtenMean());
      return new FittedLine(line, format, text(fit.heldOut()));
    }

    private static String text(ErrorSummary errors) {
      return String.format(
          Locale.ROOT,
          "median %.1f %%, nine in ten below %.1f %%, bias %+.1f %%",
          100 * errors.median(),
          100 * errors.ninetieth(),
          100 * errors.bias());
    }
  }

  /**
   * @param units processors of the device that tiles are dealt out to
   */
  public Calibration(int units) {
    this.units = units;
  }

  /** All lines so far. */
  public List<FittedLine> lines() {
    return List.copyOf(lines);
  }

  /** What was left out, and why. */
  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** Notes rows that are not fitted. */
  public void leaveOut(String what) {
    leftOut.add(what);
  }

  /**
   * Fits the products of one format, those of many rows and those of few.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few of both
   */
  public void products(String file, String format, Device device, List<MeasuredRow> rows) {
    List<MeasuredRow> many = of(MeasuredKernel.MATMUL, rows);
    List<MeasuredRow> few = of(MeasuredKernel.MATMUL_SKINNY, rows);
    both(
        many,
        few,
        "%s: %d products of %s with %d rows or more"
            .formatted(file, many.size(), format, MeasuredKernel.MANY_ROWS),
        "%s: %d products of %s with %d rows or fewer"
            .formatted(file, few.size(), format, MeasuredKernel.FEW_ROWS),
        () -> wide(MeasuredKernel.MATMUL, format, device, many),
        () ->
            skinny(
                MeasuredKernel.MATMUL_SKINNY,
                format,
                device,
                List.of(
                    new FittedFigure(KernelFigure.CHAIN, 1),
                    new FittedFigure(KernelFigure.SPLIT, 2000)),
                3000,
                few));
  }

  /**
   * Fits the experts of one format, those with many rows and those with few.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few of both
   */
  public void experts(String file, String format, Device device, List<MeasuredRow> rows) {
    List<MeasuredRow> many = of(MeasuredKernel.GROUPED, rows);
    List<MeasuredRow> few = of(MeasuredKernel.GROUPED_SKINNY, rows);
    both(
        many,
        few,
        "%s: %d balanced rows of %s with %d tokens an expert or more"
            .formatted(file, many.size(), format, MeasuredKernel.MANY_ROWS_OF_AN_EXPERT),
        "%s: %d rows of %s with %d tokens an expert or fewer"
            .formatted(file, few.size(), format, MeasuredKernel.FEW_ROWS_OF_AN_EXPERT),
        () -> wide(MeasuredKernel.GROUPED, format, device, many),
        () ->
            skinny(
                MeasuredKernel.GROUPED_SKINNY,
                format,
                device,
                List.of(new FittedFigure(KernelFigure.EACH, 100_000)),
                12_000,
                few));
  }

  private static List<MeasuredRow> of(MeasuredKernel kernel, List<MeasuredRow> rows) {
    return rows.stream().filter(row -> row.line().equals(Optional.of(kernel))).toList();
  }

  /** Fits what has rows enough; one of the two must. */
  private void both(
      List<MeasuredRow> many,
      List<MeasuredRow> few,
      String ofMany,
      String ofFew,
      Runnable fitMany,
      Runnable fitFew) {
    boolean isWide = many.size() >= KernelFit.LEAST_ROWS;
    boolean isSkinny = few.size() >= KernelFit.LEAST_ROWS;
    if (!isWide && !isSkinny) {
      enough(Math.max(many.size(), few.size()), few.size() > many.size() ? ofFew : ofMany);
    }
    if (isWide) {
      fitMany.run();
    } else if (!many.isEmpty()) {
      leftOut.add(ofMany + ": too few for a line");
    }
    if (isSkinny) {
      fitFew.run();
    } else if (!few.isEmpty()) {
      leftOut.add(ofFew + ": too few for a line");
    }
  }

  private void wide(MeasuredKernel kernel, String format, Device device, List<MeasuredRow> fitted) {
    List<FittedFigure> figures =
        new ArrayList<>(
            List.of(
                new FittedFigure(KernelFigure.REACH, 0.8),
                new FittedFigure(KernelFigure.START, 6000),
                new FittedFigure(KernelFigure.DEPTH, 60),
                new FittedFigure(KernelFigure.BYTES, 0.7),
                new FittedFigure(KernelFigure.TILE, 3),
                new FittedFigure(KernelFigure.SUSTAIN, 0.1)));
    if (!TWO_BYTES.contains(format)) {
      figures.add(new FittedFigure(KernelFigure.QUANTISE, 3));
    }
    KernelFigures given = KernelFigures.of(kernel).with(KernelFigure.UNITS, units);
    KernelFit.Fitted fit = new KernelFit(device, given, figures).fit(fitted);
    lines.add(FittedLine.of(fit, format));
  }

  private void skinny(
      MeasuredKernel kernel,
      String format,
      Device device,
      List<FittedFigure> more,
      double start,
      List<MeasuredRow> fitted) {
    List<FittedFigure> figures =
        new ArrayList<>(
            List.of(
                new FittedFigure(KernelFigure.REACH, 0.6),
                new FittedFigure(KernelFigure.START, start),
                new FittedFigure(KernelFigure.BYTES, 0.85)));
    figures.addAll(more);
    List<KernelFigures> copies = pointWiseLine(device).map(FittedLine::line).stream().toList();
    KernelFit fit = new KernelFit(device, copies, KernelFigures.of(kernel), figures);
    lines.add(FittedLine.of(fit.fit(fitted), format));
  }

  /**
   * Fits forward attention of one format, a line for each head size; the backward pass reaches as
   * much less as published.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few
   */
  public void attention(String file, String format, Device device, List<MeasuredRow> rows) {
    List<FittedLine> forward =
        ofEachHead(
            file,
            format,
            "without a window and of one head size",
            byHead(rows, row -> ((AttentionRow) row).lineHead()),
            head ->
                new KernelFit(
                    device,
                    KernelFigures.of(MeasuredKernel.ATTEND)
                        .with(KernelFigure.HEAD, (double) head)
                        .with(KernelFigure.UNITS, units),
                    List.of(
                        new FittedFigure(KernelFigure.REACH, 0.5),
                        new FittedFigure(KernelFigure.START, 12000),
                        new FittedFigure(KernelFigure.DEPTH, 300),
                        new FittedFigure(KernelFigure.ALONE, 0.8),
                        new FittedFigure(KernelFigure.BYTES, 0.5))));
    lines.addAll(forward);
    forward.forEach(line -> lines.add(backward(line)));
  }

  /**
   * Fits attention to a cache of one format, a line for each head size.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few
   */
  public void decode(String file, String format, Device device, List<MeasuredRow> rows) {
    lines.addAll(
        ofEachHead(
            file,
            format,
            "of one head size",
            byHead(rows, row -> ((DecodeRow) row).head()),
            head ->
                decode(
                    device,
                    (double) head,
                    HEADS_READ_TOGETHER,
                    List.of(new FittedFigure(KernelFigure.APART, 0.6)))));
  }

  /**
   * Fits latent attention to a cache of one format.
   *
   * @param file to be named in what is wrong
   * @throws Failure if there are too few
   */
  public void latentDecode(String file, String format, Device device, List<MeasuredRow> rows) {
    lines.addAll(
        ofEachHead(
            file,
            format,
            "of latent attention",
            byHead(rows, row -> LatentDecodeRow.head()),
            head -> decode(device, (double) head, ANY_NUMBER, List.of())));
  }

  private static KernelFit decode(Device device, double head, int shared, List<FittedFigure> more) {
    List<FittedFigure> figures =
        new ArrayList<>(
            List.of(
                new FittedFigure(KernelFigure.REACH, 0.5),
                new FittedFigure(KernelFigure.START, 10000),
                new FittedFigure(KernelFigure.DEPTH, 20),
                new FittedFigure(KernelFigure.BYTES, 0.85),
                new FittedFigure(KernelFigure.CHAIN, 3),
                new FittedFigure(KernelFigure.SPLIT, 2000)));
    figures.addAll(more);
    KernelFigures given =
        KernelFigures.of(MeasuredKernel.ATTEND_DECODE).with(KernelFigure.HEAD, head);
    return new KernelFit(
        device, shared == ANY_NUMBER ? given : given.with(KernelFigure.SHARED, shared), figures);
  }

  private static Map<Long, List<MeasuredRow>> byHead(
      List<MeasuredRow> rows, ToLongFunction<MeasuredRow> head) {
    return rows.stream()
        .filter(row -> row.line().isPresent())
        .collect(Collectors.groupingBy(head::applyAsLong, TreeMap::new, Collectors.toList()));
  }

  /** A line for each head size that has rows enough; one of them must. */
  private List<FittedLine> ofEachHead(
      String file,
      String format,
      String which,
      Map<Long, List<MeasuredRow>> byHead,
      LongFunction<KernelFit> fit) {
    int most = byHead.values().stream().mapToInt(List::size).max().orElse(0);
    enough(most, "%s: %d rows of %s %s".formatted(file, most, format, which));
    List<FittedLine> fitted = new ArrayList<>();
    byHead.forEach(
        (head, kernels) -> {
          if (kernels.size() < KernelFit.LEAST_ROWS) {
            leftOut.add(
                "%s: %d rows of %s with head size %d: too few for a line"
                    .formatted(file, kernels.size(), format, head));
          } else {
            fitted.add(FittedLine.of(fit.apply(head).fit(kernels), format));
          }
        });
    return fitted;
  }

  private static FittedLine backward(FittedLine forward) {
    double reach = forward.line().value(KernelFigure.REACH) * BACKWARD_OF_FORWARD;
    KernelFigures line =
        new KernelFigures(MeasuredKernel.ATTEND_BACKWARD, forward.line().untried().values())
            .with(KernelFigure.REACH, Math.round(1000 * reach) / 1000.0);
    return new FittedLine(
        line,
        forward.format(),
        "not measured: as forward, 63/73 of its reach (FlashAttention-2: Dao 2023, section 4.1)");
  }

  /**
   * Adds what kernels that move bytes take over: the base's share of the bandwidth, and the start
   * of the first line of products.
   */
  public void pointWise(Device base) {
    pointWiseLine(base).ifPresent(lines::add);
  }

  private Optional<FittedLine> pointWiseLine(Device base) {
    return lines.stream()
        .filter(line -> line.line().kernel() == MeasuredKernel.MATMUL)
        .findFirst()
        .map(
            products ->
                new FittedLine(
                    KernelFigures.of(MeasuredKernel.POINTWISE)
                        .with(KernelFigure.REACH, base.memoryEfficiency())
                        .with(KernelFigure.START, products.line().value(KernelFigure.START)),
                    "",
                    "not measured: the bandwidth of %s, and the start of %s"
                        .formatted(base.name(), products.name())));
  }

  private static void enough(int rows, String what) {
    if (rows < KernelFit.LEAST_ROWS) {
      throw Failure.wrongInput(
          "%s: at least %d are needed to fit figures".formatted(what, KernelFit.LEAST_ROWS));
    }
  }
}
