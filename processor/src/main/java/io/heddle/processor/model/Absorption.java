package io.heddle.processor.model;

import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Attention whose keys and values are products of what is kept of each token, so that it can attend
 * to that itself. With c what is kept, and W and V the weights that make a key and a value of it, a
 * score is q (c W) = (q W) c, and a sum of values with shares p is Σ p (c V) = (Σ p c) V: both
 * products move to the queries (DeepSeek-AI 2024, arXiv:2405.04434, section 2.1.2).
 *
 * @param keys what the keys are joined of, in order
 * @param values what the values are
 * @param queries the parts of the queries that meet those of the keys; empty where they must be cut
 *     out
 */
record Absorption(Attend attend, List<Part> keys, Part values, List<Tensor> queries) {
  /**
   * A tensor that is kept, or a product of one.
   *
   * @param up the weight of the product; null where keys or values are kept themselves
   * @param own the last dimension of the keys or values that it makes
   */
  record Part(Tensor kept, @Nullable Weight up, Dim own) {
    /** The dimension of what is kept that attention sums over, or brings into its result. */
    Dim latent() {
      return up == null
          ? own
          : kept.dims().stream()
              .filter(dim -> up.dims().contains(dim) && isLast(dim))
              .findFirst()
              .orElseThrow();
    }

    private boolean isLast(Dim dim) {
      return dim.equals(kept.dims().get(kept.dims().size() - 1));
    }

    /** The dimensions of what is kept without that one. */
    private List<Dim> rest() {
      return kept.dims().subList(0, kept.dims().size() - 1);
    }
  }

  Absorption {
    keys = List.copyOf(keys);
    queries = List.copyOf(queries);
  }

  /** What the keys are made of, in the order in which they are. */
  List<Tensor> keptForKeys() {
    return keys.stream().map(Part::kept).toList();
  }

  /**
   * How an attention absorbs; empty where it does not.
   *
   * @param kept of the block
   * @param complain takes why it does not
   */
  static Optional<Absorption> of(
      Attend attend, Block block, Set<Tensor> kept, Consumer<String> complain) {
    Search search = new Search(attend, block, kept);
    Optional<Absorption> found = search.absorption();
    if (found.isEmpty()) {
      complain.accept(search.why);
    }
    return found;
  }

  /** Looks for the products. */
  private static final class Search {
    private final Attend attend;
    private final Block block;
    private final Set<Tensor> kept;
    private String why = "";

    Search(Attend attend, Block block, Set<Tensor> kept) {
      this.attend = attend;
      this.block = block;
      this.kept = kept;
    }

    Optional<Absorption> absorption() {
      List<Part> keys = keys();
      if (keys.isEmpty()) {
        return Optional.empty();
      }
      Optional<Part> values = part(attend.v(), attend.valueDim());
      if (values.isEmpty()) {
        return Optional.empty();
      }
      boolean isKept = keys.stream().allMatch(key -> key.up() == null) && values.get().up() == null;
      // Parts that are kept side by side are one tensor to attention, which does not join them
      // anew.
      if (isKept && keys.size() == 1) {
        return no("keys and values are kept themselves: there is no product to move");
      }
      if (new HashSet<>(keys.stream().map(Part::kept).toList()).size() < keys.size()) {
        return no("two parts of its keys are made of the same tensor");
      }
      for (Part key : keys) {
        if (!key.rest().equals(keys.get(0).rest())) {
          return no(
              "`%s` and `%s` cannot be kept side by side: one has dimensions that the other lacks"
                  .formatted(keys.get(0).kept().name(), key.kept().name()));
        }
      }
      return Optional.of(new Absorption(attend, keys, values.get(), queries(keys)));
    }

    private Optional<Absorption> no(String because) {
      why = because;
      return Optional.empty();
    }

    /** The parts of the keys; none where one of them is no product of what is kept. */
    private List<Part> keys() {
      Operation maker = maker(attend.k());
      boolean isJoined =
          !kept.contains(attend.k())
              && maker instanceof Concat concat
              && concat.joined().equals(attend.scoreDim());
      if (!isJoined) {
        return part(attend.k(), attend.scoreDim()).map(List::of).orElse(List.of());
      }
      Concat concat = (Concat) maker;
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < concat.parts().size(); i++) {
        Optional<Part> part = part(concat.parts().get(i), concat.own().get(i));
        if (part.isEmpty()) {
          return List.of();
        }
        parts.add(part.get());
      }
      return parts;
    }

    private Optional<Part> part(Tensor tensor, Dim own) {
      if (kept.contains(tensor)) {
        return checked(new Part(tensor, null, own), own);
      }
      if (!(maker(tensor) instanceof Einsum product)) {
        why = "`%s` is neither kept nor a product of what is kept".formatted(tensor.name());
        return Optional.empty();
      }
      boolean isLeft = product.right() instanceof Weight;
      Operand other = isLeft ? product.left() : product.right();
      if (!((isLeft ? product.right() : product.left()) instanceof Weight up)
          || !(other instanceof Tensor of)) {
        why = "`%s` is no product of a tensor with a weight".formatted(tensor.name());
        return Optional.empty();
      }
      if (!kept.contains(of)) {
        why =
            "`%s` is a product of `%s`, which is not kept: name `%s` in `cache`"
                .formatted(tensor.name(), of.name(), of.name());
        return Optional.empty();
      }
      List<Dim> heads = new ArrayList<>(up.dims());
      heads.removeAll(List.of(own));
      heads.removeAll(product.contracted());
      if (product.contracted().size() != 1
          || !up.dims().contains(own)
          || of.dims().contains(own)
          || !attend.q().dims().containsAll(heads)) {
        why =
            "the product that makes `%s` does not sum over one dimension of `%s` for each head"
                .formatted(tensor.name(), of.name());
        return Optional.empty();
      }
      return checked(new Part(of, up, own), product.contracted().get(0));
    }

    private Optional<Part> checked(Part part, Dim latent) {
      List<Dim> dims = part.kept().dims();
      if (!dims.get(dims.size() - 1).equals(latent)) {
        why = "`%s` is not the last dimension of `%s`".formatted(latent, part.kept().name());
        return Optional.empty();
      }
      return Optional.of(part);
    }

    /** The parts of the queries, where they are joined as the keys are. */
    private List<Tensor> queries(List<Part> keys) {
      if (keys.size() == 1) {
        return List.of(attend.q());
      }
      return maker(attend.q()) instanceof Concat concat
              && concat.joined().equals(attend.scoreDim())
              && concat.own().equals(keys.stream().map(Part::own).toList())
          ? concat.parts()
          : List.of();
    }

    private @Nullable Operation maker(Tensor tensor) {
      for (Operation operation : block.operations()) {
        List<Operation> parts =
            operation instanceof Fused fused ? fused.parts() : List.of(operation);
        for (Operation part : parts) {
          if (part.results().contains(tensor)) {
            return part;
          }
        }
      }
      return null;
    }
  }
}
