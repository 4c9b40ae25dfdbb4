package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model.
 *
 * @param streams in the order in which they are written: each is the tensor that runs through its
 *     layers, and that later ones may take
 * @param headSides numbers of the streams that the head takes beside the last
 * @param tied the table that the head uses again; null where it has a weight of its own
 */
public record Model(
    String name,
    String documentation,
    List<Parameter> parameters,
    List<Dim> dims,
    List<Block> blocks,
    List<Stack> stacks,
    Block embed,
    Block head,
    List<Stream> streams,
    List<Integer> headSides,
    @Nullable Weight tied,
    List<Requirement> requirements,
    Span span) {
  /** A parameter with the value it has unless a plan or the command line says otherwise. */
  public record Parameter(String name, Expression value, Span span) {}

  /** The tensor that runs through some layers. */
  public record Stream(String name, List<Dim> dims, Span span) {
    public Stream {
      dims = List.copyOf(dims);
    }
  }

  /**
   * A block in a layer.
   *
   * @param stream number of the one that its argument and its result are of
   * @param sides numbers of those that it takes beside it
   * @param isShared whether all layers that have the block share its weights
   */
  public record Use(Block block, int stream, List<Integer> sides, boolean isShared) {
    public Use {
      sides = List.copyOf(sides);
    }

    /** A block with weights of its own in each layer. */
    public Use(Block block, int stream, List<Integer> sides) {
      this(block, stream, sides, false);
    }

    /** The same with another form of its block. */
    Use with(Block other) {
      return new Use(other, stream, sides, isShared);
    }

    /** Whether it takes the stream of this number, or goes on with it. */
    public boolean reads(int number) {
      return sides.contains(number) || (block.argument() != null && stream == number);
    }

    /** Whether the stream of this number begins with it. */
    public boolean begins(int number) {
      return block.argument() == null && block.result() != null && stream == number;
    }
  }

  /** Layers that follow a pattern, which begins anew until there are {@code repetitions}. */
  public record Stack(Expression repetitions, List<Run> pattern, Span span) {
    public Stack {
      pattern = List.copyOf(pattern);
    }

    /** Of its place, which no other stack of the model has. */
    @Override
    public int hashCode() {
      return span.hashCode();
    }

    /** The kinds of its layers, each once, by their numbers. */
    public List<LayerKind> kinds() {
      Map<Integer, LayerKind> kinds = new TreeMap<>();
      pattern.forEach(run -> kinds.put(run.kind().number(), run.kind()));
      return List.copyOf(kinds.values());
    }
  }

  /**
   * Layers of one kind that follow one another in a pattern.
   *
   * @param count null for one
   */
  public record Run(@Nullable Expression count, LayerKind kind) {}

  /**
   * Layers that consist of the same blocks.
   *
   * @param number its place among all kinds of the model
   */
  public record LayerKind(int number, List<Use> uses) {
    public LayerKind {
      uses = List.copyOf(uses);
    }

    /** Its blocks, in order. */
    public List<Block> blocks() {
      return uses.stream().map(Use::block).toList();
    }

    /** Those of which each layer has weights of its own. */
    public List<Block> ownBlocks() {
      return uses.stream().filter(use -> !use.isShared()).map(Use::block).toList();
    }
  }

  /** The same with other layers and another head. */
  Model with(List<Block> otherBlocks, List<Stack> otherStacks, Block otherHead) {
    return new Model(
        name,
        documentation,
        parameters,
        dims,
        otherBlocks,
        otherStacks,
        embed,
        otherHead,
        streams,
        headSides,
        tied,
        requirements,
        span);
  }

  /** Whether the stream of this number begins in layers of the kind. */
  public boolean begins(LayerKind kind, int stream) {
    return kind.uses().stream().anyMatch(use -> use.begins(stream));
  }

  /** Whether layers of the kind take the stream of this number, or go on with it. */
  public boolean reads(LayerKind kind, int stream) {
    return kind.uses().stream().anyMatch(use -> use.reads(stream));
  }

  /** Whether blocks may take other streams than their own. */
  public boolean hasStreams() {
    return streams.size() > 1;
  }

  /** {@code the embedding}, {@code the head} or {@code block `mlp`}. */
  public String describe(Block block) {
    if (block.name().equals("embed")) {
      return "the embedding";
    }
    return block.name().equals("head") ? "the head" : "block `" + block.name() + "`";
  }

  /**
   * Whether the block of this name takes several streams elsewhere where this one takes one by
   * several arguments.
   */
  private boolean takesMoreElsewhere(Block block) {
    return blocks.stream()
        .anyMatch(
            other ->
                other.name().equals(block.name()) && other.sides().size() > block.sides().size());
  }

  /**
   * Whether the block of this name makes more gradients of what it takes in other layers: this one
   * stands where less before it is trained.
   */
  public boolean makesMoreElsewhere(Block block) {
    return blocks.stream()
        .anyMatch(
            other ->
                other.name().equals(block.name())
                    && other.sides().size() == block.sides().size()
                    && other.upstream().extent() > block.upstream().extent());
  }

  /**
   * {@code mlp}, or {@code mlp without dx} where it makes fewer gradients than elsewhere; {@code
   * cross with new dv} where it begins the gradient of a stream to which it adds elsewhere.
   */
  public String title(Block block) {
    String name = block.name() + (takesMoreElsewhere(block) ? " of fewer streams" : "");
    if (!makesMoreElsewhere(block)) {
      return name;
    }
    List<String> without = new ArrayList<>();
    List<String> anew = new ArrayList<>();
    if (block.argument() != null && !block.upstream().argument()) {
      without.add("d" + block.argument().name());
    }
    for (int i = 0; i < block.sides().size(); i++) {
      String gradient = "d" + block.sides().get(i).name();
      switch (block.upstream().side(i)) {
        case NONE -> without.add(gradient);
        case FIRST -> anew.add(gradient);
        case ADDED -> {}
      }
    }
    return name
        + (without.isEmpty() ? "" : " without " + String.join(" and ", without))
        + (anew.isEmpty() ? "" : " with new " + String.join(" and ", anew));
  }

  /** The dimensions of the last stream, which ends in the head. */
  public List<Dim> stream() {
    return streams.get(streams.size() - 1).dims();
  }

  /** The dimensions of all streams. */
  public List<Dim> streamDims() {
    return streams.stream().flatMap(stream -> stream.dims().stream()).distinct().toList();
  }

  /** Whether a tensor with these dimensions is like one of the streams. */
  public boolean isStream(List<Dim> dims) {
    Set<Dim> wanted = Set.copyOf(dims);
    return streams.stream()
        .anyMatch(
            stream -> stream.dims().size() == dims.size() && wanted.containsAll(stream.dims()));
  }

  /** The weights of the embedding that layers or the head use again. */
  public List<Weight> sharedTables() {
    List<Block> others = new ArrayList<>(blocks);
    others.add(head);
    return embed.weights().stream()
        .filter(weight -> others.stream().anyMatch(block -> block.weights().contains(weight)))
        .toList();
  }

  /** The weights that a layer and another block use, each with the kinds of its layers. */
  public Map<Weight, List<LayerKind>> sharedInLayers() {
    Map<Weight, Set<String>> users = new LinkedHashMap<>();
    for (Block block : allBlocks()) {
      block
          .weights()
          .forEach(
              weight -> users.computeIfAbsent(weight, unused -> new HashSet<>()).add(block.name()));
    }
    Map<Weight, List<LayerKind>> shared = new LinkedHashMap<>();
    for (LayerKind kind : layerKinds()) {
      for (Weight weight : kind.blocks().stream().flatMap(b -> b.weights().stream()).toList()) {
        if (users.get(weight).size() > 1) {
          shared.computeIfAbsent(weight, unused -> new ArrayList<>()).add(kind);
        }
      }
    }
    return shared;
  }

  /** The blocks of which all layers that have them share the weights, each name once. */
  public List<Block> sharedBlocks() {
    Map<String, Block> shared = new LinkedHashMap<>();
    layerKinds().stream()
        .flatMap(kind -> kind.uses().stream())
        .filter(Use::isShared)
        .forEach(use -> shared.putIfAbsent(use.block().name(), use.block()));
    return List.copyOf(shared.values());
  }

  /** The kinds of layers, by their numbers. */
  public List<LayerKind> layerKinds() {
    return stacks.stream().flatMap(stack -> stack.kinds().stream()).toList();
  }

  /** A condition on the parameters. */
  public record Requirement(Expression condition, String message, Span span) {}

  /** The dimensions that number the rows of an expert, with the operation that makes them. */
  public Map<Dim, Operation.Dispatch> expertRows() {
    Map<Dim, Operation.Dispatch> rows = new LinkedHashMap<>();
    for (Block block : allBlocks()) {
      for (Operation operation : block.operations()) {
        if (operation instanceof Operation.Dispatch dispatch) {
          rows.putIfAbsent(dispatch.rows(), dispatch);
        }
      }
    }
    return rows;
  }

  /** Embedding, blocks, head. */
  public List<Block> allBlocks() {
    List<Block> all = new ArrayList<>();
    all.add(embed);
    all.addAll(blocks);
    all.add(head);
    return all;
  }
}
