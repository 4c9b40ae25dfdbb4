package io.heddle.processor.emit;

import io.heddle.processor.program.Size;
import io.heddle.processor.syntax.Expression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The Java names of one generated class: fields for axes, dimensions and their parts. */
final class Identifiers {
  /** Field with the operations of the model's matrix products. */
  static final String OPERATIONS = "operationsOfMicroBatch";

  private final JavaNames fields = JavaNames.ofClass();
  private final Map<String, String> axes = new LinkedHashMap<>();
  private final Map<Size.Extent, String> extents = new LinkedHashMap<>();
  private final Map<Expression, String> values = new LinkedHashMap<>();
  private final Map<String, String> blocks = new LinkedHashMap<>();
  private final Map<String, String> blockTypes = new LinkedHashMap<>();

  /**
   * The names of a class, with those that it always has: fields, and arguments of its methods.
   *
   * @param layerKinds number of kinds of layers
   */
  Identifiers(int layerKinds) {
    JavaNames methods = fields.inside();
    List.of(
            "plan",
            "checks",
            "rank",
            "stage",
            "layer",
            "kind",
            "x",
            "out",
            "dx",
            "dout",
            "received",
            "groups",
            RecordedLoadMethod.NAME)
        .forEach(methods::newName);
    List.of(
            "tensorBytes",
            "gradientBytes",
            "optimizerOps",
            "optimizerBytes",
            "layerKinds",
            "overlapChunks",
            "products",
            "formats",
            OPERATIONS)
        .forEach(fields::newName);
    FormatFields.NAMES.forEach(fields::newName);
    for (int i = 0; i < layerKinds; i++) {
      methods.newName(JavaSizes.LAYERS_OF_KIND + i);
    }
  }

  /** Field with the size of an axis. */
  String axis(String axis) {
    return axes.computeIfAbsent(axis, fields::newName);
  }

  /** Field with the part of a dimension that one rank has: {@code sTp} for s split over tp. */
  String extent(Size.Extent extent) {
    return extents.computeIfAbsent(
        extent,
        key -> {
          StringBuilder name = new StringBuilder(key.dim().name());
          key.axes().forEach(axis -> name.append(capitalised(axis)));
          return fields.newName(name.toString());
        });
  }

  /** Field with a number over the model's parameters. */
  String value(Expression expression) {
    return values.computeIfAbsent(
        expression,
        key ->
            fields.newName(
                key instanceof Expression.Reference reference
                    ? reference.name().text() + "Value"
                    : "value"));
  }

  /** Every number over parameters that has been asked for, in order. */
  Map<Expression, String> values() {
    return values;
  }

  /** Field with the nested object of a block, by its title. */
  String block(String block) {
    return blocks.computeIfAbsent(block, title -> fields.newName(title.replace(' ', '_')));
  }

  /** The nested class of a block. */
  String blockType(String block) {
    return blockTypes.computeIfAbsent(
        block, unused -> fields.newType(capitalised(block.replace(' ', '_')) + "Block"));
  }

  /** A field of another kind. */
  String field(String wanted) {
    return fields.newName(wanted);
  }

  /** The names of a method or a nested class. */
  JavaNames inside() {
    return fields.inside();
  }

  /** Every part of a dimension that has been asked for, in order. */
  Map<Size.Extent, String> extents() {
    return extents;
  }

  /** {@code attention} as a class name. */
  static String capitalised(String name) {
    StringBuilder camel = new StringBuilder();
    for (String part : name.split("[_.]+", -1)) {
      if (!part.isEmpty()) {
        camel.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
      }
    }
    return camel.toString();
  }

  /** {@code gather.a} as a field name. */
  static String camel(String name) {
    String capitalised = capitalised(name);
    return capitalised.isEmpty()
        ? ""
        : capitalised.substring(0, 1).toLowerCase(Locale.ROOT) + capitalised.substring(1);
  }
}
