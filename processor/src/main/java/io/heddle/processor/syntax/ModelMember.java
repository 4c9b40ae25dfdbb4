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
   * @param arguments the stream's tensor first, then those of other streams; none for a block that
   *     begins a model, {@code block patchify() { … }}
   */
  record Block(
      Name name, String documentation, List<TensorSyntax> arguments, List<Statement> statements)
      implements ModelMember {
    public Block {
      arguments = List.copyOf(arguments);
    }
  }

  /** {@code stream dec { … }}: a chain of layers whose result blocks of later streams may take. */
  record Stream(Name name, List<ModelMember> lines) implements ModelMember {
    public Stream {
      lines = List.copyOf(lines);
    }
  }

  /**
   * {@code cross(m = enc)}: a block, with the streams that it takes beside its own.
   *
   * @param isShared {@code shared mlp}: all layers that have the block share its weights
   */
  record Used(Name block, List<Fed> feeds, boolean isShared) {
    public Used {
      feeds = List.copyOf(feeds);
    }
  }

  /** {@code m = enc}: an argument of a block, and the stream whose result it is. */
  record Fed(Name argument, Name stream) {}

  /**
   * {@code embed tokens[voc h], positions[s h]}, with an optional {@code norm layernorm}.
   *
   * @param tied a table of an earlier stream that is looked up again; null where the first table is
   *     its own
   * @param norm null where no norm follows
   */
  record Embed(@Nullable Name tied, List<TensorSyntax> tables, @Nullable Norm norm, Span span)
      implements ModelMember {
    public Embed {
      tables = List.copyOf(tables);
    }
  }

  /** {@code norm layernorm(bias = none)}, behind an embedding or a head. */
  record Norm(Name name, List<PlanItem.Setting> settings) {
    public Norm {
      settings = List.copyOf(settings);
    }
  }

  /** {@code begin patchify}: a block in place of the embedding. */
  record Begin(Used block, Span span) implements ModelMember {}

  /** {@code end classify}: a block in place of the head. */
  record End(Used block, Span span) implements ModelMember {}

  /**
   * {@code stack layers of attention, swiglu}, or {@code stack layers of cycle(5 of (local, mlp),
   * (global, mlp))}.
   *
   * @param pattern what follows one another and then begins anew; one entry where all layers are
   *     alike
   */
  record Stack(Expression repetitions, List<Layers> pattern, Span span) implements ModelMember {
    public Stack {
      pattern = List.copyOf(pattern);
    }
  }

  /**
   * {@code 5 of (local, mlp)}: layers of a pattern that are made of the same blocks.
   *
   * @param count null for one
   */
  record Layers(@Nullable Expression count, List<Used> blocks) {
    public Layers {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * {@code head logits[h voc]} or {@code head tied tokens}, each with an optional {@code norm
   * layernorm}.
   *
   * @param weight null where the head is tied
   * @param tied the table that is used again; null where the head has its own weight
   * @param norm null where the blocks decide
   */
  record Head(@Nullable TensorSyntax weight, @Nullable Name tied, @Nullable Norm norm, Span span)
      implements ModelMember {}

  /** {@code require heads % kv_heads == 0 : "…"}. */
  record Require(Expression condition, String message, Span span) implements ModelMember {}
}
