package io.heddle.cli.interpret;

import io.heddle.plan.Precision;
import io.heddle.processor.model.Dim;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.emit.ExpertKernel;
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
  private final List<RowKernel> ofRows = new ArrayList<>();
  private final List<Dim> loadedRows;

  /**
   * @param loadedRows dimensions of rows of experts of which ranks get different numbers
   */
  NumberList(List<Dim> loadedRows) {
    this.loadedRows = loadedRows;
  }

  /** Dimensions of rows of experts of which ranks get different numbers, by their routes. */
  List<Dim> loadedRows() {
    return loadedRows;
  }

  /**
   * A kernel in pieces.
   *
   * @param kernel its place
   * @param count place of how many
   * @param again place of the bytes that each reads
   */
  private record CutKernel(int kernel, int count, int again) {}

  /**
   * A kernel on rows of experts.
   *
   * @param kernel its place
   * @param route number of the route by which rows come
   * @param shape which numbers of its shape are rows
   * @param operations place of those that are there without rows; so the others
   */
  private record RowKernel(
      int kernel, int route, int shape, int operations, int bytes, int matmulOperations) {}

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

  /** The place of a kernel on rows of experts. */
  int ofRows(int kernel, Compute node, Dim rows) {
    ofRows.add(
        new RowKernel(
            kernel,
            loadedRows.indexOf(rows),
            RowSizes.places(node.shape(), rows),
            sizes.of(RowSizes.without(node.operations(), rows)),
            sizes.of(RowSizes.without(node.bytes(), rows)),
            sizes.of(RowSizes.without(node.matmulOperations(), rows))));
    return ofRows.size() - 1;
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
    ExpertKernel[] experts = new ExpertKernel[ofRows.size()];
    for (int i = 0; i < experts.length; i++) {
      RowKernel each = ofRows.get(i);
      experts[i] =
          new ExpertKernel(
              made[each.kernel()],
              each.route(),
              each.shape(),
              values[each.operations()],
              values[each.bytes()],
              values[each.matmulOperations()]);
    }
    return new ProgramNumbers(values, made, cut, experts);
  }
}
