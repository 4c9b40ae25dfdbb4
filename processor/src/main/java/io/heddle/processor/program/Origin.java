package io.heddle.processor.program;

import io.heddle.processor.diagnose.Span;
import org.jspecify.annotations.Nullable;

/**
 * Why a node is in the program.
 *
 * @param statement what it belongs to: a statement of the model, or the line of the plan itself
 * @param rule what placed it
 * @param line of the plan that decided; null where the model alone does
 */
public record Origin(Span statement, Rule rule, @Nullable Span line) {
  /** What places nodes; numbers are those of the language's rules. */
  public enum Rule {
    OPERATION("", "the model computes it"),
    BACKWARD("15", "the derivative of what the model computes"),
    GRADIENT_PIN("3a", "a pin on the gradient that the product makes"),
    WEIGHT("3b", "the weight never moves: tensors come to where it lies"),
    RESULT_PIN("3c", "a pin on the result"),
    SHARD_RULE("3c", "the shard rule of a dimension"),
    OPERAND("3d", "an operand that lies so already"),
    KEPT_WHOLE("3", "the operation needs a dimension whole"),
    STORED_PIN("7", "a pin on where the tensor is stored"),
    STREAM("4", "where the stream is stored"),
    STORED("3", "a partial sum is reduced where it is stored"),
    STATISTICS("6", "statistics over a split dimension"),
    CONTEXT("10", "how attention gets the keys"),
    RING("10", "keys and values go round"),
    HALO("10", "an operation reads what lies before its part"),
    STATE("10", "a scan goes on from the parts before"),
    EXPERTS("11", "tokens go to their experts and back"),
    TIED("13", "a table that embedding and head share"),
    GRADIENTS("16", "gradients are added up once a step"),
    OPTIMIZER("16", "how the optimizer shares weights"),
    RECOMPUTE("19", "it is computed again and not kept");

    private final String number;
    private final String text;

    Rule(String number, String text) {
      this.number = number;
      this.text = text;
    }

    /** Such as {@code 3b}; empty for the model itself. */
    public String number() {
      return number;
    }

    /** What it says, in a few words. */
    public String text() {
      return text;
    }
  }

  /** {@code the weight never moves … (rule 3b): m.tfm:20:13, for m.tfm:8:5}. */
  public String describe() {
    String number = rule.number().isEmpty() ? "" : " (rule " + rule.number() + ")";
    String decided = line == null ? "" : ": " + line;
    return rule.text() + number + decided + ", for " + statement;
  }
}
