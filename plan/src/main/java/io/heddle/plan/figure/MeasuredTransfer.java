package io.heddle.plan.figure;

import io.heddle.plan.mesh.Collective;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a network can have figures of, named in files in small letters. */
public enum MeasuredTransfer {
  ALL_GATHER(Collective.ALL_GATHER),
  REDUCE_SCATTER(Collective.REDUCE_SCATTER),
  ALL_REDUCE(Collective.ALL_REDUCE),
  /** An all-reduce by a kernel of an engine, in which ranks read each other's memory. */
  ALL_REDUCE_ONE_SHOT(null),
  ALL_TO_ALL(Collective.ALL_TO_ALL),
  /** An exchange by a kernel of an engine that needs little time for few bytes. */
  ALL_TO_ALL_ONE_SHOT(null),
  /** Tokens to their experts, by a kernel that sends each once to each node and rank. */
  DISPATCH(null),
  /** What experts make of tokens, added up for each rank and node, by such a kernel. */
  COMBINE(null),
  /** From one rank to another: between stages, and from neighbour to neighbour of a ring. */
  MESSAGE(null);

  private final @Nullable Collective collective;

  MeasuredTransfer(@Nullable Collective collective) {
    this.collective = collective;
  }

  /** How a collective is measured; null where it never is. */
  public static @Nullable MeasuredTransfer of(Collective collective) {
    for (MeasuredTransfer transfer : values()) {
      if (transfer.collective == collective) {
        return transfer;
      }
    }
    return null;
  }

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
