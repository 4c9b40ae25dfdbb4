package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;

/** What the parts of the grammar are called when one speaks to the user. */
final class Nouns {
  private static final String NAME = "a name";

  /** For each rule what its names are, in order; the last stands for all that follow. */
  private static final Map<Integer, List<String>> NAMES =
      Map.ofEntries(
          Map.entry(TfmParser.RULE_modelHead, List.of("the model's name")),
          Map.entry(TfmParser.RULE_derivation, List.of("the model that it is made of")),
          Map.entry(TfmParser.RULE_parameter, List.of("the parameter's name")),
          Map.entry(TfmParser.RULE_dimension, List.of("the dimension's name")),
          Map.entry(TfmParser.RULE_streamHead, List.of("the stream's name")),
          Map.entry(TfmParser.RULE_begin, List.of("the block's name")),
          Map.entry(TfmParser.RULE_end, List.of("the block's name")),
          Map.entry(TfmParser.RULE_stack, List.of("a block's name")),
          Map.entry(TfmParser.RULE_layers, List.of("a block's name")),
          Map.entry(TfmParser.RULE_used, List.of("a block's name")),
          Map.entry(TfmParser.RULE_fed, List.of("the argument's name", "the stream's name")),
          Map.entry(TfmParser.RULE_embed, List.of("the embedding table's name")),
          Map.entry(TfmParser.RULE_head, List.of("the embedding table's name")),
          Map.entry(TfmParser.RULE_norm, List.of("the norm's name")),
          Map.entry(TfmParser.RULE_tensor, List.of("the tensor's name")),
          Map.entry(TfmParser.RULE_dims, List.of("a dimension")),
          Map.entry(TfmParser.RULE_blockHead, List.of("the block's name")),
          Map.entry(TfmParser.RULE_fusedHead, List.of("the kernel's name")),
          Map.entry(TfmParser.RULE_assignment, List.of("the tensor's name")),
          Map.entry(TfmParser.RULE_argument, List.of("the argument's name", "the keys' dimension")),
          Map.entry(TfmParser.RULE_planHead, List.of("the plan's name", "the model's name")),
          Map.entry(TfmParser.RULE_setting, List.of("the setting's name")),
          Map.entry(TfmParser.RULE_decodeSetting, List.of("the setting's name")),
          Map.entry(TfmParser.RULE_layout, List.of("an axis")),
          Map.entry(TfmParser.RULE_axes, List.of("an axis")),
          Map.entry(TfmParser.RULE_shardRule, List.of("a dimension")),
          Map.entry(TfmParser.RULE_pin, List.of("the block's name", "the tensor's name")),
          Map.entry(TfmParser.RULE_pinnedDim, List.of("a dimension", "an axis")),
          Map.entry(TfmParser.RULE_schedule, List.of("the schedule's name")),
          Map.entry(TfmParser.RULE_view, List.of("the view's name")),
          Map.entry(TfmParser.RULE_regrouped, List.of("an axis")),
          Map.entry(TfmParser.RULE_context, List.of("the kind of context parallelism")),
          Map.entry(TfmParser.RULE_recompute, List.of("what to compute again")),
          Map.entry(TfmParser.RULE_what, List.of("what to compute again", "the statement's name")),
          Map.entry(TfmParser.RULE_keep, List.of("the block's name")),
          Map.entry(TfmParser.RULE_tensorName, List.of("the block's name", "the tensor's name")),
          Map.entry(TfmParser.RULE_experts, List.of("the setting's name")),
          Map.entry(TfmParser.RULE_expertSetting, List.of("the setting's name")),
          Map.entry(TfmParser.RULE_expertNumber, List.of("the setting's name")),
          Map.entry(TfmParser.RULE_optimizer, List.of("the optimizer's name")),
          Map.entry(TfmParser.RULE_formatName, List.of("the number format")),
          Map.entry(TfmParser.RULE_formatOf, List.of("the kind of tensor")),
          Map.entry(TfmParser.RULE_usesEngine, List.of("the engine's name")),
          Map.entry(
              TfmParser.RULE_engineHead,
              List.of("the engine's name", "the engine that it is made of")),
          Map.entry(TfmParser.RULE_engineItem, List.of("the line's name")),
          Map.entry(TfmParser.RULE_loadHead, List.of("the load's name")),
          Map.entry(TfmParser.RULE_on, List.of("the cluster's name")),
          Map.entry(TfmParser.RULE_sweepHead, List.of("the sweep's name", "the plan's name")),
          Map.entry(TfmParser.RULE_searchHead, List.of("the search's name", "the plan's name")),
          Map.entry(TfmParser.RULE_serveHead, List.of("the name", "the model's name")),
          Map.entry(
              TfmParser.RULE_pool,
              List.of("the role of the pool", "the plan's name", "the other plan's name")),
          Map.entry(TfmParser.RULE_requests, List.of("the kind of arrivals")),
          Map.entry(TfmParser.RULE_batching, List.of("the scheduler's name")),
          Map.entry(TfmParser.RULE_route, List.of("the kind of routing")),
          Map.entry(TfmParser.RULE_bound, List.of("the metric", "the share")),
          Map.entry(TfmParser.RULE_serveFigure, List.of("the figure's name", "a word")),
          Map.entry(TfmParser.RULE_aim, List.of("what is to be least or most")),
          Map.entry(TfmParser.RULE_limit, List.of("what is limited")),
          Map.entry(TfmParser.RULE_operationDeclaration, List.of("the operation's name")),
          Map.entry(TfmParser.RULE_operand, List.of("the argument's name")),
          Map.entry(TfmParser.RULE_operationClause, List.of("a dimension")),
          Map.entry(
              TfmParser.RULE_deviceHead,
              List.of("the device's name", "the device that it is made of")),
          Map.entry(TfmParser.RULE_kernel, List.of("the kind of kernel", "the number format")),
          Map.entry(TfmParser.RULE_transfer, List.of("the kind of transfer")),
          Map.entry(TfmParser.RULE_figure, List.of("the figure's name")),
          Map.entry(TfmParser.RULE_clusterHead, List.of("the cluster's name")),
          Map.entry(TfmParser.RULE_peak, List.of("the number format")),
          Map.entry(TfmParser.RULE_usesDevice, List.of("the device's name")),
          Map.entry(TfmParser.RULE_network, List.of("the network's topology")));

  private Nouns() {}

  /** What the name is that stands at {@code index} among the names of this rule, from 0. */
  static String name(ParserRuleContext context, int index) {
    int rule = context.getRuleIndex();
    boolean isOne =
        rule == TfmParser.RULE_used
            && (context.getParent() instanceof TfmParser.BeginContext
                || context.getParent() instanceof TfmParser.EndContext);
    if (isOne || (rule == TfmParser.RULE_names && context.getParent() != null)) {
      return name(context.getParent(), index);
    }
    if (rule == TfmParser.RULE_setting && context.getParent() instanceof TfmParser.MeshContext) {
      return "the axis's name";
    }
    List<String> nouns = NAMES.getOrDefault(rule, List.of(NAME));
    return nouns.get(Math.min(index, nouns.size() - 1));
  }

  /** What ends the text: a file, or a line that is read alone. */
  static String end(ParserRuleContext context) {
    ParserRuleContext root = context;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getRuleIndex() == TfmParser.RULE_file ? "the end of the file" : "the end";
  }

  /** What a list of lines makes up. */
  static String list(ParserRuleContext context) {
    return LineList.of(context.getRuleIndex()).orElse(LineList.FILE).noun();
  }
}
