package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.heddle.plan.KernelKind;
import io.heddle.processor.model.Dim;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a block's class: its kernels, made once when the flattener is, and the numbers that
 * several of them or the methods use.
 */
final class KernelFields {
  private static final ClassName PIECES = ClassName.get("io.heddle.runtime.emit", "PieceEmitter");
  private static final ClassName KERNEL = ClassName.get("io.heddle.runtime.trace", "Kernel");
  private static final ClassName EXPERT_KERNEL =
      ClassName.get("io.heddle.runtime.emit", "ExpertKernel");
  private static final ClassName KERNEL_PIECES =
      ClassName.get("io.heddle.runtime.trace", "KernelPieces");

  /**
   * All that tells one kernel from another.
   *
   * @param operation with its block
   * @param quantising bytes to quantise operands; null where they are read as stored
   * @param again bytes that each piece reads; null where it is whole
   * @param rows the dimension of which ranks get different numbers; null where it has none
   */
  private record Key(
      String operation,
      KernelFunction function,
      Shape shape,
      Size operations,
      Size bytes,
      Size matmulOperations,
      @Nullable Size quantising,
      boolean grouped,
      Pieces.@Nullable Cut cut,
      @Nullable Size again,
      @Nullable Dim rows) {}

  private final Section block;
  private final List<Dim> loadedRows;
  private final JavaSizes sizes;
  private final JavaNames members;
  private final Map<Key, String> kernels = new LinkedHashMap<>();
  private final Map<Size, String> names = new LinkedHashMap<>();
  private final Map<Size, Integer> uses = new HashMap<>();
  private final Map<Pieces.Cut, String> counts = new LinkedHashMap<>();

  /**
   * @param loadedRows dimensions of rows of experts of which ranks get different numbers
   */
  KernelFields(Section block, List<Dim> loadedRows, JavaSizes sizes, JavaNames members) {
    this.block = block;
    this.loadedRows = loadedRows;
    this.members = members;
    this.sizes = sizes;
  }

  /** The field with a kernel. */
  String of(Compute node) {
    return kernel(node, node.bytes(), "");
  }

  /** The field with the kernel of a ring's later steps. */
  String later(Ring node) {
    return kernel(node.kernel(), node.laterBytes(), "Later");
  }

  private String kernel(Compute node, Size bytes, String when) {
    Pieces pieces = node.pieces();
    Key key =
        new Key(
            block.block().name() + "." + node.operation(),
            node.function(),
            node.shape(),
            node.operations(),
            bytes,
            node.matmulOperations(),
            node.kernel().quantising(),
            node.isGrouped(),
            pieces == null ? null : pieces.cut(),
            pieces == null ? null : pieces.again(),
            RowSizes.of(node, loadedRows).orElse(null));
    String known = kernels.get(key);
    if (known != null) {
      return known;
    }
    String wanted = Identifiers.camel(node.operation()) + when;
    use(wanted + "Ops", node.operations());
    use(wanted + "Bytes", bytes);
    if (!node.matmulOperations().equals(Size.ZERO)) {
      use(wanted + "Matmul", node.matmulOperations());
    }
    if (pieces != null) {
      use(wanted + "Again", pieces.again());
      count(pieces.cut());
    }
    String field = members.newName(wanted + "Kernel");
    kernels.put(key, field);
    return field;
  }

  private void use(String wanted, Size size) {
    if (uses.merge(size, 1, Integer::sum) == 2 && !names.containsKey(size)) {
      names.put(size, members.newName(wanted));
    }
  }

  /** The field with a number that methods use. */
  String number(String operation, String suffix, Size size) {
    uses.merge(size, 1, Integer::sum);
    return names.computeIfAbsent(
        size, unused -> members.newName(Identifiers.camel(operation) + suffix));
  }

  /** The field with a number of pieces. */
  String count(Pieces.Cut cut) {
    return counts.computeIfAbsent(
        cut, unused -> members.newName("pieces" + (counts.isEmpty() ? "" : counts.size() + 1)));
  }

  /** All fields that were asked for, in an order in which each uses earlier ones only. */
  List<FieldSpec> fields() {
    List<FieldSpec> fields = new ArrayList<>();
    names.forEach((size, name) -> fields.add(field(TypeName.LONG, name, sizes.of(size))));
    counts.forEach((cut, name) -> fields.add(field(TypeName.LONG, name, pieces(cut))));
    kernels.forEach((key, name) -> fields.add(field(type(key), name, made(key))));
    return fields;
  }

  private static TypeName type(Key key) {
    return key.cut() != null ? KERNEL_PIECES : key.rows() != null ? EXPERT_KERNEL : KERNEL;
  }

  void addTo(TypeSpec.Builder type) {
    fields().forEach(type::addField);
  }

  private static FieldSpec field(TypeName type, String name, CodeBlock value) {
    return FieldSpec.builder(type, name, Modifier.PRIVATE, Modifier.FINAL)
        .initializer(value)
        .build();
  }

  private CodeBlock pieces(Pieces.Cut cut) {
    List<CodeBlock> places = cut.places().stream().map(sizes::of).toList();
    return CodeBlock.of(
        "$T.count($L, overlapChunks,$W$L)",
        PIECES,
        sizes.ranks(cut.axes()),
        CodeBlock.join(places, ",$W"));
  }

  private CodeBlock made(Key key) {
    CodeBlock.Builder made = CodeBlock.builder();
    made.add(
        "\n$>$>$L$L\n$>$>.costs($L,$W$L",
        spec(key),
        key.grouped() ? ".ofExperts()" : "",
        number(key.operations()),
        number(key.bytes()));
    if (!key.matmulOperations().equals(Size.ZERO)) {
      made.add(",$W$L", number(key.matmulOperations()));
    }
    made.add(")");
    if (key.cut() != null && key.again() != null) {
      made.add("\n.inPieces($N,$W$L)", count(key.cut()), number(key.again()));
    }
    CodeBlock kernel = made.add("$<$<$<$<").build();
    Dim rows = key.rows();
    return rows == null ? kernel : ofRows(key, rows, kernel);
  }

  private CodeBlock ofRows(Key key, Dim rows, CodeBlock kernel) {
    return CodeBlock.of(
        "new $T($L,$W$L,$W$L,$W$L,$W$L,$W$L)",
        EXPERT_KERNEL,
        kernel,
        loadedRows.indexOf(rows),
        RowSizes.places(key.shape(), rows),
        sizes.of(RowSizes.without(key.operations(), rows)),
        sizes.of(RowSizes.without(key.bytes(), rows)),
        sizes.of(RowSizes.without(key.matmulOperations(), rows)));
  }

  private CodeBlock spec(Key key) {
    String name = key.operation();
    String title = key.function().title();
    if (key.shape() instanceof Shape.Gemm gemm && key.quantising() != null) {
      return CodeBlock.of(
          "linear($S,$W$S,$W$L,$W$L)",
          name,
          title,
          sizes.of(key.quantising()),
          list(gemm.batch(), gemm.m(), gemm.k(), gemm.n()));
    }
    if (key.shape() instanceof Shape.Gemm gemm) {
      return CodeBlock.of(
          "gemm($S$L,$W$L)",
          name,
          key.function().equals(KernelFunction.GEMM)
              ? CodeBlock.of("")
              : CodeBlock.of(",$W$S", title),
          list(gemm.batch(), gemm.m(), gemm.k(), gemm.n()));
    }
    if (key.shape() instanceof Shape.Attention attention) {
      return CodeBlock.of(
          "$L($S,$W$S,$W$L)",
          attention.backward() ? "attentionBackward" : "attention",
          name,
          title,
          list(
              attention.batch(),
              attention.queries(),
              attention.keys(),
              attention.k(),
              attention.n()));
    }
    return CodeBlock.of(
        "elements($S,$W$T.$L,$W$S,$W$L)",
        name,
        KernelKind.class,
        key.function().kind(),
        title,
        sizes.of(((Shape.Elements) key.shape()).elements()));
  }

  private CodeBlock list(Size... all) {
    return CodeBlock.join(List.of(all).stream().map(sizes::of).toList(), ",$W");
  }

  /** A number: the field that holds it, or as it is worked out. */
  private CodeBlock number(Size size) {
    String field = names.get(size);
    return field == null ? sizes.of(size) : CodeBlock.of("$N", field);
  }
}
