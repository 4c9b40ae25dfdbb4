package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** The declaration of an operation of one's own for given arguments, drawn at random. */
final class RandomOperation {
  private final Random random;
  private final List<String> result;
  private final String text;

  /**
   * @param arguments the dimensions of each, of the first those of a tensor
   */
  RandomOperation(Random random, String name, List<List<String>> arguments) {
    this.random = random;
    List<String> first = arguments.get(0);
    List<String> inner =
        first.stream().filter(dim -> !dim.equals("b") && !dim.equals("s")).toList();
    this.result = new ArrayList<>(first);
    boolean reduces = inner.size() > 1 && chance(30);
    if (reduces) {
      result.remove(inner.get(random.nextInt(inner.size())));
    }
    List<String> parameters = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      parameters.add("p" + i + formal(arguments.get(i)));
    }
    StringBuilder declaration = new StringBuilder("op " + name);
    declaration.append('(').append(String.join(", ", parameters)).append(')');
    declaration.append(reduces ? " -> " + formal(result) : "");
    declaration.append(" flops 3 * size(p0) + size(result) bytes 2 * bytes(p0)");
    declaration.append(chance(50) ? " backward flops 7 * size(p0) bytes 5 * bytes(p0)" : "");
    declaration.append(chance(40) ? " linear" : "");
    this.text = declaration.append(clauses(inner)).append('\n').toString();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** The operation names dimensions as it likes. */
  private static String formal(List<String> dims) {
    return dims.stream().map(dim -> dim + "0").collect(Collectors.joining(" ", "[", "]"));
  }

  /** What is said of the sequence, and of a dimension inside. */
  private String clauses(List<String> inner) {
    StringBuilder clauses = new StringBuilder();
    List<String> rest = new ArrayList<>(result);
    rest.remove("s");
    switch (random.nextInt(4)) {
      case 0 -> clauses.append(" whole over s0");
      case 1 -> clauses.append(" halo 1 over s0");
      case 2 -> {
        clauses.append(" scan over s0 carry ").append(formal(rest));
        clauses.append(chance(50) ? " flops size(p0) bytes bytes(p0)" : "");
      }
      default -> {}
    }
    if (!clauses.toString().contains("whole") && !inner.isEmpty() && chance(25)) {
      String dim = inner.get(random.nextInt(inner.size()));
      clauses.append(" whole over ").append(dim).append('0');
    }
    return clauses.toString();
  }

  /** The declaration, with the line feed behind it. */
  String text() {
    return text;
  }

  /** The dimensions of what it makes. */
  List<String> result() {
    return result;
  }
}
