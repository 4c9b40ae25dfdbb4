package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * A construct that the language has, but this version does not read.
 *
 * @param place where it begins
 * @param construct as a phrase that begins a sentence
 */
record Unsupported(Token place, String construct) {
  /** Words that begin such a construct, by the list in which it stands. */
  private static final Map<Integer, Set<String>> WORDS =
      Map.of(
          TfmParser.RULE_file, Set.of("sweep", "op"),
          TfmParser.RULE_model, Set.of("begin", "end", "op"),
          TfmParser.RULE_block, Set.of("input"),
          TfmParser.RULE_plan, Set.of("view", "context", "stages", "keep", "unfused"),
          TfmParser.RULE_shard, Set.of("padded"));

  private static final Set<String> SHARDABLE = Set.of("gradients", "weights", "sharded");

  /** The construct that an error stands for, if it is one. */
  static Optional<Unsupported> find(
      ParserRuleContext context, @Nullable Token lineStart, Token found) {
    Set<String> words = WORDS.getOrDefault(Recovery.list(context).getRuleIndex(), Set.of());
    if (words.contains(found.getText())) {
      return word(found);
    }
    if (lineStart != null && words.contains(lineStart.getText())) {
      return word(lineStart);
    }
    if (within(context, TfmParser.RULE_optimizer) && SHARDABLE.contains(found.getText())) {
      return Optional.of(new Unsupported(found, "sharding gradients or weights"));
    }
    String sign =
        switch (found.getType()) {
          case TfmParser.LEFT_BRACKET ->
              within(context, TfmParser.RULE_term)
                  ? "giving a dimension of a tensor another name"
                  : null;
          case TfmParser.COLON ->
              within(context, TfmParser.RULE_term) ? "a dimension of its own for the keys" : null;
          case TfmParser.DOT ->
              within(context, TfmParser.RULE_recompute) ? "recomputing single statements" : null;
          default -> null;
        };
    return sign == null ? Optional.empty() : Optional.of(new Unsupported(found, sign));
  }

  private static Optional<Unsupported> word(Token token) {
    return Optional.of(new Unsupported(token, "`" + token.getText() + "`"));
  }

  private static boolean within(@Nullable ParserRuleContext context, int rule) {
    for (ParserRuleContext outer = context; outer != null; outer = outer.getParent()) {
      if (outer.getRuleIndex() == rule) {
        return true;
      }
      if (Recovery.LINES.contains(outer.getRuleIndex())) {
        return false;
      }
    }
    return false;
  }
}
