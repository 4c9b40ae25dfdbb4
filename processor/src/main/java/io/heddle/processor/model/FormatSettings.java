package io.heddle.processor.model;

import io.heddle.plan.ActivationFormats;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import io.heddle.plan.WeightFormat;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The line {@code dtype}: the format of tensors, or a recipe, and those of other kinds. */
final class FormatSettings {
  /** What says how products of linear layers are quantised. */
  static final String PRODUCTS = "products";

  /** What says how inference stores the weights of linear layers, and those of experts. */
  private static final String WEIGHTS = "weights";

  private static final String EXPERTS = "experts";

  private static final String GRADIENTS = "gradients";
  private static final String ATTENTION = "attention";
  private static final String MOMENTS = "moments";
  private static final String MASTER = "master";
  private static final String STREAM = "stream";
  private static final String QKV = "qkv";
  private static final String LOGITS = "logits";
  private static final String EXCHANGES = "exchanges";

  /** All kinds of tensor, in the order in which {@link Precision#text} has them. */
  static final List<String> KINDS =
      List.of(
          PRODUCTS, WEIGHTS, EXPERTS, ATTENTION, STREAM, QKV, LOGITS, EXCHANGES, GRADIENTS, MOMENTS,
          MASTER);

  /** Names that frameworks give formats. */
  private static final Map<String, String> LONG_NAMES =
      Map.of(
          "bfloat16", "bf16",
          "float16", "fp16",
          "half", "fp16",
          "float32", "fp32",
          "float", "fp32",
          "float64", "fp64",
          "double", "fp64",
          "float8", "fp8",
          "tensorfloat32", "tf32");

  private final PlanLines lines;
  private final Diagnostics diagnostics;
  private boolean sound = true;

  FormatSettings(PlanLines lines, Diagnostics diagnostics) {
    this.lines = lines;
    this.diagnostics = diagnostics;
  }

  /**
   * The formats; empty after findings: what the device can do is not looked up then.
   *
   * @param isInference whether the plan trains nothing and keeps weights as they come
   */
  Optional<Plan.Formats> read(boolean isInference) {
    Optional<PlanItem.NumberFormats> item = lines.single(PlanItem.NumberFormats.class, "dtype");
    Span span = item.map(PlanItem.NumberFormats::span).orElse(lines.name().span());
    Map<String, Name> kinds = item.map(this::kinds).orElse(Map.of());
    Name first = item.map(PlanItem.NumberFormats::tensors).orElse(null);
    // `fp8` alone is the format of all tensors, as it ever was.
    Quantisation recipe =
        first == null || NumberFormat.named(first.text()).isPresent()
            ? null
            : Quantisation.named(first.text()).orElse(null);
    NumberFormat tensors = recipe != null ? NumberFormat.BF16 : format(first, NumberFormat.BF16);
    NumberFormat gradients = format(kinds.get(GRADIENTS), NumberFormat.FP32);
    NumberFormat attention = format(kinds.get(ATTENTION), tensors);
    NumberFormat moments = format(kinds.get(MOMENTS), NumberFormat.FP32);
    NumberFormat master = format(kinds.get(MASTER), NumberFormat.FP32);
    Name said = kinds.get(PRODUCTS);
    Quantisation products = said == null ? recipe : quantised(said, PRODUCTS, tensors);
    WeightFormat weights = stored(kinds.get(WEIGHTS), isInference);
    WeightFormat experts = stored(kinds.get(EXPERTS), isInference);
    Precision precision =
        new Precision(tensors, gradients, products, attention, moments, master)
            .storing(weights, experts)
            .with(activations(kinds, tensors, isInference));
    return sound ? Optional.of(new Plan.Formats(precision, span)) : Optional.empty();
  }

  private ActivationFormats activations(
      Map<String, Name> kinds, NumberFormat tensors, boolean isInference) {
    Name qkv = kinds.get(QKV);
    if (qkv != null && isInference) {
      sound = false;
      diagnostics
          .report(Code.KEPT_IN_INFERENCE, qkv.span(), qkv.text())
          .help(
              "write `cache (dtype = %s)`; `attention` says what attention computes in"
                  .formatted(qkv))
          .add();
    }
    Name exchanges = kinds.get(EXCHANGES);
    return new ActivationFormats(
        format(kinds.get(STREAM), tensors),
        format(qkv, tensors),
        format(kinds.get(LOGITS), tensors),
        exchanges == null ? null : quantised(exchanges, EXCHANGES, tensors));
  }

  /** How weights are stored; null where products read them as they are. */
  private @Nullable WeightFormat stored(@Nullable Name said, boolean isInference) {
    if (said == null) {
      return null;
    }
    Optional<WeightFormat> found = WeightFormat.named(said.text());
    if (found.isEmpty()) {
      unknown(said, "format of weights", WeightFormat.words());
    } else if (!isInference) {
      sound = false;
      diagnostics
          .report(Code.STORED_IN_TRAINING, said.span(), said.text())
          .help("remove it, or write `products` with a recipe")
          .add();
    }
    return found.orElse(null);
  }

  private Map<String, Name> kinds(PlanItem.NumberFormats item) {
    Map<String, Name> kinds = new LinkedHashMap<>();
    Map<String, Name> first = new LinkedHashMap<>();
    for (PlanItem.FormatOf of : item.kinds()) {
      String kind = of.kind().text();
      if (!KINDS.contains(kind)) {
        unknown(of.kind(), "kind of tensor", KINDS);
      } else if (first.putIfAbsent(kind, of.kind()) != null) {
        sound = false;
        diagnostics
            .report(Code.DUPLICATE_NAME, of.kind().span(), "kind of tensor", kind)
            .note(first.get(kind).span(), "the first one is here")
            .help("remove one of them")
            .add();
      } else {
        kinds.put(kind, of.format());
      }
    }
    return kinds;
  }

  private NumberFormat format(@Nullable Name said, NumberFormat usual) {
    if (said == null) {
      return usual;
    }
    Optional<NumberFormat> found = NumberFormat.named(said.text());
    if (found.isEmpty()) {
      unknown(said, "number format", NumberFormat.words());
    }
    return found.orElse(usual);
  }

  /** How something is quantised; null where it is in the format of tensors. */
  private @Nullable Quantisation quantised(Name said, String kind, NumberFormat tensors) {
    if (said.text().equals(tensors.word())) {
      return null;
    }
    Optional<Quantisation> found = Quantisation.named(said.text());
    if (found.isEmpty()) {
      List<String> known = new ArrayList<>(List.of(tensors.word()));
      known.addAll(Quantisation.allWords());
      unknown(said, "format of " + kind, known);
    }
    return found.orElse(null);
  }

  private void unknown(Name name, String sort, List<String> known) {
    sound = false;
    String all = "known: " + String.join(", ", known);
    diagnostics
        .report(Code.UNKNOWN_NAME, name.span(), sort, name)
        .help(
            Optional.ofNullable(LONG_NAMES.get(name.text().toLowerCase(Locale.ROOT)))
                .or(() -> Spelling.nearest(name.text(), known))
                .map(near -> "did you mean `%s`? (%s)".formatted(near, all))
                .orElse(all))
        .add();
  }
}
