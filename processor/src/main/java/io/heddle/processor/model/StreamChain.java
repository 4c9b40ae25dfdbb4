package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ModelMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes one chain of the streams of a model, in the order in which they are written: the begin of
 * the first, the layers of all, the end of the last. What else begins or ends a stream stands in
 * the next layer, before its blocks.
 */
final class StreamChain {
  private final Declaration.Model syntax;
  private final List<StreamDraft> streams;
  private final Names<Block> blocks;
  private final Names<StreamDraft> byName;
  private final ModelNames names;
  private final Diagnostics diagnostics;
  private final StreamEnds ends;
  private final List<Model.Stream> resolved = new ArrayList<>();
  private final List<Model.Stack> stacks = new ArrayList<>();
  private final List<Model.Use> uses = new ArrayList<>();
  private final List<Model.Use> pending = new ArrayList<>();
  private int layerKinds;

  /**
   * @param streams with their stacks
   * @param blocks of the layers; receives those that begin and end streams
   */
  StreamChain(
      Declaration.Model syntax, List<StreamDraft> streams, Names<Block> blocks, ModelNames names) {
    this.syntax = syntax;
    this.streams = streams;
    this.blocks = blocks;
    this.names = names;
    this.diagnostics = names.diagnostics();
    this.byName = new Names<>("stream", StreamDraft::span, diagnostics);
    streams.forEach(stream -> byName.declare(stream.name(), stream));
    List<ModelMember.Block> written =
        syntax.members().stream()
            .filter(ModelMember.Block.class::isInstance)
            .map(ModelMember.Block.class::cast)
            .toList();
    this.ends = new StreamEnds(written, blocks, names);
  }

  /** The model; empty after findings. */
  Optional<Model> model(List<Model.Requirement> requirements) {
    Set<String> ofLayers =
        streams.stream()
            .flatMap(each -> each.blocks().stream())
            .map(Block::name)
            .collect(Collectors.toSet());
    for (StreamDraft stream : streams) {
      Optional<List<Dim>> dims = dims(stream);
      if (dims.isEmpty()) {
        return Optional.empty();
      }
      resolved.add(new Model.Stream(stream.name().text(), dims.get(), stream.span()));
    }
    for (Block block : blocks.all().values()) {
      if (!ofLayers.contains(block.name())) {
        diagnostics.report(Code.UNUSED_BLOCK, block.span(), block.name()).add();
      }
    }
    if (!haveOneBatch()) {
      return Optional.empty();
    }
    Block embed = null;
    Model.Use head = null;
    for (StreamDraft stream : streams) {
      Optional<Model.Use> begin = begin(stream);
      if (begin.isEmpty()) {
        return Optional.empty();
      }
      if (stream.number() == 0) {
        embed = begin.get().block();
      } else {
        pending.add(begin.get());
      }
      stream.stacks().forEach(this::stack);
      Optional<Model.Use> end = end(stream);
      if (stream.top != null && end.isEmpty()) {
        return Optional.empty();
      }
      if (stream.number() == streams.size() - 1) {
        head = end.orElseThrow();
      } else if (end.isPresent()) {
        pending.add(reading(end.get()));
      }
    }
    if (embed == null || head == null || !isWhole(head) || !shareAlike()) {
      return Optional.empty();
    }
    Block last = head.block();
    Weight tied = last.weights().stream().filter(last::borrows).findFirst().orElse(null);
    Set<Block> used = new LinkedHashSet<>();
    uses.forEach(use -> used.add(use.block()));
    return Optional.of(
        new Model(
            syntax.name().text(),
            syntax.documentation(),
            List.copyOf(names.parameters().all().values()),
            List.copyOf(names.dims().all().values()),
            List.copyOf(used),
            stacks,
            embed,
            last,
            resolved,
            head.sides(),
            tied,
            requirements,
            syntax.name().span()));
  }

  /** Whether a block that layers share has weights of its own nowhere. */
  private boolean shareAlike() {
    Map<String, ModelMember.Used> first = new HashMap<>();
    boolean alike = true;
    for (ModelMember.Used used : allUses()) {
      ModelMember.Used before = first.putIfAbsent(used.block().text(), used);
      if (before != null && before.isShared() != used.isShared()) {
        ModelMember.Used shared = used.isShared() ? used : before;
        ModelMember.Used own = used.isShared() ? before : used;
        diagnostics
            .report(Code.SHARED_APART, shared.block().span(), used.block())
            .note(own.block().span(), "it has weights of its own here")
            .add();
        alike = false;
      }
    }
    return alike;
  }

  /** The dimensions of a stream, which all blocks of its layers take; empty after a finding. */
  private Optional<List<Dim>> dims(StreamDraft stream) {
    List<Block> layers = stream.blocks();
    if (layers.isEmpty()) {
      return readersDims(stream);
    }
    Tensor first = layers.get(0).argument();
    List<Dim> dims = first.dims();
    for (Block block : layers) {
      if (!new HashSet<>(block.argument().dims()).equals(new HashSet<>(dims))) {
        diagnostics
            .report(Code.STREAMS_DIFFER, block.argument().span(), block.name())
            .note(first.span(), "another block of the stack takes other dimensions")
            .add();
        return Optional.empty();
      }
    }
    return Optional.of(dims);
  }

  /** The dimensions of a stream without layers: those with which others take it. */
  private Optional<List<Dim>> readersDims(StreamDraft stream) {
    for (ModelMember.Used used : allUses()) {
      for (ModelMember.Fed fed : used.feeds()) {
        Optional<List<Dim>> dims =
            fed.stream().text().equals(stream.name().text())
                ? argument(used.block().text(), fed.argument().text())
                : Optional.empty();
        if (dims.isPresent()) {
          return dims;
        }
      }
    }
    if (stream.top instanceof ModelMember.End end) {
      Optional<List<Dim>> dims = argument(end.block().block().text(), null);
      if (dims.isPresent()) {
        return dims;
      }
    }
    diagnostics
        .report(Code.MISSING_IN_STREAM, stream.span(), stream.name(), "stack")
        .help("add `stack layers of …`, or let a block of a later stream take it")
        .add();
    return Optional.empty();
  }

  private List<ModelMember.Used> allUses() {
    List<ModelMember.Used> all = new ArrayList<>();
    for (StreamDraft stream : streams) {
      stream.lines(ModelMember.Begin.class).forEach(begin -> all.add(begin.block()));
      for (ModelMember.Stack stack : stream.lines(ModelMember.Stack.class)) {
        stack.pattern().forEach(layers -> all.addAll(layers.blocks()));
      }
      stream.lines(ModelMember.End.class).forEach(end -> all.add(end.block()));
    }
    return all;
  }

  /** The dimensions of an argument as its block declares them; the first one for null. */
  private Optional<List<Dim>> argument(String block, @Nullable String argument) {
    return syntax.members().stream()
        .filter(
            member ->
                member instanceof ModelMember.Block found && found.name().text().equals(block))
        .flatMap(member -> ((ModelMember.Block) member).arguments().stream())
        .filter(tensor -> argument == null || tensor.name().text().equals(argument))
        .findFirst()
        .flatMap(tensor -> BlockResolver.dims(tensor.dims(), names.dims(), new Diagnostics()));
  }

  /** Whether each stream has one dimension without a size, and all the same. */
  private boolean haveOneBatch() {
    Dim batch = null;
    for (int i = 0; i < resolved.size(); i++) {
      List<Dim> open = resolved.get(i).dims().stream().filter(Dim::isOpen).toList();
      List<Block> layers = streams.get(i).blocks();
      if (open.size() != 1) {
        diagnostics
            .report(
                Code.NO_OPEN_DIM,
                layers.isEmpty() ? resolved.get(i).span() : layers.get(0).argument().span())
            .help("declare the sequences of a micro-batch as `dim b`, without a size")
            .add();
        return false;
      }
      if (batch != null && !open.get(0).equals(batch)) {
        diagnostics
            .report(
                Code.STREAM_BATCH,
                resolved.get(i).span(),
                resolved.get(i).name(),
                open.get(0),
                batch,
                resolved.get(0).name())
            .help("let the blocks of all streams take `%s`".formatted(batch))
            .add();
        return false;
      }
      batch = open.get(0);
    }
    return true;
  }

  private Optional<Model.Use> begin(StreamDraft stream) {
    List<Dim> dims = resolved.get(stream.number()).dims();
    if (stream.bottom instanceof ModelMember.Embed embed) {
      String owner = stream.number() == 0 ? "embed" : "embed_" + stream.name();
      Optional<Block> block = ends.embed(owner, embed, dims);
      block.ifPresent(made -> declare(stream, made));
      return block.map(made -> new Model.Use(made, stream.number(), List.of()));
    }
    ModelMember.Used used = ((ModelMember.Begin) stream.bottom).block();
    BlockResolver.Place place =
        stream.number() == 0 ? BlockResolver.Place.FIRST : BlockResolver.Place.BEGIN;
    return ends.begin(used.block(), place, dims).flatMap(block -> use(stream, used, block));
  }

  private Optional<Model.Use> end(StreamDraft stream) {
    List<Dim> dims = resolved.get(stream.number()).dims();
    if (stream.top instanceof ModelMember.End end) {
      return ends.end(end.block().block(), dims).flatMap(block -> use(stream, end.block(), block));
    }
    if (stream.top instanceof ModelMember.Head member) {
      boolean isLast = stream.number() == streams.size() - 1;
      String owner = isLast ? "head" : "head_" + stream.name();
      Optional<Block> block = ends.head(owner, member, dims);
      block.ifPresent(made -> declare(stream, made));
      return block.map(made -> new Model.Use(made, stream.number(), List.of()));
    }
    return Optional.empty();
  }

  /** Plans call what begins and ends a stream by names of blocks, which are taken then. */
  private void declare(StreamDraft stream, Block block) {
    if (!ModelResolver.RESERVED_BLOCKS.contains(block.name())) {
      blocks.declare(new io.heddle.processor.syntax.Name(block.name(), stream.span()), block);
    }
  }

  private Optional<Model.Use> use(StreamDraft stream, ModelMember.Used used, Block block) {
    return new Feeding(byName, diagnostics).use(stream, used, block);
  }

  /** A loss in the midst of the model: others may read the stream behind it. */
  private static Model.Use reading(Model.Use end) {
    List<Integer> sides = new ArrayList<>(List.of(end.stream()));
    sides.addAll(end.sides());
    return new Model.Use(end.block().reading(), end.stream(), sides, false);
  }

  /**
   * Adds a stack; what is pending stands in its first layer, which is a stack of its own then, and
   * the pattern of the others goes on behind it.
   */
  private void stack(StreamDraft.Stack stack) {
    if (pending.isEmpty()) {
      add(stack.repetitions(), stack.pattern(), stack);
      return;
    }
    List<StreamDraft.Layers> pattern = stack.pattern();
    StreamDraft.Layers begin = pattern.get(0);
    List<Model.Use> first = new ArrayList<>(pending);
    pending.clear();
    first.addAll(begin.uses());
    add(
        new Expression.Literal(1, stack.span()),
        List.of(new StreamDraft.Layers(null, first)),
        stack);
    List<StreamDraft.Layers> others = new ArrayList<>();
    if (pattern.size() > 1) {
      if (begin.count() != null) {
        others.add(new StreamDraft.Layers(Counts.behindFirst(begin.count()), begin.uses()));
      }
      others.addAll(pattern.subList(1, pattern.size()));
    }
    others.add(new StreamDraft.Layers(null, begin.uses()));
    boolean isOne =
        stack.repetitions() instanceof Expression.Literal literal && literal.value() == 1;
    if (!isOne) {
      add(Counts.behindFirst(stack.repetitions()), others, stack);
    }
  }

  private void add(
      Expression repetitions, List<StreamDraft.Layers> pattern, StreamDraft.Stack stack) {
    Map<List<Model.Use>, Model.LayerKind> kinds = new HashMap<>();
    List<Model.Run> runs = new ArrayList<>();
    for (StreamDraft.Layers layers : pattern) {
      uses.addAll(layers.uses());
      Model.LayerKind kind =
          kinds.computeIfAbsent(layers.uses(), found -> new Model.LayerKind(layerKinds++, found));
      runs.add(new Model.Run(layers.count(), kind));
    }
    stacks.add(new Model.Stack(repetitions, runs, stack.span()));
  }

  /** Whether streams are read, and as they are; and whether the last has layers. */
  private boolean isWhole(Model.Use head) {
    StreamDraft last = streams.get(streams.size() - 1);
    boolean isWhole = pending.isEmpty();
    if (!isWhole) {
      diagnostics
          .report(Code.MISSING_IN_STREAM, last.span(), last.name(), "stack")
          .help("the last stream needs a layer: add `stack 1 of …`")
          .add();
    }
    List<Model.Use> readers = new ArrayList<>(uses);
    readers.addAll(pending);
    readers.add(head);
    for (Model.Use reader : new LinkedHashSet<>(readers)) {
      for (int i = 0; i < reader.sides().size(); i++) {
        isWhole &= takesAsItIs(reader.block().sides().get(i), reader.sides().get(i));
      }
    }
    for (StreamDraft stream : streams) {
      boolean isRead = readers.stream().anyMatch(use -> use.sides().contains(stream.number()));
      if (stream.top == null && !isRead) {
        diagnostics.report(Code.UNREAD_STREAM, stream.span(), stream.name()).add();
        isWhole = false;
      }
    }
    return isWhole;
  }

  private boolean takesAsItIs(Tensor side, int number) {
    Model.Stream stream = resolved.get(number);
    boolean same = new HashSet<>(side.dims()).equals(new HashSet<>(stream.dims()));
    if (!same) {
      diagnostics
          .report(
              Code.STREAM_SHAPE,
              side.span(),
              side.name(),
              Draft.list(side.dims()),
              stream.name(),
              Draft.list(stream.dims()))
          .note(stream.span(), "`%s` is declared here".formatted(stream.name()))
          .help("let it take the dimensions of the stream")
          .add();
    }
    return same;
  }
}
