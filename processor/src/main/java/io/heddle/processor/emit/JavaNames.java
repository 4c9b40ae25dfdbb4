package io.heddle.processor.emit;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope of a generated class: of its own members, of a nested class, of a method.
 * All scopes of a class are one tree, and no name of a scope is that of one around it or within it,
 * so that nothing is hidden from whoever reads it further in, whatever blocks and tensors of a
 * model are called.
 */
final class JavaNames {
  /** Types and packages that generated code names, and words that Java reads in its own way. */
  private static final Set<String> TAKEN =
      Set.of(
          "Axis",
          "BigInteger",
          "Cluster",
          "DataGroups",
          "Device",
          "Exact",
          "Exchange",
          "ExpertRows",
          "GradientReduction",
          "GroupKind",
          "Kernel",
          "KernelKind",
          "KernelPieces",
          "LinkedHashMap",
          "List",
          "Long",
          "Map",
          "Math",
          "NetworkDimension",
          "NumberFormat",
          "Optimizer",
          "Optional",
          "Override",
          "PieceEmitter",
          "PipelineFlattener",
          "PlanChecks",
          "PlanValues",
          "Precision",
          "RankEmitter",
          "Recompute",
          "Schedule",
          "StageSplit",
          "String",
          "View",
          "WeightGathers",
          "io",
          "java",
          "record",
          "var",
          "yield");

  private final @Nullable JavaNames around;
  private final Set<String> own = new HashSet<>();
  private final Set<String> within = new HashSet<>();
  private final Set<String> types = new HashSet<>();

  private JavaNames(@Nullable JavaNames around) {
    this.around = around;
  }

  /** The scope of a class that is in no other. */
  static JavaNames ofClass() {
    return new JavaNames(null);
  }

  /** A scope within this one. */
  JavaNames inside() {
    return new JavaNames(this);
  }

  /** A name like the one that is wanted, which is nobody else's. */
  String newName(String wanted) {
    String plain = plain(wanted);
    String name = plain;
    for (int i = 2; isTaken(name); i++) {
      name = numbered(plain, i);
    }
    take(name);
    return name;
  }

  /** The same for a nested class. Two that differ by case alone would be one file for some. */
  String newType(String wanted) {
    String plain = plain(wanted);
    String name = plain;
    for (int i = 2; isTaken(name) || types.contains(name.toLowerCase(Locale.ROOT)); i++) {
      name = numbered(plain, i);
    }
    take(name);
    types.add(name.toLowerCase(Locale.ROOT));
    return name;
  }

  private static String plain(String wanted) {
    String plain =
        wanted.isEmpty()
            ? "unnamed"
            : Character.isJavaIdentifierStart(wanted.charAt(0)) ? wanted : "_" + wanted;
    return isReserved(plain) ? plain + "_" : plain;
  }

  private static String numbered(String name, int number) {
    boolean endsInDigit = Character.isDigit(name.charAt(name.length() - 1));
    return name + (endsInDigit ? "_" : "") + number;
  }

  private static boolean isReserved(String name) {
    return SourceVersion.isKeyword(name) || TAKEN.contains(name);
  }

  private boolean isTaken(String name) {
    for (JavaNames scope = this; scope != null; scope = scope.around) {
      if (scope.own.contains(name)) {
        return true;
      }
    }
    return within.contains(name) || isReserved(name);
  }

  private void take(String name) {
    own.add(name);
    for (JavaNames scope = around; scope != null; scope = scope.around) {
      scope.within.add(name);
    }
  }
}
