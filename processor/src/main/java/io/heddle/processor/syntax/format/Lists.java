package io.heddle.processor.syntax.format;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.syntax.LineList;
import java.util.Map;
import java.util.Set;

/** The rules of the grammar that are lists of lines in braces, and those that are their lines. */
final class Lists {
  /** Lists that may stand on one line. */
  static final Set<Integer> SHORT =
      Set.of(
          TfmParser.RULE_fused,
          TfmParser.RULE_shard,
          TfmParser.RULE_device,
          TfmParser.RULE_cluster,
          TfmParser.RULE_engine);

  static final Set<Integer> LINES = lines();

  /** Rules whose opening parenthesis stands right behind a word. */
  static final Set<Integer> CALLS =
      Set.of(
          TfmParser.RULE_settings,
          TfmParser.RULE_expertNumbers,
          TfmParser.RULE_blockHead,
          TfmParser.RULE_stack,
          TfmParser.RULE_used,
          TfmParser.RULE_operationDeclaration);

  /** Width of the keyword and the space behind it, for lines whose keywords make a column. */
  static final Map<Integer, Integer> KEYWORD_COLUMNS =
      Map.ofEntries(
          Map.entry(TfmParser.RULE_mesh, 7),
          Map.entry(TfmParser.RULE_layout, 7),
          Map.entry(TfmParser.RULE_view, 7),
          Map.entry(TfmParser.RULE_context, 11),
          Map.entry(TfmParser.RULE_schedule, 11),
          Map.entry(TfmParser.RULE_stages, 11),
          Map.entry(TfmParser.RULE_recompute, 11),
          Map.entry(TfmParser.RULE_keep, 11),
          Map.entry(TfmParser.RULE_experts, 11),
          Map.entry(TfmParser.RULE_overlap, 11),
          Map.entry(TfmParser.RULE_allReduce, 11),
          Map.entry(TfmParser.RULE_freeze, 11),
          Map.entry(TfmParser.RULE_optimizer, 11),
          Map.entry(TfmParser.RULE_reduce, 11),
          Map.entry(TfmParser.RULE_dtype, 11),
          Map.entry(TfmParser.RULE_usesEngine, 11),
          Map.entry(TfmParser.RULE_on, 11),
          Map.entry(TfmParser.RULE_pools, 9),
          Map.entry(TfmParser.RULE_cacheTransfer, 9),
          Map.entry(TfmParser.RULE_requests, 9),
          Map.entry(TfmParser.RULE_batching, 9),
          Map.entry(TfmParser.RULE_route, 9),
          Map.entry(TfmParser.RULE_goals, 9),
          Map.entry(TfmParser.RULE_embed, 6),
          Map.entry(TfmParser.RULE_begin, 6),
          Map.entry(TfmParser.RULE_stack, 6),
          Map.entry(TfmParser.RULE_head, 6),
          Map.entry(TfmParser.RULE_end, 6),
          Map.entry(TfmParser.RULE_usesDevice, 8),
          Map.entry(TfmParser.RULE_network, 8));

  private Lists() {}

  private static Set<Integer> lines() {
    Set<Integer> lines = LineList.lines();
    lines.add(TfmParser.RULE_header);
    lines.add(TfmParser.RULE_transfer);
    return lines;
  }
}
