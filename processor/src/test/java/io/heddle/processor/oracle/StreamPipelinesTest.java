package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that others take go from stage to stage, and their gradients back. */
final class StreamPipelinesTest {
  private static final Map<String, String> MODELS =
      Map.of(
          "encoder and decoder", StreamModels.APART,
          "vision", StreamModels.VISION);

  private static final List<String> LINES =
      List.of(
          "schedule one_f_one_b",
          "schedule gpipe\n recompute full",
          "schedule interleaved(chunks = 2)\n recompute cross, gelu every 2",
          "schedule zero_bubble",
          "schedule zb_v",
          "schedule v_half",
          "schedule v_min\n recompute full",
          "schedule dualpipe_v",
          "reduce per layer\n optimizer adam sharded over dp, gradients sharded",
          "optimizer adam sharded over dp, weights sharded",
          "schedule one_f_one_b\n freeze embed, cross",
          "schedule zero_bubble\n freeze embed, self\n recompute mlp",
          "schedule interleaved(chunks = 2)\n freeze embed, self, cross",
          "forward");

  static Stream<Arguments> plans() {
    return MODELS.keySet().stream()
        .flatMap(model -> LINES.stream().map(lines -> arguments(model, lines)));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void generatedClassesDoWhatTheProgramSaysAndEnd(String model, String lines) {
    assertSame(compiled(MODELS.get(model), lines));
  }

  /** Shifts and gates of all stages come from streams that the first one makes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule one_f_one_b",
        "schedule interleaved(chunks = 2)\n recompute silu, layernorm every 2",
        "schedule zb_v",
        "optimizer adam sharded over dp, weights sharded",
        "freeze embed_label, patches.places",
      })
  void conditionsGoToAllStages(String lines) {
    String plan =
        """
        mesh   pp = 2, dp = 2, tp = 2
        layout pp > dp > tp
        shard  { b over dp  n over tp  layers over pp  stream: s over tp }
        """
            + lines
            + "\n";
    assertSame(SmallModels.compile(StreamModels.CONDITIONED, plan, 16));
  }

  private static void assertSame(TfmCompiler.Compiled compiled) {
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    InterpretedFlattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank += 3) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    TerminationProperties.assertEnds(compiled);
  }

  /**
   * Ranks that have a stream whole each send a share; streams that are whole alike come at once.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "stream: s over tp",
        "stream: u over tp",
        "stream: s over tp  stream: u over tp"
      })
  void streamsGoInShares(String stored) {
    String model = StreamModels.VISION.replace("stack 4 of", "stack 8 of");
    String plan =
        "mesh pp = 4, tp = 2 layout pp > tp shard { n f voc over tp  layers over pp  %s }\n schedule "
            .formatted(stored);
    for (String schedule : List.of("one_f_one_b(%s)", "zb_v(%s)", "interleaved(chunks = 2, %s)")) {
      String inShares = schedule.formatted("messages = split");
      String asItLies = schedule.replace("(%s)", "").replace(", %s", "");
      TfmCompiler.Compiled split = SmallModels.compile(model, plan + inShares, 8);
      TfmCompiler.Compiled whole = SmallModels.compile(model, plan + asItLies, 8);
      PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(split);
      InterpretedFlattener interpreted = new InterpretedFlattener(split, generated.plan());
      for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
        assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
      }
      TerminationProperties.assertEnds(split);
      boolean textIsWhole = !stored.contains("s over tp");
      boolean imageIsWhole = !stored.contains("u over tp");
      PipelineFlattener plain = (PipelineFlattener) GeneratedClass.flattener(whole);
      long image = 4L * 8 * 2 / (imageIsWhole ? 1 : 2);
      long text = 8L * 8 * 2 / (textIsWhole ? 1 : 2);
      long before = plain.pipeline().messages().between(0, 1);
      long now = generated.pipeline().messages().between(0, 1);
      assertThat(before).isEqualTo(image + text);
      assertThat(now).isEqualTo(image / (imageIsWhole ? 2 : 1) + text / (textIsWhole ? 2 : 1));
      boolean gathers =
          NodeLines.of(generated, 2).stream().anyMatch(line -> line.contains("gather.stream"));
      assertThat(gathers).isEqualTo(textIsWhole || imageIsWhole);
    }
  }

  /** The module that guesses further is on the last stage, which has the embedding's table too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule one_f_one_b",
        "schedule zero_bubble",
        "optimizer adam clipped sharded over dp",
        "recompute full"
      })
  void tablesOfTheLastStage(String lines) {
    TfmCompiler.Compiled compiled = losses(lines);
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    InterpretedFlattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
      List<String> nodes = NodeLines.of(generated, rank);
      assertThat(nodes).isEqualTo(NodeLines.of(interpreted, rank));
      assertThat(nodes).anyMatch(node -> node.contains("reduce.tied.tokens"));
    }
    TerminationProperties.assertEnds(compiled);
  }

  @Test
  void tablesOfTheLastStageAreHeldThere() {
    TfmCompiler.Compiled compiled = losses("");
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    long table = 12 * 8;
    long attention = 8 + 4 * 8 * 16;
    long mlp = 8 + 2 * 8 * 8;
    assertThat(memory.weights(0)).isEqualTo(2 * (table + 2 * (attention + mlp)));
    // The first head, the join, a layer, the norm of the second head, the embedding's table.
    long last = table + 8 + 2 * 8 + 3 * 8 * 8 + attention + mlp + 8 + table;
    assertThat(memory.weights(1)).isEqualTo(2 * last);
  }

  /** What layers take of another stream, they keep together. */
  @Test
  void whatLayersTakeIsKeptOnce() {
    String plan = "mesh dp = 2 shard { b over dp }\n";
    TfmCompiler.Compiled compiled = SmallModels.compile(StreamModels.ENCODER_DECODER, plan);
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    long memoryOfSource = 4 * 8 * 2;
    assertThat(memory.layers(3, 5)).isEqualTo(2 * memory.layers(3, 4) - memoryOfSource);
  }

  /** Six operations for each weight and what it meets: streams of 4 and 12 tokens, and the head. */
  @Test
  void operationsAreThoseOfAllStreams() {
    String plan = "mesh dp = 8 shard { b over dp }\n";
    TfmCompiler.Compiled compiled = SmallModels.compile(StreamModels.JOINED, plan, 8);
    long weights = 2 * 8 * 8;
    long ofSequence = 6 * (4 * 2 * weights + 12 * 2 * weights + 12 * 8 * 12);
    assertThat(GeneratedClass.flattener(compiled).modelOperations())
        .contains(BigInteger.valueOf(8 * ofSequence));
  }

  private static TfmCompiler.Compiled losses(String lines) {
    String plan =
        """
        mesh   pp = 2, dp = 4
        layout pp > dp
        shard  { b over dp  layers over pp }
        stages 1 of 2, 1 of 1
        """
            + lines
            + "\n";
    return SmallModels.compile(StreamModels.TWO_LOSSES, plan, 16);
  }

  /** Images of 4 places lie in halves, texts of 8 whole: of both each rank sends a half. */
  @Test
  void explainNamesEachStream() {
    String plan =
        """
        mesh     pp = 2, tp = 2
        layout   pp > tp
        shard    { n f voc over tp  layers over pp  stream: u over tp }
        schedule one_f_one_b(messages = split)
        """;
    TfmCompiler.Compiled compiled = SmallModels.compile(StreamModels.MODELS.get("vision"), plan, 8);
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("  stream     image [b u/tp h], 32 B from stage to stage\n")
        .contains("  stream     text [b s h], 64 B from stage to stage, gathered over tp\n");
  }

  /** What is begun before a boundary and taken behind it goes over it, and trained streams back. */
  @Test
  void messagesHaveTheStreamsThatCross() {
    PipelineFlattener apart = flattener(StreamModels.APART);
    long source = 4 * 8 * 2;
    long target = 8 * 8 * 2;
    // Two layers of the encoder and two of the decoder.
    assertThat(apart.pipeline().messages().between(0, 1)).isEqualTo(source);
    assertThat(apart.pipeline().messages().between(1, 2)).isEqualTo(source);
    assertThat(apart.pipeline().messages().between(2, 3)).isEqualTo(source + target);
    assertThat(apart.pipeline().messages().between(3, 2)).isEqualTo(source + target);
    PipelineFlattener vision = flattener(StreamModels.VISION);
    // The third layer is the last that takes the image.
    assertThat(vision.pipeline().messages().between(0, 1)).isEqualTo(source + target);
    assertThat(vision.pipeline().messages().between(1, 2)).isEqualTo(source + target);
    assertThat(vision.pipeline().messages().between(2, 3)).isEqualTo(target);
    PipelineFlattener given = flattener(StreamModels.GIVEN);
    assertThat(given.pipeline().messages().between(0, 1)).isEqualTo(source + target);
    assertThat(given.pipeline().messages().between(1, 0)).isEqualTo(target);
  }

  private static PipelineFlattener flattener(String model) {
    String plan = "mesh pp = 4, dp = 2 shard { b over dp  layers over pp }\n";
    TfmCompiler.Compiled compiled = SmallModels.compile(model, plan);
    return new InterpretedFlattener(compiled, BoundPlan.of(compiled));
  }

  private static TfmCompiler.Compiled compiled(String model, String lines) {
    String plan =
        """
        mesh   pp = 2, dp = 2, tp = 2
        layout pp > dp > tp
        shard  { b over dp  n f voc over tp  layers over pp  stream: s over tp  stream: u over tp }
        """
            + lines
            + "\n";
    return SmallModels.compile(model, plan, 16);
  }
}
