package io.heddle.cli.convert;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sizes of a decoder, and of what kind its layers are, in the operations of its blocks:
 * names do not count. What it takes a block for may be wrong; whoever reads back what is made of it
 * sees that.
 */
final class ModelReading {
  private final Model model;
  private final PlanNumbers numbers;
  private final MappedFacts facts;
  private final Dim hidden;
  private final Dim length;
  private final Set<Block> local = new LinkedHashSet<>();
  private final Set<Block> global = new LinkedHashSet<>();

  private ModelReading(Compiled compiled, MappedFacts facts) {
    this.model = compiled.plan().model();
    this.numbers = compiled.numbers();
    this.facts = facts;
    List<Dim> stream = model.stream();
    this.hidden = stream.get(stream.size() - 1);
    this.length = stream.get(Math.max(0, stream.size() - 2));
  }

  /** Adds what a model says to facts. */
  static void read(Compiled compiled, MappedFacts facts) {
    new ModelReading(compiled, facts).read();
  }

  private void read() {
    facts.number("layers", numbers.totalLayers(), "layers");
    facts.number("hidden", size(hidden), "`" + hidden + "`");
    facts.number("length", size(length), "`" + length + "`");
    facts.number("positions", size(length), "`" + length + "`");
    for (Operation operation : model.embed().operations()) {
      if (operation instanceof Operation.Lookup lookup) {
        facts.number("vocab", size(lookup.rows()), "`" + lookup.rows() + "`");
      }
    }
    boolean isLearned = model.embed().weights().size() > 1;
    for (Block block : model.blocks()) {
      block(block);
    }
    String positions = isLearned ? "learned_absolute" : facts.isOn("rotary") ? "rope" : "none";
    facts.word("positions_kind", positions, "positions: " + positions);
    facts.flag("learned", isLearned, "positions in the embedding");
    facts.flag("tied", model.tied() != null, "the head");
    for (String absent : List.of("qkv_bias", "out_bias", "gated", "qk_norm", "latent")) {
      if (facts.find(absent).isEmpty()) {
        facts.flag(absent, false, absent.replace('_', ' '));
      }
    }
    layers();
  }

  private long size(Dim dim) {
    return numbers.dims().getOrDefault(dim, 0L);
  }

  private Optional<Long> value(@Nullable Expression expression) {
    return new Arithmetic(numbers.parameters(), Diagnostics.ofErrors()).evaluateIfGiven(expression);
  }

  /** Which layers have no experts, where some have. */
  private void layers() {
    List<Long> dense = new ArrayList<>();
    for (int layer = 0; layer < numbers.totalLayers(); layer++) {
      List<Block> blocks = model.layerKinds().get(numbers.layers().kindOf(layer)).blocks();
      if (blocks.stream().noneMatch(block -> has(block, Operation.Dispatch.class))) {
        dense.add((long) layer);
      }
      long attention = blocks.stream().filter(b -> has(b, Operation.Attend.class)).count();
      if (blocks.size() != 2 || attention != 1 || !has(blocks.get(0), Operation.Attend.class)) {
        facts.loss("layers that are not attention and, behind it, one other block");
      }
    }
    if (!model.sharedBlocks().isEmpty()) {
      facts.loss("layers that share weights");
    }
    if (facts.find("experts").isPresent() && !dense.isEmpty()) {
      facts.numbers("dense_list", dense, "layers without experts");
    }
  }

  private static boolean has(Block block, Class<? extends Operation> kind) {
    return operations(block).anyMatch(kind::isInstance);
  }

  private static Stream<Operation> operations(Block block) {
    return block.operations().stream()
        .flatMap(
            operation ->
                operation instanceof Operation.Fused fused
                    ? fused.parts().stream()
                    : Stream.of(operation));
  }

  private static <T extends Operation> List<T> all(Block block, Class<T> kind) {
    return operations(block).filter(kind::isInstance).map(kind::cast).toList();
  }

  private void block(Block block) {
    List<Operation.Attend> attention = all(block, Operation.Attend.class);
    List<Operation.Dispatch> dispatches = all(block, Operation.Dispatch.class);
    common(block);
    if (attention.size() == 1 && dispatches.isEmpty()) {
      attention(block, attention.get(0));
    } else if (attention.isEmpty() && dispatches.size() == 1) {
      experts(block, dispatches.get(0));
    } else if (attention.isEmpty() && dispatches.isEmpty()) {
      dense(block);
    } else {
      facts.loss("block `" + block.name() + "`: more than attention or experts");
    }
  }

  /** What every block has in the same way. */
  private void common(Block block) {
    for (Operation.Norm norm : all(block, Operation.Norm.class)) {
      if (norm.kind() != NormKind.SOFTMAX) {
        same("norm", norm.kind().word(), block);
      }
    }
    Set<Function> functions = functions(block);
    if (functions.contains(Function.DROPOUT)) {
      facts.flag("residual_dropout", true, "dropout");
    } else if (facts.find("residual_dropout").isEmpty()) {
      facts.flag("residual_dropout", false, "dropout");
    }
  }

  private void same(String line, String word, Block block) {
    if (facts.find(line).isPresent() && !facts.word(line).equals(word)) {
      facts.loss("block `%s`: %s beside %s".formatted(block.name(), word, facts.word(line)));
      return;
    }
    facts.word(line, word, "`%s` in block `%s`".formatted(word, block.name()));
  }

  private void sameNumber(String line, long number, String name) {
    if (facts.find(line).isPresent() && facts.number(line, 0) != number) {
      facts.loss("%s of %,d beside %,d".formatted(name, number, facts.number(line, 0)));
      return;
    }
    facts.number(line, number, name);
  }

  private static Set<Function> functions(Block block) {
    Set<Function> functions = new LinkedHashSet<>();
    all(block, Operation.PointWise.class).forEach(each -> functions.addAll(each.functions()));
    return functions;
  }

  private void attention(Block block, Operation.Attend attend) {
    long heads = heads(attend.q(), attend.over(), attend.scoreDim());
    long keyHeads = heads(attend.k(), attend.keys(), attend.scoreDim());
    sameNumber("heads", heads, "heads");
    if (functions(block).contains(Function.ROPE)) {
      facts.flag("rotary", true, "`rope`");
    }
    if (attend.selected() != null) {
      facts.loss("block `" + block.name() + "`: attention to selected keys");
      return;
    }
    boolean isLatent = has(block, Operation.Concat.class);
    facts.flag("latent", isLatent, "latent attention");
    if (isLatent) {
      latent(block, attend);
    } else {
      sameNumber("kv_heads", keyHeads, "heads of keys");
      facts.flag("grouped", keyHeads != heads, "groups of heads");
      sameNumber("head_dim", size(attend.scoreDim()), "the size of a head");
      if (!attend.valueDim().equals(attend.scoreDim())
          && size(attend.valueDim()) != size(attend.scoreDim())) {
        facts.loss("block `" + block.name() + "`: values of another size than keys");
      }
    }
    facts.flag("attention_dropout", attend.scores().dropout(), "dropout of attention");
    if (all(block, Operation.Norm.class).stream()
        .anyMatch(norm -> norm.dim().equals(attend.scoreDim()))) {
      facts.flag("qk_norm", true, "norms of queries and keys");
    }
    biases(block, "out_bias", "qkv_bias");
    visible(block, attend);
  }

  private void visible(Block block, Operation.Attend attend) {
    String name = "block `" + block.name() + "`: ";
    long window = value(attend.visible().window()).orElse(0L);
    if (window > 0) {
      facts.number("window", window, "`window = " + window + "`");
    }
    (window > 0 ? local : global).add(block);
    if (!local.isEmpty() && !global.isEmpty()) {
      facts.loss("windows in some layers only");
    }
    if (!attend.visible().causal()) {
      facts.loss(name + "attention that is not causal");
    }
    if (attend.visible().chunk() != null || attend.visible().prefix() != null) {
      facts.loss(name + "`chunk` and `prefix` of attention");
    }
    if (attend.scores().softcap() != null) {
      facts.loss(name + "`softcap` of attention");
    }
    if (attend.scores().sinks() != null) {
      facts.loss(name + "`sinks` of attention");
    }
  }

  /** The product of the dimensions of a tensor that are neither batch, tokens nor a head. */
  private long heads(Operand tensor, Dim tokens, Dim head) {
    long product = 1;
    for (Dim dim : tensor.dims()) {
      if (!dim.isOpen() && !dim.equals(tokens) && !dim.equals(head)) {
        product *= Math.max(1, size(dim));
      }
    }
    return product;
  }

  private void latent(Block block, Operation.Attend attend) {
    facts.number("value", size(attend.valueDim()), "the size of a value");
    for (Operation.Concat concat : all(block, Operation.Concat.class)) {
      if (concat.own().size() != 2) {
        continue;
      }
      facts.number("nope", size(concat.own().get(0)), "heads without positions");
      facts.number("rope_dim", size(concat.own().get(1)), "heads with positions");
      String line = concat.result().equals(attend.q()) ? "query_rank" : "key_rank";
      for (Operation.Einsum product : all(block, Operation.Einsum.class)) {
        boolean makes = product.result().equals(concat.parts().get(0));
        if (makes && !product.contracted().equals(List.of(hidden))) {
          long rank = product.contracted().stream().mapToLong(this::size).sum();
          facts.number(line, rank, "what latent attention is made of");
        }
      }
    }
  }

  /** Weights that are added: of the size of the stream at the end, of other sizes inside. */
  private void biases(Block block, String end, String inside) {
    Set<String> found = new LinkedHashSet<>();
    for (Operation.PointWise pointWise : all(block, Operation.PointWise.class)) {
      for (Operation.PointWise.Input input : pointWise.terms()) {
        if (input.operand() instanceof Weight weight && pointWise.isAddend(input)) {
          found.add(weight.dims().equals(List.of(hidden)) ? end : inside);
        }
      }
    }
    for (String line : new LinkedHashSet<>(List.of(end, inside))) {
      facts.flag(line, found.contains(line), "biases of block `" + block.name() + "`");
    }
  }

  private void dense(Block block) {
    network(block, all(block, Operation.Einsum.class), "ffn");
    biases(block, "mlp_bias", "mlp_bias");
  }

  /** A feed-forward network of these products, and which line says how wide it is. */
  private void network(Block block, List<Operation.Einsum> products, String line) {
    if (products.isEmpty()) {
      facts.loss("block `" + block.name() + "`: no feed-forward network");
      return;
    }
    Operation.Einsum last = products.get(products.size() - 1);
    List<Dim> wide = last.contracted().stream().filter(dim -> !dim.equals(hidden)).toList();
    if (wide.size() != 1) {
      facts.loss("block `" + block.name() + "`: not a feed-forward network");
      return;
    }
    sameNumber(line, size(wide.get(0)), "`" + wide.get(0) + "`");
    long up = products.stream().filter(p -> p.result().dims().contains(wide.get(0))).count();
    facts.flag("gated", up > 1, "block `" + block.name() + "`");
    for (Function function : List.of(Function.SILU, Function.GELU, Function.RELU)) {
      if (functions(block).contains(function)) {
        same("act", function.name(), block);
      }
    }
  }

  private void experts(Block block, Operation.Dispatch dispatch) {
    facts.number("experts", size(dispatch.experts()), "`" + dispatch.experts() + "`");
    value(dispatch.top()).ifPresent(top -> facts.number("top_k", top, "`top = " + top + "`"));
    boolean isSoftmax =
        all(block, Operation.Norm.class).stream().anyMatch(norm -> norm.kind() == NormKind.SOFTMAX);
    facts.word("scores", isSoftmax ? "softmax" : "sigmoid", "scores of the router");
    List<Operation.Einsum> own = new ArrayList<>();
    List<Operation.Einsum> shared = new ArrayList<>();
    for (Operation.Einsum product : all(block, Operation.Einsum.class)) {
      boolean isOfExperts = product.right().dims().contains(dispatch.experts());
      boolean isRouter =
          product.result().dims().stream().anyMatch(dispatch.routing().dims()::contains)
              && product.result().dims().equals(dispatch.routing().dims());
      if (isOfExperts) {
        own.add(product);
      } else if (!isRouter) {
        shared.add(product);
      }
    }
    network(block, own, "expert_ffn");
    if (!shared.isEmpty()) {
      network(block, shared, "shared_ffn");
    }
  }
}
