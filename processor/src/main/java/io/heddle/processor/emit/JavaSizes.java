package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.local.Size;
import java.util.ArrayList;
import java.util.List;

/** Sizes as Java expressions over the fields of the generated class. */
final class JavaSizes {
  static final ClassName EXACT = ClassName.get("io.heddle.plan", "Exact");

  private final Identifiers identifiers;

  JavaSizes(Identifiers identifiers) {
    this.identifiers = identifiers;
  }

  CodeBlock of(Size size) {
    if (size instanceof Size.Constant constant) {
      return number(constant.value());
    }
    if (size instanceof Size.Extent extent) {
      return CodeBlock.of("$N", identifiers.extent(extent));
    }
    if (size instanceof Size.Ranks ranks) {
      return ranks(ranks.axes());
    }
    if (size instanceof Size.Value value) {
      return CodeBlock.of("$N", identifiers.value(value.expression()));
    }
    if (size instanceof Size.ElementBytes element) {
      return switch (element.format()) {
        case TENSOR -> CodeBlock.of("tensorBytes");
        case GRADIENT -> CodeBlock.of("gradientBytes");
        case STATISTIC -> CodeBlock.of("4");
      };
    }
    if (size instanceof Size.Formula formula) {
      return new JavaExpressions(name -> of(formula.variables().get(name)))
          .number(formula.expression());
    }
    if (size instanceof Size.Product product) {
      return call("product", product.factors());
    }
    return call("sum", ((Size.Sum) size).terms());
  }

  /** Number of ranks along axes, as a plain product. */
  CodeBlock ranks(List<String> axes) {
    List<CodeBlock> sizes =
        axes.stream().map(axis -> CodeBlock.of("$N", identifiers.axis(axis))).toList();
    return CodeBlock.join(sizes, " * ");
  }

  private CodeBlock call(String function, List<Size> parts) {
    List<CodeBlock> arguments = new ArrayList<>();
    parts.forEach(part -> arguments.add(of(part)));
    return CodeBlock.of("$L($L)", function, CodeBlock.join(arguments, ",$W"));
  }

  static CodeBlock number(long value) {
    return CodeBlock.of(value == (int) value ? "$L" : "$LL", value);
  }
}
