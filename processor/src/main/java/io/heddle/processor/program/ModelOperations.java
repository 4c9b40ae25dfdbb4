package io.heddle.processor.program;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The matrix products of the model itself, whatever the plan makes of them. Every rank runs the
 * same program, in which each product stands once; on whole dimensions it is what the model asks
 * for, without what ranks repeat and without padding. Rows of experts are the tokens, each as often
 * as it is sent.
 */
public final class ModelOperations {
  private final Map<Dim, Dispatch> rows;

  private ModelOperations(Map<Dim, Dispatch> rows) {
    this.rows = rows;
  }

  /**
   * Operations of a block's products for one micro-batch of each replica; two for each pair of
   * factors.
   *
   * @param backward whether those of its backward pass count, if it has one
   */
  public static Size of(Section block, boolean backward, RankProgram program) {
    ModelOperations whole = new ModelOperations(program.plan().model().expertRows());
    List<Size> terms = new ArrayList<>();
    List<LocalNode> nodes = new ArrayList<>(block.forward());
    nodes.addAll(backward ? block.backward() : List.of());
    for (LocalNode node : nodes) {
      if (node instanceof Compute compute) {
        terms.add(whole.of(compute.matmulOperations()));
      } else if (node instanceof Ring ring) {
        terms.add(whole.of(ring.kernel().matmulOperations()));
        if (ring.reach() != null && ring.reach().rest() != null) {
          terms.add(whole.of(ring.reach().rest().matmulOperations()));
        }
      }
    }
    return Size.sum(terms);
  }

  private Size of(Size size) {
    if (size instanceof Size.Extent extent) {
      return new Size.Extent(extent.dim(), List.of());
    }
    if (size instanceof Size.Product product) {
      return Size.product(evenly(product.factors().stream().map(this::of).toList()));
    }
    if (size instanceof Size.Reached reached) {
      return of(reached.all());
    }
    if (size instanceof Size.Share share) {
      return of(share.whole());
    }
    return Size.withParts(size, this::of);
  }

  /** In place of experts and rows of each: the tokens, as often as they are sent. */
  private List<Size> evenly(List<Size> factors) {
    List<Size> even = new ArrayList<>(factors);
    rows.forEach(
        (dim, dispatch) -> {
          Size each = new Size.Extent(dim, List.of());
          Size experts = new Size.Extent(dispatch.experts(), List.of());
          if (even.contains(each) && even.contains(experts)) {
            even.remove(each);
            even.remove(experts);
            dispatch.tokenDims().forEach(token -> even.add(new Size.Extent(token, List.of())));
            even.add(new Size.Value(dispatch.top()));
          }
        });
    return even;
  }
}
