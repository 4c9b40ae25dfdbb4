package io.heddle.cli.interpret;

import io.heddle.runtime.emit.ExpertKernel;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelPieces;

/** What the nodes of a program use in one plan, by their places in its {@link NumberList}. */
final class ProgramNumbers {
  private final long[] sizes;
  private final Kernel[] kernels;
  private final KernelPieces[] pieces;
  private final ExpertKernel[] ofRows;

  ProgramNumbers(long[] sizes, Kernel[] kernels, KernelPieces[] pieces, ExpertKernel[] ofRows) {
    this.sizes = sizes;
    this.kernels = kernels;
    this.pieces = pieces;
    this.ofRows = ofRows;
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
