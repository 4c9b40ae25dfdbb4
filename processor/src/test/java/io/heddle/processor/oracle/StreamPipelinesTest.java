package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.TfmCompiler;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
          "forward");

  static Stream<Arguments> plans() {
    return MODELS.keySet().stream()
        .flatMap(model -> LINES.stream().map(lines -> arguments(model, lines)));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void generatedClassesDoWhatTheProgramSaysAndEnd(String model, String lines) {
    TfmCompiler.Compiled compiled = compiled(MODELS.get(model), lines);
    PipelineFlattener generated = (PipelineFlattener) GeneratedClass.flattener(compiled);
    InterpretedFlattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank += 3) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    TerminationProperties.assertEnds(compiled);
  }

  /** What is begun before a boundary and taken behind it goes over it, and trained streams back. */
  @Test
  void messagesHaveTheStreamsThatCross() {
    PipelineFlattener apart = flattener(StreamModels.APART);
    long source = 4 * 8 * 2;
    long target = 8 * 8 * 2;
    // Two layers of the encoder and two of the decoder.
    assertThat(apart.bytesBetweenStages(0, 1)).isEqualTo(source);
    assertThat(apart.bytesBetweenStages(1, 2)).isEqualTo(source);
    assertThat(apart.bytesBetweenStages(2, 3)).isEqualTo(source + target);
    assertThat(apart.bytesBetweenStages(3, 2)).isEqualTo(source + target);
    PipelineFlattener vision = flattener(StreamModels.VISION);
    // The third layer is the last that takes the image.
    assertThat(vision.bytesBetweenStages(0, 1)).isEqualTo(source + target);
    assertThat(vision.bytesBetweenStages(1, 2)).isEqualTo(source + target);
    assertThat(vision.bytesBetweenStages(2, 3)).isEqualTo(target);
    PipelineFlattener given = flattener(StreamModels.GIVEN);
    assertThat(given.bytesBetweenStages(0, 1)).isEqualTo(source + target);
    assertThat(given.bytesBetweenStages(1, 0)).isEqualTo(target);
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
