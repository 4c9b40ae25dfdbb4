package io.heddle.cli.interpret;

import io.heddle.plan.Precision;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelPieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a program want of a plan: sizes and kernels, each once. A node knows its place
 * in the list.
 */
final class NumberList {
  private final SizeList sizes = new SizeList();
  private final List<KernelForm> kernels = new ArrayList<>();
  private final Map<KernelForm, Integer> placeOfKernel = new HashMap<>();
  private final List<CutKernel> pieces = new ArrayList<>();

  /**
   * A kernel in pieces.
   *
   * @param kernel its place
   * @param count place of how many
   * @param again place of the bytes that each reads
   */
  private record CutKernel(int kernel, int count, int again) {}

  SizeList sizes() {
    return sizes;
  }

  /** The place of the kernel of a node that may move other bytes. */
  int kernel(String name, Compute node, Size moved) {
    KernelForm form = KernelForm.of(name, node, moved, sizes);
    Integer known = placeOfKernel.get(form);
    if (known != null) {
      return known;
    }
    placeOfKernel.put(form, kernels.size());
    kernels.add(form);
    return kernels.size() - 1;
  }

  /** The place of a kernel that is cut. */
  int pieces(int kernel, Pieces cut) {
    pieces.add(new CutKernel(kernel, sizes.pieces(cut.cut()), sizes.of(cut.again())));
    return pieces.size() - 1;
  }

  /**
   * The numbers of a plan.
   *
   * @throws ArithmeticException if one does not fit into 63 bits
   */
  ProgramNumbers in(Sizes of, Precision precision, @Nullable KernelTimes times) {
    long[] values = sizes.values(of);
    Kernel[] made = new Kernel[kernels.size()];
    for (int i = 0; i < made.length; i++) {
      made[i] = kernels.get(i).in(values, precision, times);
    }
    KernelPieces[] cut = new KernelPieces[pieces.size()];
    for (int i = 0; i < cut.length; i++) {
      CutKernel each = pieces.get(i);
      cut[i] = made[each.kernel()].inPieces(values[each.count()], values[each.again()]);
    }
    return new ProgramNumbers(values, made, cut);
  }
}
