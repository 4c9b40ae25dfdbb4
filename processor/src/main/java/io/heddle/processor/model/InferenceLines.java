package io.heddle.processor.model;

import io.heddle.plan.NumberFormat;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.Quantity;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The lines {@code prefill}, {@code decode} and {@code cache} of a plan. */
final class InferenceLines {
  static final String CONTEXT = "context";
  static final String SEQUENCES = "sequences";
  static final String PREFILL = "prefill";

  /** The parameter with the tokens that are guessed of each sequence. */
  static final String SPECULATE = "speculate";

  /** The parameter with how many of a hundred guesses the model agrees with. */
  static final String ACCEPT = "accept";

  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  /** The parameter with the context of prompts where {@link #CONTEXT} is that of a decode. */
  static final String PREFILL_CONTEXT = "prefill_context";

  private static final String PAGE = "page";
  private static final long LARGEST_PAGE = 1 << 20;
  private static final String DTYPE = "dtype";

  private final PlanLines lines;
  private final Diagnostics diagnostics;

  InferenceLines(PlanLines lines, Diagnostics diagnostics) {
    this.lines = lines;
    this.diagnostics = diagnostics;
  }

  /**
   * What a step does.
   *
   * @param amount tokens of a prefill, sequences of a decode and of a mixed step
   * @param context tokens of each of these sequences that are in the cache before
   * @param sequences of a prefill; else as {@code amount}
   * @param prompts what a mixed step takes in besides; null for any other
   * @param drafts what is guessed of each sequence that decodes; null: nothing
   */
  record Said(
      Inference.Kind kind,
      Expression amount,
      Expression context,
      Expression sequences,
      @Nullable Prompts prompts,
      @Nullable Drafts drafts,
      Span span) {}

  /**
   * Tokens that are guessed of each sequence.
   *
   * @param accept how many of a hundred are accepted
   */
  record Drafts(Expression count, Expression accept, Span span) {}

  /**
   * Pieces of prompts.
   *
   * @param tokens new ones of all together
   * @param context tokens of each that are in the cache before
   */
  record Prompts(Expression tokens, Expression sequences, Expression context, Span span) {}

  /** The lines of the step; empty where the plan has none. */
  Optional<Said> step() {
    Optional<PlanItem.Prefill> prefill = lines.single(PlanItem.Prefill.class, PREFILL);
    Optional<PlanItem.Decode> decode = lines.single(PlanItem.Decode.class, "decode");
    Optional<Prompts> prompts = prefill.map(this::prompts);
    if (decode.isPresent()) {
      return Optional.of(decode(decode.get(), prompts.orElse(null)));
    }
    if (prompts.isEmpty()) {
      lines.items(PlanItem.Cache.class).forEach(cache -> lines.missing("decode", "decode 128"));
      return Optional.empty();
    }
    Prompts alone = prompts.get();
    return Optional.of(
        new Said(
            Inference.Kind.PREFILL,
            alone.tokens(),
            alone.context(),
            alone.sequences(),
            null,
            null,
            prefill.get().span()));
  }

  private Prompts prompts(PlanItem.Prefill line) {
    Map<String, Expression> given = settings(PREFILL, line.settings(), List.of(CONTEXT, SEQUENCES));
    return new Prompts(
        line.tokens(),
        given.getOrDefault(SEQUENCES, new Expression.Literal(1, line.span())),
        given.getOrDefault(CONTEXT, new Expression.Literal(0, line.span())),
        line.span());
  }

  private Said decode(PlanItem.Decode line, @Nullable Prompts prompts) {
    Map<String, Expression> given =
        settings("decode", line.settings(), List.of(CONTEXT, SPECULATE, ACCEPT));
    Map<String, PlanItem.Share> shares =
        new NamedArguments("share", "decode", List.of(ACCEPT), diagnostics)
            .read(line.shares(), PlanItem.Share::name);
    Span span = line.span();
    if (!given.containsKey(CONTEXT)) {
      diagnostics
          .report(Code.ARGUMENTS, span, "decode", "the tokens that the cache has of each sequence")
          .help("write `decode … (context = 4096)`")
          .add();
    }
    return new Said(
        prompts == null ? Inference.Kind.DECODE : Inference.Kind.MIXED,
        line.sequences(),
        given.getOrDefault(CONTEXT, new Expression.Literal(0, span)),
        line.sequences(),
        prompts,
        drafts(line, given, shares.get(ACCEPT)),
        span);
  }

  /** What a decode guesses; both figures are said, or none. */
  private @Nullable Drafts drafts(
      PlanItem.Decode line, Map<String, Expression> given, PlanItem.@Nullable Share share) {
    Expression count = given.get(SPECULATE);
    Expression whole = given.get(ACCEPT);
    if (whole != null) {
      diagnostics
          .report(Code.OUT_OF_RANGE, whole.span(), "a share such as `accept = 0.7`")
          .help("write a decimal, or a whole number with `%`")
          .add();
      return null;
    }
    if (count == null && share == null) {
      return null;
    }
    if (count == null || share == null) {
      diagnostics
          .report(
              Code.ARGUMENTS,
              line.span(),
              "decode",
              count == null
                  ? "`speculate`, how many draft tokens it verifies of each sequence"
                  : "`accept`, how likely a draft token behind accepted ones is accepted")
          .help("write `decode … (context = 4096, speculate = 3, accept = 0.7)`")
          .add();
      return null;
    }
    return new Drafts(count, ofHundred(share.value()), line.span());
  }

  /** A share in whole per cent: numbers of plans are whole. */
  private Expression ofHundred(Quantity share) {
    BigDecimal percent = share.unit().isEmpty() ? share.number().multiply(HUNDRED) : share.number();
    boolean isWhole = percent.stripTrailingZeros().scale() <= 0;
    if (!isWhole || percent.compareTo(HUNDRED) > 0) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE, share.span(), "a share of whole per cent such as `accept = 0.7`")
          .help("write whole per cent, such as `0.75` or `75 %`, up to `100 %`")
          .add();
      return new Expression.Literal(0, share.span());
    }
    return new Expression.Literal(percent.longValueExact(), share.span());
  }

  private Map<String, Expression> settings(
      String owner, List<PlanItem.Setting> settings, List<String> taken) {
    Map<String, Expression> values = new LinkedHashMap<>();
    new NamedArguments("setting", owner, taken, diagnostics)
        .read(settings, PlanItem.Setting::name)
        .forEach((name, setting) -> values.put(name, setting.value()));
    return values;
  }

  /**
   * What is kept of each token.
   *
   * @param names none where keys and values are kept
   * @param absorbed the place of the word; null where keys and values are made anew
   */
  record Kept(List<PlanItem.TensorName> names, @Nullable Span absorbed) {
    /** What is kept of a block. */
    List<Name> of(Block block) {
      return names.stream()
          .filter(name -> name.block().text().equals(block.name()))
          .map(PlanItem.TensorName::tensor)
          .toList();
    }
  }

  /** What the plan says that is kept. */
  Kept kept() {
    Kept kept =
        cache()
            .map(line -> new Kept(line.tensors(), line.absorbed()))
            .orElse(new Kept(List.of(), null));
    if (kept.absorbed() != null && kept.names().isEmpty()) {
      diagnostics
          .report(Code.NOT_ABSORBED, kept.absorbed(), lines.name(), "`cache` names no tensors")
          .help("name what keys and values are products of, such as `cache mla.nc, mla.rope.kp`")
          .add();
    }
    return kept;
  }

  private Optional<PlanItem.Cache> cache() {
    return lines.items(PlanItem.Cache.class).stream().findFirst();
  }

  /** The step, and how what it keeps is stored. */
  Inference inference(Said said, Dim tokens) {
    lines.single(PlanItem.Cache.class, "cache");
    Map<String, PlanItem.Setting> given = Map.of();
    if (cache().isPresent()) {
      given =
          new NamedArguments("setting", "cache", List.of(PAGE, DTYPE), diagnostics)
              .read(cache().get().settings(), PlanItem.Setting::name);
    }
    PlanItem.Setting page = given.get(PAGE);
    return new Inference(
        said.kind(),
        tokens,
        said.drafts() != null,
        format(given.get(DTYPE)),
        page == null ? 1 : page(page),
        said.span());
  }

  private long page(PlanItem.Setting page) {
    if (page.value() instanceof Expression.Literal literal
        && literal.value() >= 1
        && literal.value() <= LARGEST_PAGE) {
      return literal.value();
    }
    diagnostics
        .report(Code.OUT_OF_RANGE, page.name().span(), "a page such as `page = 64`")
        .help("write a number of tokens from 1 to " + LARGEST_PAGE)
        .add();
    return 1;
  }

  private @Nullable NumberFormat format(PlanItem.@Nullable Setting said) {
    if (said == null) {
      return null;
    }
    Optional<Name> word = NamedArguments.word(said, "fp8", diagnostics);
    if (word.isEmpty()) {
      return null;
    }
    lines.known(word.get(), "number format", NumberFormat.words());
    return NumberFormat.named(word.get().text()).orElse(null);
  }

  /** Reports the lines that have no meaning in a step of inference. */
  void reject(Said said) {
    String word = said.kind().word();
    for (PlanItem.Batch batch : lines.items(PlanItem.Batch.class)) {
      reject(batch, batch.batch() == null ? "micro_batch" : "batch", said.span(), word);
    }
    lines
        .items(PlanItem.Schedule.class)
        .forEach(item -> reject(item, "schedule", said.span(), word));
    lines.items(PlanItem.Forward.class).forEach(item -> reject(item, "forward", said.span(), word));
    lines.items(PlanItem.Context.class).forEach(item -> reject(item, "context", said.span(), word));
    lines.items(PlanItem.Unfused.class).forEach(item -> reject(item, "unfused", said.span(), word));
    new TrainingLines(lines, diagnostics).reject(said.span(), word);
  }

  private void reject(PlanItem item, String line, Span because, String word) {
    diagnostics
        .report(Code.LINE_OF_TRAINING, item.span(), line, word)
        .note(because, "`%s` is here".formatted(word))
        .help("remove one of the two lines")
        .add();
  }
}
