package io.heddle.processor.model;

import io.heddle.plan.serving.Speculation;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.InferenceLines.Kept;
import io.heddle.processor.model.InferenceLines.Said;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.ExpressionText;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model anew as what one step of inference computes of it: its tokens are the new ones
 * only, attention reads keys and values from the cache to which those of new tokens are appended,
 * and the head draws the next token of each sequence instead of taking a loss. Nothing behind knows
 * of it: the model has parameters more, and dimensions for the tokens of the cache.
 */
final class InferenceModel {
  private static final int PERCENT = 100;
  private static final String NO_TOKENS = "its keys are no tokens of the stream";

  private final Said said;
  private final Model model;
  private final Kept kept;
  private final Diagnostics diagnostics;
  private final Dim before;
  private final Dim tokens;

  /** The dimension of tables that have a row for each place of a sequence. */
  private final Dim places;

  /** The dimensions of tokens in the cache, by the text of what bounds them. */
  private final Map<String, Dim> keys = new LinkedHashMap<>();

  /** The dimensions of tensors that are kept side by side, by the names of theirs. */
  private final Map<String, Dim> joined = new LinkedHashMap<>();

  private InferenceModel(Said said, Model model, Dim before, Kept kept, Diagnostics diagnostics) {
    this.said = said;
    this.model = model;
    this.kept = kept;
    this.diagnostics = diagnostics;
    this.before = before;
    this.tokens = new Dim(before.name(), newTokens(), before.span());
    this.places = new Dim(fresh(before.name() + "_places"), before.size(), before.span());
  }

  /** New tokens of a row: of a sequence, or of all of a mixed step. */
  private Expression newTokens() {
    return switch (said.kind()) {
      case DECODE -> ofSequence();
      case PREFILL -> ofPrompt();
      case MIXED -> binary(Operator.ADD, named(InferenceLines.PREFILL), decoded());
    };
  }

  /** New tokens of a sequence that decodes: its last one, and what is guessed to follow. */
  private Expression ofSequence() {
    return said.drafts() == null
        ? number(1)
        : binary(Operator.ADD, number(1), named(InferenceLines.SPECULATE));
  }

  /** New tokens of all sequences that decode. */
  private Expression decoded() {
    Expression sequences = named(said.kind().word());
    return said.drafts() == null ? sequences : binary(Operator.MULTIPLY, sequences, ofSequence());
  }

  /** New tokens of one prompt. */
  private Expression ofPrompt() {
    Span line = said.prompts() == null ? said.span() : said.prompts().span();
    return new Expression.Binary(
        Operator.DIVIDE, named(InferenceLines.PREFILL), named(InferenceLines.SEQUENCES), line);
  }

  /**
   * A model as a step of inference runs it.
   *
   * @param tokens the dimension of the new tokens
   */
  record Written(Model model, Dim tokens) {}

  /**
   * The model as a step runs it; empty after findings.
   *
   * @param kept what is kept of each token
   */
  static Optional<Written> write(Said said, Model model, Kept kept, Diagnostics diagnostics) {
    if (model.hasStreams()) {
      report(said, model.span(), model.name(), "it has several streams", diagnostics);
      return Optional.empty();
    }
    Attend first = null;
    for (Block block : model.allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Operation.Declared own
            && (own.of().scan() != null || own.of().halo() != null)) {
          String why = "`%s` needs a state of the tokens before".formatted(own.of().name());
          report(said, own.span(), block.name(), why, diagnostics);
          return Optional.empty();
        }
        if (operation instanceof Attend attend) {
          first = first == null ? attend : first;
          String why = notKept(attend, first);
          if (why != null) {
            report(said, attend.span(), block.name(), why, diagnostics);
            return Optional.empty();
          }
        }
        if (operation instanceof Select select && !select.over().equals(select.keys())) {
          report(said, select.span(), block.name(), NO_TOKENS, diagnostics);
          return Optional.empty();
        }
      }
    }
    if (first == null) {
      report(said, model.span(), model.name(), "it has no attention", diagnostics);
      return Optional.empty();
    }
    Dim tokens = first.over();
    for (Block block : model.allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Operation.Declared own && needsAll(own, tokens)) {
          String why = "`%s` needs all tokens of a sequence".formatted(own.of().name());
          report(said, own.span(), block.name(), why, diagnostics);
          return Optional.empty();
        }
      }
    }
    return new InferenceModel(said, model, tokens, kept, diagnostics).written();
  }

  private static boolean needsAll(Operation.Declared own, Dim tokens) {
    boolean reads = own.arguments().stream().anyMatch(of -> of.dims().contains(tokens));
    return own.of().whole().contains(tokens) || (reads && !own.result().dims().contains(tokens));
  }

  /** Why the keys of an attention cannot be kept; null where they can. */
  private static @Nullable String notKept(Attend attend, Attend first) {
    if (!attend.over().equals(attend.keys()) || !attend.over().equals(first.over())) {
      return NO_TOKENS;
    }
    VisibleKeys visible = attend.visible();
    return !visible.causal() && visible.isBounded()
        ? "it is not causal, so that new tokens change what old ones see"
        : null;
  }

  private static void report(
      Said said, Span place, String of, String why, Diagnostics diagnostics) {
    diagnostics
        .report(Code.NOT_CACHED, place, of, why)
        .note(said.span(), "`%s` is here".formatted(said.kind().word()))
        .help("write `forward` for a step that computes whole sequences")
        .add();
  }

  private Optional<Written> written() {
    List<Model.Parameter> parameters = new ArrayList<>(model.parameters());
    parameter(said.kind().word(), said.amount(), parameters);
    parameter(InferenceLines.CONTEXT, said.context(), parameters);
    if (said.kind() == Inference.Kind.PREFILL) {
      parameter(InferenceLines.SEQUENCES, said.sequences(), parameters);
    }
    InferenceLines.Prompts prompts = said.prompts();
    if (prompts != null) {
      parameter(InferenceLines.PREFILL, prompts.tokens(), parameters);
      parameter(InferenceLines.SEQUENCES, prompts.sequences(), parameters);
      parameter(InferenceLines.PREFILL_CONTEXT, prompts.context(), parameters);
    }
    InferenceLines.Drafts drafts = said.drafts();
    if (drafts != null) {
      parameter(InferenceLines.SPECULATE, drafts.count(), parameters);
      parameter(InferenceLines.ACCEPT, drafts.accept(), parameters);
    }
    Map<Block, Block> blocks = new LinkedHashMap<>();
    Set<PlanItem.TensorName> unknown = new LinkedHashSet<>(kept.names());
    for (Block block : model.allBlocks()) {
      unknown.removeIf(name -> name.block().text().equals(block.name()));
      InferenceBlock rewriting = new InferenceBlock(this, block, kept.of(block), diagnostics);
      blocks.put(block, block.equals(model.head()) ? rewriting.head() : rewriting.written());
    }
    BlockParts parts = new BlockParts(model, diagnostics);
    unknown.forEach(name -> parts.block(name.block()));
    if (diagnostics.hasErrors()) {
      return Optional.empty();
    }
    return Optional.of(new Written(model(parameters, blocks), tokens));
  }

  private Model model(List<Model.Parameter> parameters, Map<Block, Block> blocks) {
    List<Dim> dims = new ArrayList<>();
    model.dims().forEach(dim -> dims.add(moved(dim)));
    dims.addAll(keys.values());
    dims.addAll(joined.values());
    boolean hasPlaces =
        blocks.values().stream()
            .flatMap(block -> block.weights().stream())
            .anyMatch(weight -> weight.dims().contains(places));
    if (hasPlaces) {
      dims.add(places);
    }
    if (takesLast(model.head())) {
      dims.add(last());
    }
    List<Model.Stack> stacks = new ArrayList<>();
    for (Model.Stack stack : model.stacks()) {
      List<Model.Run> pattern = new ArrayList<>();
      for (Model.Run run : stack.pattern()) {
        List<Model.Use> own =
            run.kind().uses().stream()
                .map(
                    use ->
                        new Model.Use(
                            blocks.get(use.block()), use.stream(), use.sides(), use.isShared()))
                .toList();
        pattern.add(new Model.Run(run.count(), new Model.LayerKind(run.kind().number(), own)));
      }
      stacks.add(new Model.Stack(stack.repetitions(), pattern, stack.span()));
    }
    return new Model(
        model.name(),
        model.documentation(),
        parameters,
        dims,
        model.blocks().stream().map(blocks::get).toList(),
        stacks,
        blocks.get(model.embed()),
        blocks.get(model.head()),
        model.streams().stream().map(this::moved).toList(),
        model.headSides(),
        model.tied(),
        requirements(),
        model.span());
  }

  private List<Model.Requirement> requirements() {
    List<Model.Requirement> all = new ArrayList<>(model.requirements());
    InferenceLines.Drafts drafts = said.drafts();
    if (drafts != null) {
      all.add(
          atMost(
              InferenceLines.SPECULATE,
              Speculation.MOST_DRAFTS,
              "at most %d tokens are guessed of a sequence".formatted(Speculation.MOST_DRAFTS)));
      all.add(atMost(InferenceLines.ACCEPT, PERCENT, "no more guesses are accepted than made"));
    }
    return all;
  }

  private Model.Requirement atMost(String parameter, long most, String message) {
    return new Model.Requirement(
        binary(Operator.LESS_EQUAL, named(parameter), number(most)), message, said.span());
  }

  private void parameter(String name, Expression value, List<Model.Parameter> parameters) {
    Names<Model.Parameter> known =
        new Names<>("parameter of the model", Model.Parameter::span, diagnostics);
    model.parameters().forEach(each -> known.declare(new Name(each.name(), each.span()), each));
    ExpressionNames.check(value, known, diagnostics);
    Model.Parameter own = new Model.Parameter(name, value, said.span());
    known.declare(new Name(name, said.span()), own);
    parameters.add(own);
  }

  private Model.Stream moved(Model.Stream stream) {
    List<Dim> dims = stream.dims().stream().map(this::moved).toList();
    return new Model.Stream(stream.name(), dims, stream.span());
  }

  /** What becomes of a dimension. */
  Dim moved(Dim dim) {
    return dim.equals(before) ? tokens : dim;
  }

  /** The dimension of the new tokens of a sequence. */
  Dim tokens() {
    return tokens;
  }

  /** The dimension of a sequence's tokens in training. */
  Dim before() {
    return before;
  }

  /** The dimension of a table's rows for the places of a sequence. */
  Dim places() {
    return places;
  }

  /** The last of the new tokens of a sequence; those of all, side by side, of a ragged row. */
  Dim last() {
    Expression size =
        said.kind() == Inference.Kind.MIXED
            ? binary(Operator.ADD, named(InferenceLines.SEQUENCES), decoded())
            : number(1);
    return new Dim(fresh(before.name() + "_last"), size, before.span());
  }

  /** Whether a block, which ends the model, looks at the last of several new tokens only. */
  boolean takesLast(Block head) {
    return said.kind() != Inference.Kind.DECODE
        && head.argument() != null
        && head.argument().dims().contains(before)
        && head.operations().stream().noneMatch(Attend.class::isInstance);
  }

  /** The number of new tokens of a row. */
  Expression length() {
    return Objects.requireNonNull(tokens.size());
  }

  /** The place of the line of the step. */
  Span span() {
    return said.span();
  }

  /** Reports that something of a block cannot be kept. */
  void report(Span place, String block, String why) {
    report(said, place, block, why, diagnostics);
  }

  /** Reports that keys and values cannot be made of what the plan keeps of a block. */
  void reportNames(Span place, String block) {
    diagnostics
        .report(Code.NOT_CACHED, place, block, "they are not made of what `cache` names alone")
        .note(kept.names().get(0).block().span(), "`cache` is here")
        .help("name all that they are made of, or no tensor of the block to keep them themselves")
        .add();
  }

  /** Whether attention absorbs the products that make keys and values of what is kept. */
  boolean absorbs() {
    return kept.absorbed() != null;
  }

  /** Reports that an attention cannot absorb. */
  void reportAbsorbed(Span place, String block, String why) {
    diagnostics
        .report(Code.NOT_ABSORBED, place, block, why)
        .note(Objects.requireNonNull(kept.absorbed()), "`absorbed` is here")
        .help("keep what keys and values are products of, or remove `absorbed`")
        .add();
  }

  /** The dimension of tensors that are kept side by side. */
  Dim joined(List<Dim> parts) {
    String name = parts.stream().map(Dim::name).collect(Collectors.joining("_"));
    return joined.computeIfAbsent(
        name,
        unused -> {
          Expression size =
              parts.stream()
                  .map(Dim::size)
                  .map(Objects::requireNonNull)
                  .reduce((left, right) -> binary(Operator.ADD, left, right))
                  .orElseThrow();
          return new Dim(fresh(name), size, said.span());
        });
  }

  /** The keys that an attention sees, behind or among those of the cache. */
  VisibleKeys visible(VisibleKeys visible) {
    return said.kind() == Inference.Kind.MIXED
        ? visible.in(row(visible))
        : visible.behind(cachedKeys(visible, InferenceLines.CONTEXT));
  }

  /** The sequences of a mixed step, as far as an attention sees them; null in any other. */
  @Nullable Ragged ragged(VisibleKeys visible) {
    return said.kind() == Inference.Kind.MIXED ? row(visible) : null;
  }

  private Ragged row(VisibleKeys visible) {
    return new Ragged(
        new Ragged.Segment(
            named(InferenceLines.SEQUENCES),
            ofPrompt(),
            cachedKeys(visible, InferenceLines.PREFILL_CONTEXT)),
        new Ragged.Segment(
            named(said.kind().word()), ofSequence(), cachedKeys(visible, InferenceLines.CONTEXT)));
  }

  /** How many keys of the cache an attention reads: a window or a piece bounds them. */
  private Expression cachedKeys(VisibleKeys visible, String parameter) {
    Expression context = named(parameter);
    if (visible.window() != null) {
      Expression others = binary(Operator.SUBTRACT, visible.window(), number(1));
      return new Expression.Call(
          new Name("min", said.span()), List.of(context, others), said.span());
    }
    return visible.chunk() == null ? context : binary(Operator.REMAINDER, context, visible.chunk());
  }

  /** The dimension of all keys that an attention reads, the new ones behind those of the cache. */
  Dim keys(VisibleKeys visible) {
    Expression all =
        said.kind() == Inference.Kind.MIXED
            ? row(visible).segments().stream()
                .map(this::keys)
                .reduce((left, right) -> binary(Operator.ADD, left, right))
                .orElseThrow()
            : binary(Operator.ADD, cachedKeys(visible, InferenceLines.CONTEXT), length());
    return keys.computeIfAbsent(
        ExpressionText.of(all),
        text -> new Dim(fresh(keys.isEmpty() ? "c" : "c" + (keys.size() + 1)), all, said.span()));
  }

  private Expression keys(Ragged.Segment segment) {
    return binary(
        Operator.MULTIPLY,
        segment.sequences(),
        binary(Operator.ADD, segment.before(), segment.tokens()));
  }

  /** A name that no dimension of the model has. */
  private String fresh(String wanted) {
    Set<String> taken = new HashSet<>();
    model.dims().forEach(dim -> taken.add(dim.name()));
    String name = wanted;
    while (taken.contains(name)) {
      name = name + "_";
    }
    return name;
  }

  Expression number(long value) {
    return new Expression.Literal(value, said.span());
  }

  private Expression named(String name) {
    return new Expression.Reference(new Name(name, said.span()));
  }

  Expression binary(Operator operator, Expression left, Expression right) {
    return new Expression.Binary(operator, left, right, said.span());
  }
}
