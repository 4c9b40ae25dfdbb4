package io.heddle.processor.oracle;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Ragged;
import io.heddle.processor.syntax.Expression;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where the tokens of a mixed step are: of the row, the last tokens of prompts stand behind all
 * others of prompts and before those that are decoded; of the keys, sequences stand one behind the
 * other.
 */
final class RaggedRow {
  private final int prompts;
  private final int ofPrompt;
  private final int promptBefore;
  private final int decodeBefore;
  private final int ofDecode;

  /**
   * A token of the row.
   *
   * @param sequence its number; prompts first
   * @param place among the new tokens of its sequence
   */
  record Token(int sequence, int place) {}

  RaggedRow(Ragged row, Map<String, Long> parameters) {
    this.prompts = value(row.prompts().sequences(), parameters);
    this.ofPrompt = value(row.prompts().tokens(), parameters);
    this.promptBefore = value(row.prompts().before(), parameters);
    this.decodeBefore = value(row.decodes().before(), parameters);
    this.ofDecode = value(row.decodes().tokens(), parameters);
  }

  private RaggedRow(int prompts, int ofPrompt, int promptBefore, int decodeBefore, int ofDecode) {
    this.prompts = prompts;
    this.ofPrompt = ofPrompt;
    this.promptBefore = promptBefore;
    this.decodeBefore = decodeBefore;
    this.ofDecode = ofDecode;
  }

  /** Of a step without windows. */
  static RaggedRow of(Map<String, Long> parameters) {
    int sequences = Math.toIntExact(parameters.get("sequences"));
    return new RaggedRow(
        sequences,
        Math.toIntExact(parameters.get("prefill")) / sequences,
        Math.toIntExact(parameters.get("prefill_context")),
        Math.toIntExact(parameters.get("context")),
        1 + Math.toIntExact(parameters.getOrDefault("speculate", 0L)));
  }

  private static int value(Expression expression, Map<String, Long> parameters) {
    return Math.toIntExact(
        new Arithmetic(parameters, new Diagnostics()).evaluate(expression).orElseThrow());
  }

  /** The token at a place of the row. */
  Token token(int index) {
    int before = prompts * (ofPrompt - 1);
    if (index < before) {
      return new Token(index / (ofPrompt - 1), index % (ofPrompt - 1));
    }
    if (index < before + prompts) {
      return new Token(index - before, ofPrompt - 1);
    }
    int decoded = index - before - prompts;
    return new Token(prompts + decoded / ofDecode, decoded % ofDecode);
  }

  /** How many keys the cache has of a sequence. */
  int before(int sequence) {
    return sequence < prompts ? promptBefore : decodeBefore;
  }

  private int keysOf(int sequence) {
    return before(sequence) + (sequence < prompts ? ofPrompt : ofDecode);
  }

  /** Where the keys of a sequence begin. */
  int begin(int sequence) {
    int ofPrompts = Math.min(sequence, prompts) * (promptBefore + ofPrompt);
    return ofPrompts + Math.max(0, sequence - prompts) * (decodeBefore + ofDecode);
  }

  /** The sequence of a key. */
  int sequence(int key) {
    int sequence = 0;
    while (key >= begin(sequence) + keysOf(sequence)) {
      sequence++;
    }
    return sequence;
  }

  /** The key of a token of the row. */
  int key(int index) {
    Token token = token(index);
    return begin(token.sequence()) + before(token.sequence()) + token.place();
  }

  /** Where in the row the token of a sequence is. */
  int index(int sequence, int place) {
    int row = prompts * ofPrompt + Math.max(0, sequence - prompts + 1) * ofDecode;
    return IntStream.range(0, row)
        .filter(index -> token(index).equals(new Token(sequence, place)))
        .findFirst()
        .orElseThrow();
  }

  /** Of all keys, 1 for those that the cache has before the step, else 0. */
  Array old(Dim keys, int size) {
    return Array.of(List.of(keys), new int[] {size}, index -> isNew(index[0]) ? 0 : 1);
  }

  /** 1 for the key of each token, else 0. */
  Array keys(Dim tokens, int ofTokens, Dim keys, int ofKeys) {
    return Array.of(
        List.of(tokens, keys),
        new int[] {ofTokens, ofKeys},
        index -> key(index[0]) == index[1] ? 1 : 0);
  }

  /** Whether a key is that of a new token. */
  boolean isNew(int key) {
    int sequence = sequence(key);
    return key >= begin(sequence) + before(sequence);
  }
}
