package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * The rules of the grammar that have the form {@code head '{' line* '}'}. Whoever recovers from
 * errors, says what is expected or formats asks here, so that a new declaration is a new constant.
 */
public enum LineList {
  FILE(TfmParser.RULE_file, LineList.NONE, TfmParser.RULE_topLevel, "file"),
  MODEL(TfmParser.RULE_model, TfmParser.RULE_modelHead, TfmParser.RULE_member, "model"),
  STREAM(TfmParser.RULE_stream, TfmParser.RULE_streamHead, TfmParser.RULE_streamLine, "stream"),
  BLOCK(TfmParser.RULE_block, TfmParser.RULE_blockHead, TfmParser.RULE_statement, "block"),
  FUSED(TfmParser.RULE_fused, TfmParser.RULE_fusedHead, TfmParser.RULE_fusedLine, "kernel"),
  PLAN(TfmParser.RULE_plan, TfmParser.RULE_planHead, TfmParser.RULE_planItem, "plan"),
  SHARD(TfmParser.RULE_shard, TfmParser.RULE_shardHead, TfmParser.RULE_shardLine, "list of rules"),
  SWEEP(TfmParser.RULE_sweep, TfmParser.RULE_sweepHead, TfmParser.RULE_sweepItem, "sweep"),
  SEARCH(TfmParser.RULE_search, TfmParser.RULE_searchHead, TfmParser.RULE_searchItem, "search"),
  SERVE(
      TfmParser.RULE_serve,
      TfmParser.RULE_serveHead,
      TfmParser.RULE_serveItem,
      "serving declaration"),
  DEVICE(TfmParser.RULE_device, TfmParser.RULE_deviceHead, TfmParser.RULE_deviceItem, "device"),
  CLUSTER(
      TfmParser.RULE_cluster, TfmParser.RULE_clusterHead, TfmParser.RULE_clusterItem, "cluster"),
  ENGINE(TfmParser.RULE_engine, TfmParser.RULE_engineHead, TfmParser.RULE_engineItem, "engine"),
  LOAD(TfmParser.RULE_load, TfmParser.RULE_loadHead, TfmParser.RULE_loadItem, "load");

  private static final int NONE = -1;

  private final int list;
  private final int head;
  private final int line;
  private final String noun;

  LineList(int list, int head, int line, String noun) {
    this.list = list;
    this.head = head;
    this.line = line;
    this.noun = noun;
  }

  /** The one whose list is this rule. */
  static Optional<LineList> of(int rule) {
    return Arrays.stream(values()).filter(each -> each.list == rule).findFirst();
  }

  /** The rule of its lines. */
  int line() {
    return line;
  }

  /** What holds the lines, for readers. */
  String noun() {
    return noun;
  }

  /** The rules that are lists. */
  static Set<Integer> lists() {
    return rules(each -> each.list);
  }

  /** The rules that head lists; the file has none. */
  static Set<Integer> heads() {
    Set<Integer> heads = rules(each -> each.head);
    heads.remove(NONE);
    return heads;
  }

  /** The rules that are lines of lists. */
  public static Set<Integer> lines() {
    return rules(each -> each.line);
  }

  private static Set<Integer> rules(ToIntFunction<LineList> rule) {
    return Arrays.stream(values())
        .map(rule::applyAsInt)
        .collect(Collectors.toCollection(HashSet::new));
  }
}
