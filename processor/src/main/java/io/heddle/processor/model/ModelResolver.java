package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves the names of a model and gives every tensor its dimensions. */
final class ModelResolver {
  /** Names of blocks that nodes of no block use. */
  static final Set<String> RESERVED_BLOCKS = Set.of("embed", "head", "stream", "step");

  private final Declaration.Model syntax;
  private final Diagnostics diagnostics;
  private final Names<Model.Parameter> parameters;
  private final Names<Dim> dims;
  private final Names<Block> blocks;
  private final ModelNames names;
  private final Names<StreamDraft> streams;
  private final List<Model.Requirement> requirements = new ArrayList<>();

  private ModelResolver(
      Declaration.Model syntax, DeclaredOperations declared, Diagnostics diagnostics) {
    this.syntax = syntax;
    this.diagnostics = diagnostics;
    this.parameters = new Names<>("parameter", Model.Parameter::span, diagnostics);
    this.dims = new Names<>("dimension", Dim::span, diagnostics);
    this.blocks = new Names<>("block", Block::span, diagnostics);
    this.streams = new Names<>("stream", StreamDraft::span, diagnostics);
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
    drafts().forEach(draft -> streams.declare(draft.name(), draft));
    List<StreamDraft> written = List.copyOf(streams.all().values());
    for (StreamDraft stream : written) {
      for (ModelMember.Stack stack : stream.lines(ModelMember.Stack.class)) {
        blocksAreWhole &= stack(stream, stack);
      }
    }
    members(ModelMember.Require.class).forEach(this::requirement);
    boolean isWhole = true;
    for (StreamDraft stream : written) {
      isWhole &= ends(stream, stream == written.get(written.size() - 1));
    }
    boolean hasLayers = written.stream().anyMatch(stream -> !stream.stacks().isEmpty());
    if (!hasLayers && blocksAreWhole) {
      missing(written.get(written.size() - 1), "stack layers of …");
    }
    return blocksAreWhole && hasLayers && isWhole
        ? new StreamChain(syntax, written, blocks, names).model(requirements)
        : Optional.empty();
  }

  /** The streams as they are written; a model without is one itself. */
  private List<StreamDraft> drafts() {
    List<ModelMember.Stream> named = members(ModelMember.Stream.class);
    List<ModelMember> alone =
        syntax.members().stream().filter(member -> span(member).isPresent()).toList();
    if (named.isEmpty()) {
      return List.of(new StreamDraft(0, syntax.name(), alone, false));
    }
    if (!alone.isEmpty()) {
      diagnostics
          .report(Code.BESIDE_STREAMS, span(alone.get(0)).orElseThrow())
          .note(named.get(0).name().span(), "the model has streams: the first is here")
          .add();
    }
    List<StreamDraft> drafts = new ArrayList<>();
    for (ModelMember.Stream stream : named) {
      drafts.add(new StreamDraft(drafts.size(), stream.name(), stream.lines(), true));
    }
    return drafts;
  }

  /** Whether the block begins or ends a stream. */
  private boolean isEnd(ModelMember.Block block) {
    List<ModelMember> lines = new ArrayList<>(syntax.members());
    members(ModelMember.Stream.class).forEach(stream -> lines.addAll(stream.lines()));
    return lines.stream()
        .anyMatch(
            member ->
                (member instanceof ModelMember.Begin begin && isOf(begin.block(), block))
                    || (member instanceof ModelMember.End end && isOf(end.block(), block)));
  }

  private static boolean isOf(ModelMember.Used used, ModelMember.Block block) {
    return used.block().text().equals(block.name().text());
  }

  private <T extends ModelMember> List<T> members(Class<T> kind) {
    return syntax.members().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Finds what a stream begins and ends with; false after findings. */
  private boolean ends(StreamDraft stream, boolean isLast) {
    stream.bottom =
        single(stream, "embed tokens[voc h]", ModelMember.Embed.class, ModelMember.Begin.class);
    if (stream.bottom == null) {
      missing(stream, "embed tokens[voc h]");
    }
    stream.top =
        single(stream, "head logits[h voc]", ModelMember.Head.class, ModelMember.End.class);
    if (stream.top == null && isLast) {
      missing(stream, "head logits[h voc]");
    }
    return stream.bottom != null && (stream.top != null || !isLast);
  }

  private @Nullable ModelMember single(
      StreamDraft stream,
      String form,
      Class<? extends ModelMember> kind,
      Class<? extends ModelMember> other) {
    List<ModelMember> found =
        stream.lines().stream()
            .filter(member -> kind.isInstance(member) || other.isInstance(member))
            .toList();
    if (found.size() > 1) {
      diagnostics
          .report(
              Code.TWICE_IN_MODEL,
              span(found.get(1)).orElseThrow(),
              form.substring(0, form.indexOf(' ')))
          .note(span(found.get(0)).orElseThrow(), "the first one is here")
          .add();
    }
    return found.isEmpty() ? null : found.get(0);
  }

  /** Where a line of a stream stands; empty for other lines of a model. */
  static Optional<Span> span(ModelMember member) {
    if (member instanceof ModelMember.Embed embed) {
      return Optional.of(embed.span());
    }
    if (member instanceof ModelMember.Begin begin) {
      return Optional.of(begin.span());
    }
    if (member instanceof ModelMember.Stack stack) {
      return Optional.of(stack.span());
    }
    if (member instanceof ModelMember.End end) {
      return Optional.of(end.span());
    }
    return member instanceof ModelMember.Head head ? Optional.of(head.span()) : Optional.empty();
  }

  private void missing(StreamDraft stream, String form) {
    String word = form.split(" ", 2)[0];
    Code code = stream.isNamed() ? Code.MISSING_IN_STREAM : Code.MISSING_IN_MODEL;
    diagnostics.report(code, stream.span(), stream.name(), word).help("add `" + form + "`").add();
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
    Optional<Block> block =
        new BlockResolver(member, names).resolve(BlockResolver.Place.LAYER, null);
    block.ifPresent(resolved -> declare(member.name(), resolved));
    return block.isPresent();
  }

  private void declare(Name name, Block block) {
    blocks.declare(name, block);
  }

  private boolean stack(StreamDraft stream, ModelMember.Stack member) {
    checkNames(member.repetitions());
    boolean known = true;
    List<StreamDraft.Layers> pattern = new ArrayList<>();
    for (ModelMember.Layers layers : member.pattern()) {
      if (layers.count() != null) {
        checkNames(layers.count());
      }
      List<Model.Use> found = new ArrayList<>();
      for (ModelMember.Used used : layers.blocks()) {
        known &= use(stream, used, found);
      }
      pattern.add(new StreamDraft.Layers(layers.count(), found));
    }
    stream.stacks().add(new StreamDraft.Stack(member.repetitions(), pattern, member.span()));
    return known;
  }

  /** Finds a block of a layer; false after a finding. */
  private boolean use(StreamDraft stream, ModelMember.Used used, List<Model.Use> found) {
    Name name = used.block();
    boolean failedBefore =
        !blocks.contains(name.text())
            && members(ModelMember.Block.class).stream()
                .anyMatch(block -> block.name().text().equals(name.text()));
    if (failedBefore) {
      return false;
    }
    Optional<Model.Use> use =
        blocks
            .find(name)
            .flatMap(block -> new Feeding(streams, diagnostics).use(stream, used, block));
    use.ifPresent(found::add);
    return use.isPresent();
  }

  private void requirement(ModelMember.Require member) {
    checkNames(member.condition());
    requirements.add(new Model.Requirement(member.condition(), member.message(), member.span()));
  }
}
