package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The kinds of groups that a program uses, each with a constant for its number. */
final class GroupConstants {
  private static final ClassName KIND = ClassName.get("io.heddle.plan.mesh", "GroupKind");

  private record Kind(List<String> axes, String method, List<Size.Part> users) {
    Kind(List<String> axes, String method) {
      this(axes, method, List.of());
    }
  }

  private final Identifiers identifiers;
  private final Map<Kind, String> constants = new LinkedHashMap<>();

  GroupConstants(Identifiers identifiers) {
    this.identifiers = identifiers;
  }

  /** The constant for groups of a kind. */
  String of(LocalGroup group) {
    if (group instanceof LocalGroup.Along along) {
      return along.twoLevel() ? twoLevel(along.axes()) : all(along.axes());
    }
    if (group instanceof LocalGroup.Stages stages) {
      String axis = stages.axis();
      return constant(new Kind(List.of(axis), "some", stages.weights().users()), axis + "_SHARED");
    }
    return ends(((LocalGroup.Ends) group).axis());
  }

  /** The weights that stages share, by the constant of their groups. */
  Map<String, Size.Shared> shared() {
    Map<String, Size.Shared> shared = new LinkedHashMap<>();
    constants.forEach(
        (kind, name) -> {
          if (!kind.users().isEmpty()) {
            shared.put(name, new Size.Shared(kind.users()));
          }
        });
    return shared;
  }

  private String twoLevel(List<String> axes) {
    return constant(new Kind(axes, "twoLevel"), String.join("_", axes) + "_TWO_LEVEL");
  }

  /** The constant for the groups along axes. */
  String all(List<String> axes) {
    return constant(new Kind(List.copyOf(axes), "all"), String.join("_", axes));
  }

  /** The constant for the first and the last rank along an axis. */
  String ends(String axis) {
    return constant(new Kind(List.of(axis), "ends"), axis + "_ENDS");
  }

  private String constant(Kind kind, String name) {
    return constants.computeIfAbsent(
        kind, unused -> identifiers.field(name.toUpperCase(Locale.ROOT)));
  }

  /** All constants, numbered in this order. */
  List<String> names() {
    return List.copyOf(constants.values());
  }

  /** The list of kinds, in the order of the constants. */
  CodeBlock list() {
    List<CodeBlock> kinds = new ArrayList<>();
    constants.forEach(
        (kind, name) -> {
          List<CodeBlock> axes =
              kind.axes().stream().map(axis -> CodeBlock.of("$S", axis)).toList();
          kinds.add(CodeBlock.of("$T.$L($L)", KIND, kind.method(), CodeBlock.join(axes, ", ")));
        });
    return CodeBlock.of("$T.of($L)", List.class, CodeBlock.join(kinds, ",$W"));
  }
}
