package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A declaration inside a model. */
public sealed interface ModelMember {
  /** One of {@code param layers = 32, hidden = 4096}; a declaration of several gives several. */
  record Parameter(Name name, Expression value) implements ModelMember {}

  /** One of {@code dim s = seq, h = hidden}; without a size the dimension is open. */
  record Dimension(Name name, @Nullable Expression size) implements ModelMember {}

  /**
   * {@code block attention(x[b s h]) { … }}.
   *
   * @param argument null for a block that begins a model, {@code block patchify() { … }}
   */
  record Block(
      Name name, String documentation, @Nullable TensorSyntax argument, List<Statement> statements)
      implements ModelMember {}

  /** {@code embed tokens[voc h], positions[s h]}. */
  record Embed(List<TensorSyntax> tables, Span span) implements ModelMember {}

  /** {@code begin patchify}: a block in place of the embedding. */
  record Begin(Name block, Span span) implements ModelMember {}

  /** {@code end classify}: a block in place of the head. */
  record End(Name block, Span span) implements ModelMember {}

  /** {@code stack layers of attention, swiglu}. */
  record Stack(Expression repetitions, List<Name> blocks, Span span) implements ModelMember {}

  /**
   * {@code head logits[h voc]} or {@code head tied tokens}, each with an optional {@code norm
   * layernorm}.
   *
   * @param weight null where the head is tied
   * @param tied the embedding table that is used again; null where the head has its own weight
   * @param norm null where the blocks decide
   */
  record Head(@Nullable TensorSyntax weight, @Nullable Name tied, @Nullable Name norm, Span span)
      implements ModelMember {}

  /** {@code require heads % kv_heads == 0 : "…"}. */
  record Require(Expression condition, String message, Span span) implements ModelMember {}
}
