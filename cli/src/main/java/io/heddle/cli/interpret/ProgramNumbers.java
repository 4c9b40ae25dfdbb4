package io.heddle.cli.interpret;

import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.emit.ExpertKernel;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelPieces;
import java.math.BigInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a program use in one plan, by their places in its {@link NumberList}, and what
 * the plan comes to as a whole, whatever its batch is: worked out when it is first asked for. Used
 * by several threads.
 */
final class ProgramNumbers {
  private final long[] sizes;
  private final Kernel[] kernels;
  private final KernelPieces[] pieces;
  private final ExpertKernel[] ofRows;
  private volatile @Nullable DataGroups dataGroups;
  private volatile @Nullable BigInteger operations;
  private volatile @Nullable Long parameters;
  private volatile @Nullable Long tokens;

  ProgramNumbers(long[] sizes, Kernel[] kernels, KernelPieces[] pieces, ExpertKernel[] ofRows) {
    this.sizes = sizes;
    this.kernels = kernels;
    this.pieces = pieces;
    this.ofRows = ofRows;
  }

  /** What each unit has of the gradients and weights of each data group. */
  DataGroups dataGroups(Supplier<DataGroups> made) {
    DataGroups known = dataGroups;
    if (known == null) {
      known = made.get();
      dataGroups = known;
    }
    return known;
  }

  /** Operations of the model's own products in a micro-batch. */
  BigInteger operations(Supplier<BigInteger> made) {
    BigInteger known = operations;
    if (known == null) {
      known = made.get();
      operations = known;
    }
    return known;
  }

  /** Trained values of the model. */
  long parameters(Supplier<Long> made) {
    Long known = parameters;
    if (known == null) {
      known = made.get();
      parameters = known;
    }
    return known;
  }

  /** Tokens of a sequence. */
  long tokensOfSequence(Supplier<Long> made) {
    Long known = tokens;
    if (known == null) {
      known = made.get();
      tokens = known;
    }
    return known;
  }

  long size(int place) {
    return sizes[place];
  }

  Kernel kernel(int place) {
    return kernels[place];
  }

  KernelPieces pieces(int place) {
    return pieces[place];
  }

  ExpertKernel ofRows(int place) {
    return ofRows[place];
  }
}
