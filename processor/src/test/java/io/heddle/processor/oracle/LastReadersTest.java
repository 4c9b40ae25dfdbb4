package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.TfmCompiler;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Of the layers that take a stream, the last begins its gradient and all others add to it, whether
 * literals or numbers of the plan say which layer that is.
 */
final class LastReadersTest {
  /** Layers that take the stream of the source, in two ways, and one that does not. */
  private record Run(String count, String layer) {}

  private static final Run NEAR = new Run("near", "(cross(m = enc), mlp)");
  private static final Run NONE = new Run("none", "cross(m = enc)");
  private static final Run PLAIN = new Run("gap", "mlp");
  private static final Run ONE = new Run("", "(self, cross(m = enc))");
  private static final Run TWO = new Run("2", "(cross(m = enc), self, cross(m = enc))");

  private static final List<List<Run>> PATTERNS =
      List.of(
          List.of(NEAR, PLAIN, ONE),
          List.of(NONE, PLAIN, NEAR, PLAIN),
          List.of(PLAIN, ONE, TWO, PLAIN),
          List.of(NONE, PLAIN, ONE, PLAIN, NONE),
          List.of(TWO, NEAR));

  static Stream<Arguments> patterns() {
    return PATTERNS.stream()
        .flatMap(
            pattern ->
                Stream.of(0, 1, 2, 3, 5, 7, 12).map(layers -> Arguments.of(pattern, layers)));
  }

  /** Those of them that take the stream. */
  static Stream<Arguments> reading() {
    return patterns().filter(LastReadersTest::reads);
  }

  /** Those of few layers. */
  static Stream<Arguments> ofFewLayers() {
    return reading().filter(pattern -> (int) pattern.get()[1] <= 5);
  }

  @SuppressWarnings("unchecked")
  private static boolean reads(Arguments pattern) {
    Object[] arguments = pattern.get();
    List<String> layers = written((List<Run>) arguments[0], (int) arguments[1]);
    return layers.stream().anyMatch(layer -> layer.contains("enc"));
  }

  /** The layers of a pattern, one by one. */
  private static List<String> written(List<Run> pattern, int layers) {
    List<String> all = new ArrayList<>();
    while (all.size() < layers) {
      for (Run run : pattern) {
        int count =
            switch (run.count()) {
              case "near", "2" -> 2;
              case "gap" -> 3;
              case "none" -> 0;
              default -> 1;
            };
        for (int i = 0; i < count && all.size() < layers; i++) {
          all.add(run.layer());
        }
      }
    }
    return all;
  }

  private static TfmCompiler.Compiled compile(String stacks) {
    String model =
        StreamModels.APART
            .replace("model Small {", "model Small {\n  param near = 2, gap = 3, none = 0, one = 1")
            .replace("stack 2 of self, cross(m = enc), mlp", "stack 1 of self, mlp\n" + stacks);
    return SmallModels.compile(model, "mesh dp = 4, tp = 2 shard { b over dp  n f voc over tp }\n");
  }

  @ParameterizedTest
  @MethodSource("reading")
  void aPatternEmitsWhatItsLayersWouldOneByOne(List<Run> pattern, int layers) {
    List<String> each = written(pattern, layers);
    assertSame("stack %d * one of %s".formatted(layers, cycle(pattern)), each);
  }

  /** Layers of other stacks behind, as many as a number of the plan says, may have the last one. */
  @ParameterizedTest
  @MethodSource("patterns")
  void stacksBehindMayBeEmpty(List<Run> pattern, int layers) {
    List<String> each = written(pattern, layers);
    each.addAll(0, List.of("cross(m = enc), mlp", "cross(m = enc), mlp"));
    String first = "stack 2 of cross(m = enc), mlp\n";
    String last = "\nstack none of mlp, cross(m = enc)";
    String stack = "stack %d * one of %s".formatted(layers, cycle(pattern));
    assertSame(first + stack + last, each);
    each.add("mlp, cross(m = enc)");
    assertSame(first + stack + last.replace("none", "one"), each);
  }

  private static String cycle(List<Run> pattern) {
    return pattern.stream()
        .map(run -> run.count().isEmpty() ? run.layer() : run.count() + " of " + run.layer())
        .collect(Collectors.joining(", ", "cycle(", ")"));
  }

  private static void assertSame(String numbers, List<String> layers) {
    String literals =
        layers.stream()
            .map(layer -> "stack 1 of " + layer.replaceAll("^\\((.*)\\)$", "$1"))
            .collect(Collectors.joining("\n"));
    TfmCompiler.Compiled compiled = compile(numbers);
    Flattener one = new InterpretedFlattener(compiled, BoundPlan.of(compiled));
    TfmCompiler.Compiled single = compile(literals);
    Flattener other = new InterpretedFlattener(single, BoundPlan.of(single));
    List<String> nodes = NodeLines.of(one, 3);
    assertThat(nodes).isEqualTo(NodeLines.of(other, 3));
    long uses = layers.stream().mapToInt(layer -> layer.split("m = enc", -1).length - 1).sum();
    long added = nodes.stream().filter(node -> node.contains("add.dm")).count();
    assertThat(added).isEqualTo(Math.max(0, uses - 1) * one.microBatches());
  }

  /** The generated class, too. */
  @Test
  void generatedClassesDoWhatTheProgramSays() {
    String stack = "stack 9 * one of " + cycle(PATTERNS.get(2)) + "\nstack none of self";
    TfmCompiler.Compiled compiled = compile(stack);
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < 8; rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
  }

  /** Gradients on arrays are those of the whole model. */
  @ParameterizedTest
  @MethodSource("ofFewLayers")
  void gradientsAreThoseOfTheWhole(List<Run> pattern, int layers) {
    String stack = "stack %d * one of %s".formatted(layers, cycle(pattern));
    RankRun.check(new Problem(compile(stack), 21));
  }
}
