package io.heddle.processor.lower;

import io.heddle.plan.Precision;
import io.heddle.plan.WeightFormat;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.LinearLayers;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Steps of inference whose weights are stored in few bits ({@code weights int4}): products of
 * linear layers read the stored bytes, and compute as they do without.
 */
final class ReadStoredWeights implements Rewrite {
  @Override
  public Set<Conserved> conserves() {
    return EnumSet.of(Conserved.ORDER);
  }

  @Override
  public RankProgram apply(RankProgram program) {
    Plan plan = program.plan();
    Precision precision = plan.formats().precision();
    if (!precision.storesWeights()) {
      return program;
    }
    LinearLayers layers = new LinearLayers(plan.model());
    return program.mapNodes(
        (block, nodes) ->
            plan.model().blocks().contains(block)
                ? nodes.stream().map(node -> reading(node, layers, precision)).toList()
                : nodes);
  }

  private static LocalNode reading(LocalNode node, LinearLayers layers, Precision precision) {
    return node instanceof Compute kernel
            && kernel.product() != null
            && kernel.shape() instanceof Shape.Gemm
        ? reading(kernel, kernel.product(), layers, precision)
        : node;
  }

  private static Compute reading(
      Compute kernel, Product product, LinearLayers layers, Precision precision) {
    List<List<Dim>> tensors = new ArrayList<>(product.results());
    product.operands().stream()
        .filter(operand -> !operand.isWeight())
        .forEach(operand -> tensors.add(operand.dims()));
    List<Product.Operand> operands = new ArrayList<>();
    List<Size> moved = new ArrayList<>();
    String title = kernel.title();
    for (Product.Operand operand : product.operands()) {
      List<Dim> dims = operand.dims();
      boolean ofExperts = layers.isOfExperts(dims);
      WeightFormat format = precision.stored(ofExperts);
      Size bytes = operand.bytes();
      if (operand.isWeight() && format != null && layers.has(dims, tensors)) {
        bytes = new Size.Stored(kernel.assignment().restrictedTo(dims).elements(dims), ofExperts);
        title = "%s %s weights".formatted(kernel.title(), format.word());
      }
      operands.add(new Product.Operand(dims, operand.isWeight(), bytes));
      moved.add(bytes);
    }
    if (title.equals(kernel.title())) {
      return kernel;
    }
    moved.add(product.made());
    if (product.quantising() != null) {
      moved.add(product.quantising());
    }
    KernelFunction function = new KernelFunction(kernel.function().kind(), title);
    return kernel.with(
        kernel.kernel().quantised(function, Size.sum(moved), product.reading(operands)));
  }
}
