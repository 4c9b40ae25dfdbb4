package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Steps of inference may have so few tokens that some experts get none: their weights are not read.
 * Kernels of experts, and collectives of their rows, then count the rows that a rank gets, to a
 * row, and the experts that these reach in the mean. Where the plan says what experts get, that
 * holds.
 */
final class CountReachedExperts implements Rewrite {
  @Override
  public Set<Conserved> conserves() {
    return EnumSet.of(Conserved.ORDER);
  }

  @Override
  public RankProgram apply(RankProgram program) {
    Plan plan = program.plan();
    Plan.Experts said = plan.experts();
    boolean saysRows = said.load() != null || said.capacity() != null || said.imbalance() != null;
    if (plan.inference() == null || saysRows) {
      return program;
    }
    Map<Dim, Dispatch> rows = plan.model().expertRows();
    List<Dim> dims = List.copyOf(rows.keySet());
    return program.mapNodes(
        (block, nodes) -> nodes.stream().map(node -> counted(node, plan, rows, dims)).toList());
  }

  private static LocalNode counted(
      LocalNode node, Plan plan, Map<Dim, Dispatch> rows, List<Dim> dims) {
    Optional<Dim> found = Optional.empty();
    if (node instanceof Compute kernel) {
      found = RowSizes.of(kernel, dims);
    } else if (node instanceof Communicate collective) {
      found = RowSizes.in(collective.bytes(), dims);
    }
    if (found.isEmpty()) {
      return node;
    }
    Counts counts = new Counts(plan, rows.get(found.get()), node.span());
    return node instanceof Compute kernel
        ? kernel.with(kernel.kernel().counted(counts::of))
        : ((Communicate) node).counted(counts::of);
  }

  /** What stands in sizes of one exchange for its experts and their rows. */
  private static final class Counts {
    private final Size.Extent each;
    private final Size.Extent experts;
    private final Size rows;
    private final Size reached;
    private final Size rowsOfReached;

    Counts(Plan plan, Dispatch dispatch, Span span) {
      ExpertLayout layout = new ExpertLayout(plan, dispatch);
      this.each = new Size.Extent(dispatch.rows(), layout.rowAxes());
      this.experts = new Size.Extent(dispatch.experts(), layout.expertAxes());
      Size top = new Size.Value(dispatch.top());
      Size tokens =
          Size.product(
              dispatch.tokenDims().stream()
                  .<Size>map(dim -> new Size.Extent(dim, List.of()))
                  .toList());
      List<String> axes = new ArrayList<>(layout.rowAxes());
      axes.addAll(layout.expertAxes());
      this.rows = Size.share(Size.product(tokens, top), axes);
      this.reached =
          new Size.Reached(
              experts,
              new Size.Extent(dispatch.experts(), List.of()),
              top,
              Size.share(tokens, layout.rowAxes()));
      this.rowsOfReached = Size.quotient(rows, reached, span);
    }

    /** A size with them. */
    Size of(Size size) {
      if (size instanceof Size.Product product
          && product.factors().contains(experts)
          && product.factors().contains(each)) {
        List<Size> factors = new ArrayList<>(product.factors());
        factors.remove(experts);
        factors.remove(each);
        factors.add(rows);
        return Size.product(factors.stream().map(this::of).toList());
      }
      if (size.equals(experts)) {
        return reached;
      }
      return size.equals(each) ? rowsOfReached : Size.withParts(size, this::of);
    }
  }
}
