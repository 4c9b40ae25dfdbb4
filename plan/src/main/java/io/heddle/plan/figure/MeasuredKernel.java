package io.heddle.plan.figure;

import static io.heddle.plan.figure.KernelFigure.ALONE;
import static io.heddle.plan.figure.KernelFigure.APART;
import static io.heddle.plan.figure.KernelFigure.BYTES;
import static io.heddle.plan.figure.KernelFigure.CHAIN;
import static io.heddle.plan.figure.KernelFigure.DEPTH;
import static io.heddle.plan.figure.KernelFigure.EACH;
import static io.heddle.plan.figure.KernelFigure.ERROR;
import static io.heddle.plan.figure.KernelFigure.HEAD;
import static io.heddle.plan.figure.KernelFigure.QUANTISE;
import static io.heddle.plan.figure.KernelFigure.REACH;
import static io.heddle.plan.figure.KernelFigure.ROWS;
import static io.heddle.plan.figure.KernelFigure.SHARED;
import static io.heddle.plan.figure.KernelFigure.SPLIT;
import static io.heddle.plan.figure.KernelFigure.START;
import static io.heddle.plan.figure.KernelFigure.SUSTAIN;
import static io.heddle.plan.figure.KernelFigure.TILE;
import static io.heddle.plan.figure.KernelFigure.UNITS;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A kind of kernel that a device can have figures of, named in files in small letters. */
public enum MeasuredKernel {
  /** Products of at least {@link #MANY_ROWS} rows. */
  MATMUL,
  /** Products of at most {@link #FEW_ROWS} rows; without lines, as {@link #MATMUL}. */
  MATMUL_SKINNY,
  /**
   * Products of several experts in one kernel, each of at least {@link #MANY_ROWS_OF_AN_EXPERT}
   * rows; without lines of their own, as {@link #MATMUL}.
   */
  GROUPED,
  /**
   * Products of several experts with at most {@link #FEW_ROWS_OF_AN_EXPERT} rows each; without
   * lines, as {@link #GROUPED}.
   */
  GROUPED_SKINNY,
  ATTEND,
  /** Without lines of its own, as {@link #ATTEND}. */
  ATTEND_BACKWARD,
  /** Attention of single new tokens to the keys of a cache; without lines, as {@link #ATTEND}. */
  ATTEND_DECODE,
  /** Also of all kinds below that have no line of their own. */
  POINTWISE,
  NORM,
  REDUCTION,
  LOOK_UP,
  COPY,
  LOSS,
  OPTIMIZER;

  /** The most rows of a product of few: between these and many it lasts as its place says. */
  public static final long FEW_ROWS = 256;

  /** The least rows of a product of many: one of training. */
  public static final long MANY_ROWS = 512;

  /** The most rows of an expert of few, whose time goes for reading weights. */
  public static final long FEW_ROWS_OF_AN_EXPERT = 32;

  /** The least rows of an expert of many. */
  public static final long MANY_ROWS_OF_AN_EXPERT = 64;

  /** As files write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The figures that it can have. */
  public List<KernelFigure> figures() {
    return switch (this) {
      case MATMUL, GROUPED ->
          List.of(REACH, START, UNITS, DEPTH, BYTES, TILE, QUANTISE, SUSTAIN, ROWS, ERROR);
      case MATMUL_SKINNY -> List.of(REACH, START, BYTES, CHAIN, SPLIT, ROWS, ERROR);
      case GROUPED_SKINNY -> List.of(REACH, START, BYTES, EACH, ROWS, ERROR);
      case ATTEND, ATTEND_BACKWARD ->
          List.of(HEAD, REACH, START, UNITS, DEPTH, ALONE, BYTES, ROWS, ERROR);
      case ATTEND_DECODE ->
          List.of(HEAD, REACH, START, DEPTH, BYTES, CHAIN, SPLIT, SHARED, APART, ROWS, ERROR);
      case POINTWISE, NORM, REDUCTION, LOOK_UP, COPY, LOSS, OPTIMIZER ->
          List.of(REACH, START, ROWS, ERROR);
    };
  }

  /** The kind that files call so. */
  public static Optional<MeasuredKernel> named(String word) {
    return Arrays.stream(values()).filter(kernel -> kernel.word().equals(word)).findFirst();
  }
}
