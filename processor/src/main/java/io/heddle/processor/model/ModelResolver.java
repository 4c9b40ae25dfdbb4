package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.TensorSyntax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves the names of a model and gives every tensor its dimensions. */
final class ModelResolver {
  /** Names of blocks that nodes of no block use. */
  private static final Set<String> RESERVED_BLOCKS = Set.of("embed", "head", "stream", "step");

  private final Declaration.Model syntax;
  private final Diagnostics diagnostics;
  private final Names<Model.Parameter> parameters;
  private final Names<Dim> dims;
  private final Names<Block> blocks;
  private final ModelNames names;
  private final List<Model.Stack> stacks = new ArrayList<>();
  private final List<Model.Requirement> requirements = new ArrayList<>();
  private int layerKinds;

  private ModelResolver(
      Declaration.Model syntax, DeclaredOperations declared, Diagnostics diagnostics) {
    this.syntax = syntax;
    this.diagnostics = diagnostics;
    this.parameters = new Names<>("parameter", Model.Parameter::span, diagnostics);
    this.dims = new Names<>("dimension", Dim::span, diagnostics);
    this.blocks = new Names<>("block", Block::span, diagnostics);
    this.names = new ModelNames(parameters, dims, declared, diagnostics);
  }

  /** The model; empty if findings forbid it. */
  static Optional<Model> resolve(
      Declaration.Model syntax, DeclaredOperations declared, Diagnostics diagnostics) {
    return new ModelResolver(syntax, declared, diagnostics).resolve();
  }

  private Optional<Model> resolve() {
    members(ModelMember.Parameter.class).forEach(this::parameter);
    members(ModelMember.Dimension.class).forEach(this::dimension);
    boolean blocksAreWhole = true;
    for (ModelMember.Block block : members(ModelMember.Block.class)) {
      blocksAreWhole &= isEnd(block) || block(block);
    }
    for (ModelMember.Stack stack : members(ModelMember.Stack.class)) {
      blocksAreWhole &= stack(stack);
    }
    members(ModelMember.Require.class).forEach(this::requirement);
    ModelMember bottom =
        single("embed tokens[voc h]", ModelMember.Embed.class, ModelMember.Begin.class);
    ModelMember top = single("head logits[h voc]", ModelMember.Head.class, ModelMember.End.class);
    if (stacks.isEmpty() && blocksAreWhole) {
      missing("stack layers of …");
    }
    if (!blocksAreWhole || stacks.isEmpty() || bottom == null || top == null) {
      return Optional.empty();
    }
    return assemble(bottom, top);
  }

  /** Whether the block begins or ends the model. */
  private boolean isEnd(ModelMember.Block block) {
    return syntax.members().stream()
        .anyMatch(
            member ->
                (member instanceof ModelMember.Begin begin
                        && begin.block().text().equals(block.name().text()))
                    || (member instanceof ModelMember.End end
                        && end.block().text().equals(block.name().text())));
  }

  private <T extends ModelMember> List<T> members(Class<T> kind) {
    return syntax.members().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private @Nullable ModelMember single(
      String form, Class<? extends ModelMember> kind, Class<? extends ModelMember> other) {
    List<ModelMember> found =
        syntax.members().stream()
            .filter(member -> kind.isInstance(member) || other.isInstance(member))
            .toList();
    if (found.isEmpty()) {
      missing(form);
      return null;
    }
    if (found.size() > 1) {
      diagnostics
          .report(Code.TWICE_IN_MODEL, span(found.get(1)), form.substring(0, form.indexOf(' ')))
          .note(span(found.get(0)), "the first one is here")
          .add();
    }
    return found.get(0);
  }

  private static Span span(ModelMember member) {
    if (member instanceof ModelMember.Embed embed) {
      return embed.span();
    }
    if (member instanceof ModelMember.Begin begin) {
      return begin.span();
    }
    return member instanceof ModelMember.End end ? end.span() : ((ModelMember.Head) member).span();
  }

  private void missing(String form) {
    diagnostics
        .report(Code.MISSING_IN_MODEL, syntax.name().span(), syntax.name(), form.split(" ", 2)[0])
        .help("add `" + form + "`")
        .add();
  }

  private void parameter(ModelMember.Parameter member) {
    checkNames(member.value());
    parameters.declare(
        member.name(),
        new Model.Parameter(member.name().text(), member.value(), member.name().span()));
  }

  private void dimension(ModelMember.Dimension member) {
    if (member.size() != null) {
      checkNames(member.size());
    }
    dims.declare(member.name(), new Dim(member.name().text(), member.size(), member.name().span()));
  }

  private void checkNames(Expression expression) {
    ExpressionNames.check(expression, parameters, diagnostics);
  }

  private boolean block(ModelMember.Block member) {
    if (RESERVED_BLOCKS.contains(member.name().text())) {
      diagnostics.report(Code.RESERVED_NAME, member.name().span(), member.name()).add();
    }
    Optional<Block> block = new BlockResolver(member, names).resolve(null, false);
    block.ifPresent(resolved -> declare(member.name(), resolved));
    return block.isPresent();
  }

  private void declare(Name name, Block block) {
    blocks.declare(name, block);
  }

  private boolean stack(ModelMember.Stack member) {
    checkNames(member.repetitions());
    boolean known = true;
    List<Model.Run> pattern = new ArrayList<>();
    Map<List<String>, Model.LayerKind> kinds = new HashMap<>();
    for (ModelMember.Layers layers : member.pattern()) {
      if (layers.count() != null) {
        checkNames(layers.count());
      }
      List<Block> found = new ArrayList<>();
      known &= blocks(layers.blocks(), found);
      Model.LayerKind kind =
          kinds.computeIfAbsent(
              layers.blocks().stream().map(Name::text).toList(),
              names -> new Model.LayerKind(layerKinds++, found));
      pattern.add(new Model.Run(layers.count(), kind));
    }
    stacks.add(new Model.Stack(member.repetitions(), pattern, member.span()));
    return known;
  }

  /** Finds the blocks of a layer; false after a finding. */
  private boolean blocks(List<Name> wanted, List<Block> found) {
    boolean known = true;
    for (Name name : wanted) {
      boolean failedBefore =
          !blocks.contains(name.text())
              && members(ModelMember.Block.class).stream()
                  .anyMatch(block -> block.name().text().equals(name.text()));
      if (failedBefore) {
        known = false;
        continue;
      }
      Optional<Block> block = blocks.find(name);
      known &= block.isPresent();
      block.ifPresent(found::add);
    }
    return known;
  }

  private void requirement(ModelMember.Require member) {
    checkNames(member.condition());
    requirements.add(new Model.Requirement(member.condition(), member.message(), member.span()));
  }

  private Optional<Model> assemble(ModelMember embedding, ModelMember top) {
    Set<Block> used = new LinkedHashSet<>();
    for (Model.Stack stack : stacks) {
      stack.pattern().forEach(run -> used.addAll(run.kind().blocks()));
    }
    List<Dim> stream = used.iterator().next().argument().dims();
    for (Block block : used) {
      if (!new HashSet<>(block.argument().dims()).equals(new HashSet<>(stream))) {
        diagnostics
            .report(Code.STREAMS_DIFFER, block.argument().span(), block.name())
            .note(
                used.iterator().next().argument().span(),
                "another block of the stack takes other dimensions")
            .add();
        return Optional.empty();
      }
    }
    for (Block block : blocks.all().values()) {
      if (!used.contains(block)) {
        diagnostics.report(Code.UNUSED_BLOCK, block.span(), block.name()).add();
      }
    }
    if (stream.stream().filter(Dim::isOpen).count() != 1) {
      diagnostics
          .report(Code.NO_OPEN_DIM, used.iterator().next().argument().span())
          .help("declare the sequences of a micro-batch as `dim b`, without a size")
          .add();
      return Optional.empty();
    }
    Optional<Block> bottom =
        embedding instanceof ModelMember.Embed embed
            ? embed(embed, stream)
            : own(((ModelMember.Begin) embedding).block(), stream, null);
    Weight tied = null;
    if (top instanceof ModelMember.Head head && head.tied() != null) {
      tied = bottom.map(block -> tiedTable(block, head.tied())).orElse(null);
      if (tied == null) {
        return Optional.empty();
      }
    }
    Optional<Block> last =
        top instanceof ModelMember.Head head
            ? head(head, stream, tied)
            : own(((ModelMember.End) top).block(), stream, bottom.orElse(null));
    if (bottom.isEmpty() || last.isEmpty()) {
      return Optional.empty();
    }
    if (top instanceof ModelMember.End) {
      tied =
          last.get().weights().stream()
              .filter(bottom.get().weights()::contains)
              .findFirst()
              .orElse(null);
    }
    return Optional.of(
        new Model(
            syntax.name().text(),
            syntax.documentation(),
            List.copyOf(parameters.all().values()),
            List.copyOf(dims.all().values()),
            List.copyOf(used),
            stacks,
            bottom.get(),
            last.get(),
            stream,
            tied,
            requirements,
            syntax.name().span()));
  }

  /**
   * A block of the model's own that begins or ends it.
   *
   * @param bottom what begins the model that it ends, whose first table it may use again; null for
   *     a block that begins it
   */
  private Optional<Block> own(Name name, List<Dim> stream, @Nullable Block bottom) {
    Optional<ModelMember.Block> member =
        members(ModelMember.Block.class).stream()
            .filter(block -> block.name().text().equals(name.text()))
            .findFirst();
    if (member.isEmpty()) {
      blocks.unknown(name, null);
      return Optional.empty();
    }
    if (RESERVED_BLOCKS.contains(name.text())) {
      diagnostics.report(Code.RESERVED_NAME, member.get().name().span(), name).add();
    }
    BlockResolver resolver = new BlockResolver(member.get(), names);
    if (bottom != null && bottom.name().equals("embed")) {
      resolver.withTable(bottom.weights().get(0));
    }
    Optional<Block> block = resolver.resolve(stream, bottom != null);
    block.ifPresent(resolved -> declare(member.get().name(), resolved));
    Tensor argument = block.map(Block::argument).orElse(null);
    if (argument != null && !new HashSet<>(argument.dims()).equals(new HashSet<>(stream))) {
      diagnostics
          .report(Code.STREAMS_DIFFER, argument.span(), name)
          .help("it takes what the blocks of the stacks hand on: " + Draft.list(stream))
          .add();
      return Optional.empty();
    }
    return block;
  }

  private @Nullable Weight tiedTable(Block bottom, Name name) {
    Optional<Weight> table = bottom.weight(name.text());
    if (table.isEmpty()) {
      diagnostics
          .report(Code.UNKNOWN_NAME, name.span(), "embedding table", name)
          .help("known: " + String.join(", ", bottom.weights().stream().map(Weight::name).toList()))
          .add();
    }
    return table.orElse(null);
  }

  private Optional<Block> embed(ModelMember.Embed member, List<Dim> stream) {
    List<Weight> tables = new ArrayList<>();
    Names<Weight> names = new Names<>("table", Weight::span, diagnostics);
    for (TensorSyntax table : member.tables()) {
      Optional<List<Dim>> tableDims = BlockResolver.dims(table.dims(), dims, diagnostics);
      if (tableDims.isEmpty()) {
        return Optional.empty();
      }
      Weight weight =
          new Weight("embed", table.name().text(), tableDims.get(), table.name().span());
      names.declare(table.name(), weight);
      tables.add(weight);
    }
    Weight first = tables.get(0);
    List<Dim> rows = first.dims().stream().filter(dim -> !stream.contains(dim)).toList();
    if (rows.size() != 1 || first.dims().size() < 2) {
      diagnostics
          .report(Code.EMBED_SHAPE, first.span(), first.name())
          .help("its dimensions are the vocabulary and what each row brings into the stream")
          .add();
      return Optional.empty();
    }
    List<Operation> operations = new ArrayList<>();
    Tensor looked = new Tensor(first.name(), stream, first.span());
    operations.add(new Lookup(looked, first, rows.get(0), first.span()));
    Tensor result = looked;
    if (tables.size() > 1) {
      result = new Tensor("out", stream, member.span());
      List<PointWise.Input> terms = new ArrayList<>();
      terms.add(new PointWise.Input(looked, true));
      List<Function> functions = new ArrayList<>();
      for (Weight table : tables.subList(1, tables.size())) {
        if (!stream.containsAll(table.dims())) {
          diagnostics
              .report(Code.EMBED_SHAPE, table.span(), table.name())
              .help("a further table is added to the stream and has dimensions of it only")
              .add();
          return Optional.empty();
        }
        terms.add(new PointWise.Input(table, true));
        functions.add(Function.ADD);
      }
      operations.add(new PointWise(result, terms, functions, member.span()));
    }
    if (member.norm() != null) {
      Optional<Norm> norm =
          NormTerms.behind("embed", result, member.norm(), member.span(), diagnostics);
      if (norm.isEmpty()) {
        return Optional.empty();
      }
      operations.add(norm.get());
      result = norm.get().result();
    }
    List<Weight> weights = BlockResolver.allWeights(tables, operations);
    return Optional.of(new Block("embed", "", null, weights, operations, result, member.span()));
  }

  private Optional<Block> head(ModelMember.Head member, List<Dim> stream, @Nullable Weight tied) {
    Weight weight = tied;
    if (weight == null) {
      Optional<List<Dim>> weightDims =
          BlockResolver.dims(member.weight().dims(), dims, diagnostics);
      if (weightDims.isEmpty()) {
        return Optional.empty();
      }
      Name name = member.weight().name();
      weight = new Weight("head", name.text(), weightDims.get(), name.span());
    }
    Weight projection = weight;
    List<Dim> contracted = projection.dims().stream().filter(stream::contains).toList();
    List<Dim> classes = projection.dims().stream().filter(dim -> !stream.contains(dim)).toList();
    if (contracted.size() != 1 || classes.size() != 1) {
      diagnostics
          .report(Code.HEAD_SHAPE, member.span(), projection.name())
          .help("its dimensions are one of the stream, which is summed over, and the vocabulary")
          .add();
      return Optional.empty();
    }
    Tensor x = new Tensor("x", stream, member.span());
    List<Operation> operations = new ArrayList<>();
    Tensor input = x;
    boolean isPlain = member.norm() != null && member.norm().name().text().equals("none");
    if (!isPlain) {
      Optional<Norm> norm = headNorm(member, x);
      if (norm.isEmpty()) {
        return Optional.empty();
      }
      operations.add(norm.get());
      input = norm.get().result();
    }
    List<Dim> logitDims = new ArrayList<>(stream);
    logitDims.removeAll(contracted);
    logitDims.addAll(classes);
    Tensor logits = new Tensor(projection.name(), logitDims, member.span());
    operations.add(new Einsum(logits, input, projection, member.span()));
    operations.add(new CrossEntropy("loss", logits, member.span()));
    List<Weight> weights = BlockResolver.allWeights(List.of(projection), operations);
    return Optional.of(new Block("head", "", x, weights, operations, null, member.span()));
  }

  /** The head's norm: as it says, else the one kind that the blocks use. */
  private Optional<Norm> headNorm(ModelMember.Head member, Tensor x) {
    if (member.norm() != null) {
      return NormTerms.behind("head", x, member.norm(), member.span(), diagnostics);
    }
    Map<List<Object>, Norm> kinds = new LinkedHashMap<>();
    for (Block block : blocks.all().values()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Norm norm && norm.kind() != NormKind.SOFTMAX) {
          kinds.putIfAbsent(List.of(norm.kind(), norm.weights().size()), norm);
        }
      }
    }
    if (kinds.size() != 1) {
      diagnostics
          .report(Code.HEAD_NORM, member.span())
          .help("say `norm rmsnorm`, `norm layernorm` or `norm none` at the end of the head")
          .add();
      return Optional.empty();
    }
    Norm alike = kinds.values().iterator().next();
    return Optional.of(
        NormTerms.norm("head", x, alike.kind(), alike.weights().size(), "norm", member.span()));
  }
}
