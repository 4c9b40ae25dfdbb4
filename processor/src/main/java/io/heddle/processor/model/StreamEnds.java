package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.TensorSyntax;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves what streams begin and end with: tables, heads, and blocks in their places. */
final class StreamEnds {
  private final List<ModelMember.Block> written;
  private final Names<Block> blocks;
  private final ModelNames names;
  private final Diagnostics diagnostics;

  /** Weights that later streams and heads may use again, by their names. */
  private final Map<String, Weight> tables = new LinkedHashMap<>();

  /** The first table of each embedding, which blocks that end streams know. */
  private final List<Weight> firstTables = new ArrayList<>();

  /**
   * @param written all blocks of the model
   * @param blocks those that are resolved; receives those that begin and end streams
   */
  StreamEnds(List<ModelMember.Block> written, Names<Block> blocks, ModelNames names) {
    this.written = written;
    this.blocks = blocks;
    this.names = names;
    this.diagnostics = names.diagnostics();
  }

  /** A block of the model's own that begins a stream. */
  Optional<Block> begin(Name name, BlockResolver.Place place, List<Dim> stream) {
    return own(name, place, stream);
  }

  /** A block of the model's own that ends a stream: it may use first tables again. */
  Optional<Block> end(Name name, List<Dim> stream) {
    return own(name, BlockResolver.Place.END, stream);
  }

  private Optional<Block> own(Name name, BlockResolver.Place place, List<Dim> stream) {
    Optional<ModelMember.Block> member =
        written.stream().filter(block -> block.name().text().equals(name.text())).findFirst();
    if (member.isEmpty()) {
      blocks.unknown(name, null);
      return Optional.empty();
    }
    if (ModelResolver.RESERVED_BLOCKS.contains(name.text())) {
      diagnostics.report(Code.RESERVED_NAME, member.get().name().span(), name).add();
    }
    BlockResolver resolver = new BlockResolver(member.get(), names);
    if (place == BlockResolver.Place.END) {
      firstTables.forEach(resolver::withTable);
    }
    Optional<Block> block = resolver.resolve(place, stream);
    block.ifPresent(resolved -> blocks.declare(member.get().name(), resolved));
    if (place != BlockResolver.Place.END) {
      block.ifPresent(resolved -> share(resolved.weights()));
    }
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

  private void share(List<Weight> weights) {
    weights.forEach(weight -> tables.putIfAbsent(weight.name(), weight));
  }

  /** A table that is used again; empty after a finding. */
  Optional<Weight> tied(Name name) {
    Weight table = tables.get(name.text());
    if (table == null) {
      diagnostics
          .report(Code.UNKNOWN_NAME, name.span(), "embedding table", name)
          .help(
              tables.isEmpty()
                  ? "no stream above has a table"
                  : Spelling.help(name.text(), tables.keySet()))
          .add();
    }
    return Optional.ofNullable(table);
  }

  /**
   * An embedding; empty after findings.
   *
   * @param owner its name as a block
   */
  Optional<Block> embed(String owner, ModelMember.Embed member, List<Dim> stream) {
    List<Weight> own = new ArrayList<>();
    Names<Weight> known = new Names<>("table", Weight::span, diagnostics);
    if (member.tied() != null) {
      Optional<Weight> tied = tied(member.tied());
      if (tied.isEmpty()) {
        return Optional.empty();
      }
      known.declare(member.tied(), tied.get());
      own.add(tied.get());
    }
    for (TensorSyntax table : member.tables()) {
      Optional<List<Dim>> tableDims = BlockResolver.dims(table.dims(), names.dims(), diagnostics);
      if (tableDims.isEmpty()) {
        return Optional.empty();
      }
      Weight weight = new Weight(owner, table.name().text(), tableDims.get(), table.name().span());
      known.declare(table.name(), weight);
      own.add(weight);
    }
    Weight first = own.get(0);
    List<Dim> rows = first.dims().stream().filter(dim -> !stream.contains(dim)).toList();
    if (rows.size() != 1 || first.dims().size() < 2) {
      diagnostics
          .report(
              Code.EMBED_SHAPE, member.tied() == null ? first.span() : member.span(), first.name())
          .help("its dimensions are the vocabulary and what each row brings into the stream")
          .add();
      return Optional.empty();
    }
    List<Operation> operations = new ArrayList<>();
    Tensor looked = new Tensor(first.name(), stream, member.span());
    if (member.tied() == null) {
      looked = new Tensor(first.name(), stream, first.span());
    }
    operations.add(new Lookup(looked, first, rows.get(0), looked.span()));
    Tensor result = looked;
    if (own.size() > 1) {
      result = new Tensor("out", stream, member.span());
      List<PointWise.Input> terms = new ArrayList<>();
      terms.add(PointWise.Input.term(looked));
      List<Function> functions = new ArrayList<>();
      for (Weight table : own.subList(1, own.size())) {
        if (!stream.containsAll(table.dims())) {
          diagnostics
              .report(Code.EMBED_SHAPE, table.span(), table.name())
              .help("a further table is added to the stream and has dimensions of it only")
              .add();
          return Optional.empty();
        }
        terms.add(PointWise.Input.term(table));
        functions.add(Function.ADD);
      }
      operations.add(new PointWise(result, terms, functions, member.span()));
    }
    if (member.norm() != null) {
      Optional<Norm> norm =
          NormTerms.behind(owner, result, member.norm(), member.span(), diagnostics);
      if (norm.isEmpty()) {
        return Optional.empty();
      }
      operations.add(norm.get());
      result = norm.get().result();
    }
    List<Weight> weights = BlockResolver.allWeights(own, operations);
    firstTables.add(first);
    share(weights);
    return Optional.of(new Block(owner, "", null, weights, operations, result, member.span()));
  }

  /**
   * A head; empty after findings.
   *
   * @param owner its name as a block
   */
  Optional<Block> head(String owner, ModelMember.Head member, List<Dim> stream) {
    Weight projection;
    if (member.tied() != null) {
      Optional<Weight> tied = tied(member.tied());
      if (tied.isEmpty()) {
        return Optional.empty();
      }
      projection = tied.get();
    } else {
      Optional<List<Dim>> weightDims =
          BlockResolver.dims(member.weight().dims(), names.dims(), diagnostics);
      if (weightDims.isEmpty()) {
        return Optional.empty();
      }
      Name name = member.weight().name();
      projection = new Weight(owner, name.text(), weightDims.get(), name.span());
    }
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
      Optional<Norm> norm = headNorm(owner, member, x);
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
    share(List.of(projection));
    List<Weight> weights = BlockResolver.allWeights(List.of(projection), operations);
    return Optional.of(new Block(owner, "", x, weights, operations, null, member.span()));
  }

  /** The head's norm: as it says, else the one kind that the blocks use. */
  private Optional<Norm> headNorm(String owner, ModelMember.Head member, Tensor x) {
    if (member.norm() != null) {
      return NormTerms.behind(owner, x, member.norm(), member.span(), diagnostics);
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
        NormTerms.norm(owner, x, alike.kind(), alike.weights().size(), "norm", member.span()));
  }
}
