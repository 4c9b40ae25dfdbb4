package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.plan.Device;
import io.heddle.plan.FormatRate;
import io.heddle.plan.figure.Evidence;
import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.plan.serving.Speculation;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a step of inference comes to while such steps follow one another. A pipeline has as many
 * batches in work as it has stages, and a batch begins its next step when it has left the last
 * stage, or when the first one is free: the fullest stage holds all of them.
 *
 * @param kind of step
 * @param sequences of a batch of a replica; of a mixed step those that get one token each
 * @param tokens new ones of each sequence, guesses included
 * @param context tokens that the cache has of each sequence before
 * @param speculation what is guessed of each sequence
 * @param prompts what a mixed step takes in besides
 * @param batches in work at a time in a replica
 * @param window the steps that were simulated; empty where it is one of one batch
 * @param stepSeconds from the first kernel of the step, or of the window, to the last
 * @param periodSeconds from the end of a step of a batch to that of its next one
 * @param tokensPerSecond new tokens of all replicas, those of prompts too; of guesses those that
 *     are accepted
 * @param mfu share of the peak with all batches, 0 to 1
 * @param cacheKernels what the device's figures of attention to a cache were tried on
 * @param knowsStarts whether the device states how long kernels take to start
 */
public record InferenceStep(
    Inference.Kind kind,
    long sequences,
    long tokens,
    long context,
    Speculation speculation,
    Optional<Prompts> prompts,
    int batches,
    Optional<Window> window,
    double stepSeconds,
    double periodSeconds,
    double tokensPerSecond,
    double tokensPerSecondPerDevice,
    double mfu,
    boolean knowsStarts,
    Optional<Evidence> cacheKernels) {
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * Pieces of prompts of a replica.
   *
   * @param tokens new ones of all together
   * @param context tokens that the cache has of each before
   */
  public record Prompts(long sequences, long tokens, long context) {}

  /**
   * Several steps of each of the batches that are in work.
   *
   * @param firstNanos how long a window of one step lasts
   */
  public record Window(int steps, long firstNanos) {
    /** From the end of the first step to the end of the last, for each behind the first. */
    private double periodSeconds(StepReport all) {
      return steps == 1
          ? all.iterationSeconds()
          : (all.iterationNanos() - firstNanos) / NANOS_PER_SECOND / (steps - 1);
    }
  }

  /**
   * What a step comes to; empty where the plan is none of inference.
   *
   * @param report of the step, or of a window
   */
  public static Optional<InferenceStep> of(
      Compiled compiled, StepReport report, Optional<Window> window) {
    Plan plan = compiled.plan();
    Inference inference = plan.inference();
    if (inference == null) {
      return Optional.empty();
    }
    PlanNumbers numbers = compiled.numbers();
    Speculation speculation = numbers.values().speculation();
    int batches = window.isPresent() ? numbers.stages(plan) : report.batchesInWork();
    double period =
        window.map(steps -> steps.periodSeconds(report)).orElseGet(report::periodSeconds);
    double rate =
        window
            .map(steps -> report.yieldedTokens() / steps.steps() / period)
            .orElseGet(report::tokensPerSecond);
    return Optional.of(
        new InferenceStep(
            inference.kind(),
            numbers.parameters().get(inference.sequences()),
            inference.kind().decodes()
                ? speculation.tokens()
                : numbers.dims().get(inference.tokens()),
            numbers.parameters().get(inference.context()),
            speculation,
            inference
                .promptParameters()
                .map(
                    names ->
                        new Prompts(
                            numbers.parameters().get(names.sequences()),
                            numbers.parameters().get(names.tokens()),
                            numbers.parameters().get(names.context()))),
            batches,
            window,
            report.iterationSeconds(),
            period,
            rate,
            rate / report.ranks().size(),
            report.mfu() * rate / report.tokensPerSecond(),
            KernelStarts.areKnown(numbers.values().cluster().device()),
            cacheKernels(numbers.values().cluster().device())));
  }

  private static Optional<Evidence> cacheKernels(Device device) {
    FormatRate attention = device.attention();
    List<KernelFigures> lines = attention == null ? device.kernels() : attention.kernels();
    return Evidence.pooled(
        lines.stream()
            .filter(line -> line.kernel() == MeasuredKernel.ATTEND_DECODE)
            .map(KernelFigures::evidence)
            .flatMap(Optional::stream)
            .toList());
  }

  /** Tokens that are drawn for sequences that decode, a second, all replicas. */
  private double outputPerSecond() {
    double drawn = sequences * speculation.expectedTokens();
    return tokensPerSecond * drawn / (drawn + prompts.map(Prompts::tokens).orElse(0L));
  }

  /**
   * The time per output token (TPOT): from step to step of a batch, which yields some tokens of
   * each sequence.
   */
  private double secondsOfToken() {
    return periodSeconds / speculation.expectedTokens();
  }

  /** Lines for people: a name and a value each. */
  List<List<String>> lines() {
    boolean decodes = kind.decodes();
    String inWork = batches == 1 ? "" : "; %d batches in work, one a stage".formatted(batches);
    List<String> first =
        decodes
            ? List.of(
                "TPOT", Quantities.time(secondsOfToken() * NANOS_PER_SECOND) + " an output token")
            : List.of("prefill time", Quantities.time(stepSeconds * NANOS_PER_SECOND));
    List<List<String>> lines = new ArrayList<>();
    lines.add(first);
    if (prompts.isPresent()) {
      lines.add(
          List.of(
              "output",
              "%,.0f tokens/s; prompts %,.0f tokens/s"
                  .formatted(outputPerSecond(), tokensPerSecond - outputPerSecond())));
    }
    lines.addAll(
        List.of(
            List.of(
                "throughput",
                "%,.0f tokens/s, %s tokens/s/GPU"
                    .formatted(tokensPerSecond, Quantities.rate(tokensPerSecondPerDevice))),
            List.of("step", work() + inWork),
            List.of("MFU", Quantities.percent(mfu))));
    window.ifPresent(
        simulated ->
            lines.add(
                List.of(
                    "window",
                    "%s of each batch, %s"
                        .formatted(
                            simulated.steps() == 1
                                ? "1 step"
                                : Quantities.count(simulated.steps()) + " steps",
                            Quantities.time(stepSeconds * NANOS_PER_SECOND)))));
    if (speculation.drafts() > 0) {
      lines.add(
          List.of(
              "speculation",
              "%d draft tokens a sequence, each accepted at %s behind accepted ones: %.2f tokens a step of %s"
                  .formatted(
                      speculation.drafts(),
                      Quantities.percent(speculation.accept()),
                      speculation.expectedTokens(),
                      Quantities.time(periodSeconds * NANOS_PER_SECOND))));
    }
    if (decodes && cacheKernels.isPresent()) {
      Evidence tried = cacheKernels.get();
      String text =
          "measured, \u00b1%.1f %% on %,d rows".formatted(100 * tried.error(), tried.rows());
      lines.add(List.of("decode attention", text));
    }
    return lines;
  }

  private String work() {
    if (!kind.decodes()) {
      return ofPrompts(new Prompts(sequences, sequences * tokens, context));
    }
    String each = tokens == 1 ? "one token" : Quantities.count(tokens) + " tokens";
    String decoded =
        "%s sequences of a replica, %s each behind %s"
            .formatted(Quantities.count(sequences), each, Quantities.count(context));
    return decoded + prompts.map(pieces -> "; " + ofPrompts(pieces)).orElse("");
  }

  private static String ofPrompts(Prompts prompts) {
    return "%s new tokens of a replica in %s sequences behind %s each"
        .formatted(
            Quantities.count(prompts.tokens()),
            Quantities.count(prompts.sequences()),
            Quantities.count(prompts.context()));
  }

  /** Whether the times of its kernels are mostly starts that the device does not state. */
  boolean isGuess() {
    return kind.decodes() && !knowsStarts;
  }

  /** As an object, for programs. */
  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("inference");
    json.writeStringField("kind", kind.name().toLowerCase(Locale.ROOT));
    json.writeNumberField("sequences", sequences);
    json.writeNumberField("new_tokens", tokens);
    json.writeNumberField("context", context);
    if (prompts.isPresent()) {
      json.writeObjectFieldStart("prompts");
      json.writeNumberField("sequences", prompts.get().sequences());
      json.writeNumberField("new_tokens", prompts.get().tokens());
      json.writeNumberField("context", prompts.get().context());
      json.writeEndObject();
      Json.plain(json, "output_tokens_per_second", outputPerSecond());
    }
    if (speculation.drafts() > 0) {
      json.writeObjectFieldStart("speculation");
      json.writeNumberField("drafts", speculation.drafts());
      Json.plain(json, "accept", speculation.accept());
      Json.plain(json, "tokens_per_step", speculation.expectedTokens());
      Json.plain(json, "seconds_per_token", secondsOfToken());
      json.writeEndObject();
    }
    if (window.isPresent()) {
      json.writeNumberField("steps", window.get().steps());
    }
    json.writeNumberField("batches", batches);
    Json.plain(json, "step_seconds", stepSeconds);
    Json.plain(json, "period_seconds", periodSeconds);
    Json.plain(json, "tokens_per_second", tokensPerSecond);
    Json.plain(json, "tokens_per_second_per_device", tokensPerSecondPerDevice);
    Json.plain(json, "mfu", mfu);
    json.writeBooleanField("knows_starts", knowsStarts);
    json.writeEndObject();
  }
}
