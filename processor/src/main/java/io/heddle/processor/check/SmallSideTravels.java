package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.Value;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Advice: a large tensor is gathered for a product whose result is much smaller. Were the product
 * computed where the tensor lies, only the result would travel.
 */
final class SmallSideTravels implements Advice {
  /** A tensor may be so many times as large as the result. */
  private static final long FACTOR = 4;

  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Sizes sizes = ProductsAreSplit.sizes(subject);
    for (Section block : subject.program().allBlocks()) {
      Map<Value, Communicate> gathers = new HashMap<>();
      for (LocalNode node : block.forward()) {
        if (node instanceof Communicate collective && isOfTensor(block, collective)) {
          gathers.put(collective.output(), collective);
        } else if (node instanceof Compute product && product.shape() instanceof Shape.Gemm gemm) {
          for (Value input : product.inputs()) {
            Communicate gather = gathers.get(input);
            if (gather != null) {
              check(subject, sizes, gather, product, gemm, diagnostics);
            }
          }
        }
      }
    }
  }

  private static boolean isOfTensor(Section block, Communicate node) {
    return node.kind() == CollectiveKind.ALL_GATHER
        && block.block().weights().stream()
            .noneMatch(weight -> weight.name().equals(node.tensor()));
  }

  private static void check(
      Subject subject,
      Sizes sizes,
      Communicate gather,
      Compute product,
      Shape.Gemm gemm,
      Diagnostics diagnostics) {
    long members = sizes.ranks(gather.axes());
    List<String> splitting =
        gather.axes().stream().filter(product.assignment().splitAxes()::contains).toList();
    BigInteger gathered =
        BigInteger.valueOf(members).multiply(sizes.wide(gather.from().elements(gather.dims())));
    BigInteger made =
        BigInteger.valueOf(sizes.ranks(splitting))
            .multiply(sizes.wide(gemm.batch()))
            .multiply(sizes.wide(gemm.m()))
            .multiply(sizes.wide(gemm.n()));
    if (members > 1 && gathered.divide(BigInteger.valueOf(FACTOR)).compareTo(made) > 0) {
      String axes = String.join(", ", gather.axes());
      diagnostics
          .report(
              Code.LARGE_SIDE_TRAVELS,
              product.span(),
              gather.tensor(),
              gathered,
              axes,
              product.operation(),
              made)
          .note(
              RingsFitNetwork.place(subject.plan(), gather.axes()),
              "`%s` is declared".formatted(gather.axes().get(0)))
          .help(
              "leave the product's weight whole over %s: it is then computed where `%s` lies"
                  .formatted(axes, gather.tensor()))
          .add();
    }
  }
}
