package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Sizes as Java expressions over the fields of the generated class. */
final class JavaSizes {
  static final ClassName EXACT = ClassName.get("io.heddle.plan", "Exact");

  /** Begin of the variables with the layers of each kind that a stage holds. */
  static final String LAYERS_OF_KIND = "layersOfKind";

  private final Identifiers identifiers;
  private final Map<Size, String> variables;

  JavaSizes(Identifiers identifiers) {
    this(identifiers, Map.of());
  }

  /**
   * @param variables sizes that are at hand
   */
  JavaSizes(Identifiers identifiers, Map<Size, String> variables) {
    this.identifiers = identifiers;
    this.variables = variables;
  }

  CodeBlock of(Size size) {
    if (variables.containsKey(size)) {
      return CodeBlock.of("$N", variables.get(size));
    }
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
        case STREAM -> CodeBlock.of(FormatFields.STREAM);
        case QKV -> CodeBlock.of(FormatFields.QKV);
        case LOGIT -> CodeBlock.of(FormatFields.LOGIT);
        case ROW -> throw new IllegalStateException("elements of rows have no bytes of their own");
        case GRADIENT -> CodeBlock.of("gradientBytes");
        case STATISTIC -> CodeBlock.of("4");
      };
    }
    if (size instanceof Size.Formula formula) {
      return new JavaExpressions(name -> of(formula.variables().get(name)))
          .number(formula.expression());
    }
    if (size instanceof Size.Held held) {
      return held(held);
    }
    if (size instanceof Size.Share share) {
      return CodeBlock.of("ceilDiv($L, $L)", of(share.whole()), ranks(share.axes()));
    }
    if (size instanceof Size.Update update) {
      return CodeBlock.of(
          update.effort() == Size.Effort.OPERATIONS ? "optimizerOps" : "optimizerBytes");
    }
    if (size instanceof Size.Quantised quantised) {
      return CodeBlock.of(
          "$L.bytes($L)",
          quantised.as() == Size.Quantity.PRODUCTS ? "products" : FormatFields.EXCHANGES,
          of(quantised.elements()));
    }
    if (size instanceof Size.Stored stored) {
      return CodeBlock.of("formats.weightBytes($L, $L)", of(stored.elements()), stored.ofExperts());
    }
    if (size instanceof Size.Quantising quantising) {
      return CodeBlock.of(
          "products.quantisingBytes($L,$W$L)", of(quantising.elements()), of(quantising.stored()));
    }
    if (size instanceof Size.Transposing transposing) {
      return CodeBlock.of("products.transposingBytes($L)", of(transposing.elements()));
    }
    if (size instanceof Size.Reached reached) {
      return CodeBlock.of(
          "$T.reached($L,$W$L,$W$L,$W$L)",
          ClassName.get("io.heddle.plan", "ExpertRows"),
          of(reached.local()),
          of(reached.all()),
          of(reached.top()),
          of(reached.tokens()));
    }
    if (size instanceof Size.Product product) {
      // A product stays on its line.
      return call("product", product.factors(), ", ");
    }
    return call("sum", ((Size.Sum) size).terms(), ",$W");
  }

  /** As {@link #of}, but a {@code BigInteger}: what all replicas do together may pass 63 bits. */
  CodeBlock wide(Size size) {
    if (size instanceof Size.Sum sum) {
      List<CodeBlock> terms = sum.terms().stream().map(this::wide).toList();
      return CodeBlock.of("wideSum($L)", CodeBlock.join(terms, ",$W"));
    }
    if (!(size instanceof Size.Product product)) {
      return CodeBlock.of("wideProduct($L)", of(size));
    }
    List<Size> plain = product.factors().stream().filter(part -> !isCompound(part)).toList();
    CodeBlock.Builder code = CodeBlock.builder().add(call("wideProduct", plain, ", "));
    product.factors().stream()
        .filter(JavaSizes::isCompound)
        .forEach(part -> code.add(".multiply($L)", wide(part)));
    return code.build();
  }

  private static boolean isCompound(Size size) {
    return size instanceof Size.Sum || size instanceof Size.Product;
  }

  /** What the stage has, in a method that knows its number as {@code stage}. */
  private CodeBlock held(Size.Held held) {
    CodeBlock each = of(held.each());
    if (held.part() instanceof Size.Shared shared) {
      return CodeBlock.of(
          "$L ? $L : 0", isHeld(shared, kind -> CodeBlock.of(LAYERS_OF_KIND + kind)), each);
    }
    if (held.part() instanceof Size.Layer layer) {
      return CodeBlock.of("product($L, $L)", LAYERS_OF_KIND + layer.kind(), each);
    }
    return switch ((Size.End) held.part()) {
      case EMBEDDING -> CodeBlock.of("first(stage) ? $L : 0", each);
      case HEAD -> CodeBlock.of("last(stage) ? $L : 0", each);
      case HEAD_APART -> CodeBlock.of("last(stage) && !first(stage) ? $L : 0", each);
    };
  }

  /**
   * Whether the stage holds shared weights, in a method that knows its number as {@code stage}.
   *
   * @param layersOfKind how many layers of a kind it has
   */
  static CodeBlock isHeld(Size.Shared shared, IntFunction<CodeBlock> layersOfKind) {
    List<CodeBlock> users = new ArrayList<>();
    for (Size.Part user : shared.users()) {
      if (user instanceof Size.Layer layer) {
        users.add(CodeBlock.of("$L > 0", layersOfKind.apply(layer.kind())));
      } else {
        users.add(CodeBlock.of(user == Size.End.EMBEDDING ? "first(stage)" : "last(stage)"));
      }
    }
    return CodeBlock.join(users, " || ");
  }

  /** Number of ranks along axes, as a plain product. */
  CodeBlock ranks(List<String> axes) {
    List<CodeBlock> sizes =
        axes.stream().map(axis -> CodeBlock.of("$N", identifiers.axis(axis))).toList();
    return CodeBlock.join(sizes, " * ");
  }

  private CodeBlock call(String function, List<Size> parts, String separator) {
    List<CodeBlock> arguments = new ArrayList<>();
    parts.forEach(part -> arguments.add(of(part)));
    return CodeBlock.of("$L($L)", function, CodeBlock.join(arguments, separator));
  }

  static CodeBlock number(long value) {
    return CodeBlock.of(value == (int) value ? "$L" : "$LL", value);
  }
}
