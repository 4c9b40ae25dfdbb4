package io.heddle.processor.lower;

import io.heddle.plan.Quantisation;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.LinearLayers;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Product;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Size.Format;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Linear layers of the blocks whose products are quantised ({@code products mxfp8}). The product
 * forward quantises its input, that of the input's gradient the gradient of its result, each for
 * both products that read it; weights are quantised when they are updated. Embedding, head and the
 * products that route tokens to experts stay as they are.
 */
final class QuantiseProducts implements Rewrite {
  @Override
  public Set<Conserved> conserves() {
    return EnumSet.of(Conserved.ORDER);
  }

  @Override
  public RankProgram apply(RankProgram program) {
    Plan plan = program.plan();
    Quantisation products = plan.formats().precision().products();
    if (products == null) {
      return program;
    }
    LinearLayers layers = new LinearLayers(plan.model());
    return program.mapNodes(
        (block, nodes) ->
            plan.model().blocks().contains(block) ? quantised(nodes, products, layers) : nodes);
  }

  private static List<LocalNode> quantised(
      List<LocalNode> nodes, Quantisation products, LinearLayers layers) {
    Set<Value> arrived = new HashSet<>();
    for (LocalNode node : nodes) {
      if (node instanceof Communicate communicate && communicate.format() == Format.ROW) {
        arrived.add(communicate.output());
      }
    }
    return nodes.stream().map(node -> quantised(node, products, layers, arrived)).toList();
  }

  private static LocalNode quantised(
      LocalNode node, Quantisation products, LinearLayers layers, Set<Value> arrived) {
    return node instanceof Compute kernel
            && kernel.product() != null
            && kernel.shape() instanceof Shape.Gemm gemm
            && isLinear(kernel)
            && !isRouter(kernel, kernel.product(), layers)
        ? quantised(kernel, kernel.product(), gemm, products, arrived)
        : node;
  }

  /** Whether it reads a weight, or makes the gradient of one. */
  private static boolean isLinear(Compute kernel) {
    return kernel.addsToGradient()
        || kernel.product().operands().stream().anyMatch(Product.Operand::isWeight);
  }

  /** Whether it multiplies the weight of a router, or makes its gradient. */
  private static boolean isRouter(Compute kernel, Product product, LinearLayers layers) {
    List<List<Dim>> weights = new ArrayList<>();
    List<List<Dim>> tensors = new ArrayList<>();
    product
        .operands()
        .forEach(operand -> (operand.isWeight() ? weights : tensors).add(operand.dims()));
    (kernel.addsToGradient() ? weights : tensors).addAll(product.results());
    return weights.stream().anyMatch(weight -> layers.isRouter(weight, tensors));
  }

  private static Compute quantised(
      Compute kernel, Product product, Shape.Gemm gemm, Quantisation products, Set<Value> arrived) {
    List<Product.Operand> operands = new ArrayList<>();
    List<Size> bytes = new ArrayList<>();
    for (Product.Operand operand : product.operands()) {
      Size elements = kernel.assignment().restrictedTo(operand.dims()).elements(operand.dims());
      Size quantised = new Size.Quantised(elements, Size.Quantity.PRODUCTS);
      operands.add(new Product.Operand(operand.dims(), operand.isWeight(), quantised));
      bytes.add(quantised);
    }
    bytes.add(product.made());
    Size quantising = quantising(kernel, product, gemm, arrived);
    bytes.add(quantising);
    KernelFunction function =
        new KernelFunction(kernel.function().kind(), kernel.title() + " " + products.words());
    return kernel.with(
        kernel
            .kernel()
            .quantised(function, Size.sum(bytes), product.quantised(operands, quantising)));
  }

  /**
   * What the kernel moves to quantise its left operand, of a fused one all gradients. That of a
   * weight's gradient finds both operands quantised.
   */
  private static Size quantising(
      Compute kernel, Product product, Shape.Gemm gemm, Set<Value> arrived) {
    if (kernel.addsToGradient()) {
      return Size.ZERO;
    }
    Size left = Size.product(gemm.batch(), gemm.m(), gemm.k());
    if (kernel.inputs().stream().anyMatch(arrived::contains)) {
      return new Size.Transposing(left);
    }
    List<Size> stored =
        product.operands().stream()
            .filter(operand -> !operand.isWeight())
            .map(Product.Operand::bytes)
            .toList();
    return new Size.Quantising(left, Size.sum(stored));
  }
}
