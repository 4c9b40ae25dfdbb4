package io.heddle.processor.program;

import io.heddle.processor.model.Model;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every split of a dimension that occurs in a program: each must come out even. */
public final class Extents {
  private final Set<Size.Extent> found = new LinkedHashSet<>();

  private Extents() {}

  /** All dimensions with the axes that split them, in order of first use. */
  public Set<Size.Extent> all() {
    return Collections.unmodifiableSet(found);
  }

  /** Those of a program. */
  public static Extents of(RankProgram program) {
    Extents extents = new Extents();
    for (Model.Stream stream : program.plan().model().streams()) {
      extents.visit(program.streamElements(stream));
    }
    for (Section block : program.allBlocks()) {
      block.nodes().forEach(extents::visit);
      for (Pass pass : block.passes()) {
        pass.kept().forEach(saved -> extents.visit(saved.bytes()));
      }
      for (LocalWeight weight : block.weights()) {
        extents.visit(weight.elements());
        extents.visit(weight.gradientElements());
      }
    }
    return extents;
  }

  private void visit(LocalNode node) {
    if (node instanceof Compute compute) {
      List.of(compute.operations(), compute.bytes(), compute.matmulOperations())
          .forEach(this::visit);
      visit(compute.pieces());
    } else if (node instanceof Ring ring) {
      visit(ring.kernel());
      visit(ring.laterBytes());
      visit(ring.message());
      LocalNode.Reach reach = ring.reach();
      if (reach != null) {
        visit(reach.bytes());
        visit(reach.received());
        if (reach.rest() != null) {
          visit(reach.rest());
        }
      }
    } else {
      visit(((Communicate) node).bytes());
      ExpertWay way = ((Communicate) node).way();
      if (way != null && ((Communicate) node).isByNode()) {
        visit(way.spread().tokens());
        visit(way.spread().experts());
        visit(way.spread().top());
      }
      visit(((Communicate) node).pieces());
    }
  }

  private void visit(@Nullable Pieces pieces) {
    if (pieces != null) {
      visit(pieces.again());
      pieces.cut().places().forEach(this::visit);
    }
  }

  private void visit(Size size) {
    if (size instanceof Size.Extent extent) {
      found.add(extent);
    } else if (size instanceof Size.Product product) {
      product.factors().forEach(this::visit);
    } else if (size instanceof Size.Sum sum) {
      sum.terms().forEach(this::visit);
    } else if (size instanceof Size.Formula formula) {
      formula.variables().values().forEach(this::visit);
    } else if (size instanceof Size.Reached reached) {
      visit(reached.local());
    }
  }
}
