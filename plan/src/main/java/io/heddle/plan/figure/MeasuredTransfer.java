package io.heddle.plan.figure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a network can have figures of, named in files in small letters. */
public enum MeasuredTransfer {
  ALL_GATHER,
  REDUCE_SCATTER,
  ALL_REDUCE,
  /** An all-reduce by a kernel of an engine, in which ranks read each other's memory. */
  ALL_REDUCE_ONE_SHOT,
  ALL_TO_ALL,
  /** From one rank to another: between stages, and from neighbour to neighbour of a ring. */
  MESSAGE;

  /** As files write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The figures that it can have. */
  public List<TransferFigure> figures() {
    List<TransferFigure> all = Arrays.asList(TransferFigure.values());
    return this == MESSAGE
        ? all.stream().filter(figure -> figure != TransferFigure.RANKS).toList()
        : all;
  }

  /** The transfer that files call so. */
  public static Optional<MeasuredTransfer> named(String word) {
    return Arrays.stream(values()).filter(transfer -> transfer.word().equals(word)).findFirst();
  }
}
