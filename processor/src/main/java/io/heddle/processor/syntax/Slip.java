package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.ParserRuleContext;

/**
 * A habit of another language that this one does not take, and what to write in its place.
 *
 * @param rule the rule of the grammar in which it stands, at any depth
 * @param before the token before
 * @param found the token that cannot be read
 */
record Slip(int rule, Pattern before, Pattern found, String help) {
  private static final String ANY = ".*";

  private static final String SPACES = "separate dimensions by spaces, as in ";

  private static final String ZERO =
      "write ZeRO-1 as `adam sharded over dp`, ZeRO-2 as `adam sharded over dp, gradients sharded`,"
          + " ZeRO-3 and FSDP as `adam sharded over dp, weights sharded`";

  private static final List<Slip> ALL =
      List.of(
          of(TfmParser.RULE_dims, ANY, ",", SPACES + "`[b s h]`"),
          of(TfmParser.RULE_pin, ANY, ",", SPACES + "`[n d/tp h]`"),
          of(TfmParser.RULE_shard, ANY, ",", SPACES + "`n f over tp`"),
          of(TfmParser.RULE_shard, ANY, ":|=|->", "write `over`, as in `n f over tp`"),
          of(
              TfmParser.RULE_mesh,
              "mesh",
              "\\(|\\[|\\{",
              "write axes as they are: `mesh dp = 2, tp = 8`"),
          of(TfmParser.RULE_mesh, "=", "-|\\d+\\.\\d+", "sizes of axes are whole numbers from 1"),
          of(TfmParser.RULE_mesh, "\\d+", "\\w+", "separate axes by `,`, as in `dp = 2, tp = 8`"),
          of(TfmParser.RULE_schedule, "schedule", "1", "write 1F1B as `one_f_one_b`"),
          of(TfmParser.RULE_optimizer, ANY, "(?i)(zero|fsdp).*", ZERO),
          of(TfmParser.RULE_planHead, ANY, "\\{", "name its model: `plan NAME of MODEL {`"),
          of(
              TfmParser.RULE_plan,
              "[a-z_]+",
              "=|:",
              "write the value behind the word, as in `batch 8`; only entries of lists have `=`"),
          of(TfmParser.RULE_sweep, "keep", "if|where", "write `keep when`"),
          of(TfmParser.RULE_search, "keep", "if|where", "write `keep when`"),
          of(TfmParser.RULE_sweep, "\\w+", ",", "write a list of values behind `in`"),
          of(TfmParser.RULE_search, "\\w+", ",", "write a list of values behind `in`"),
          of(TfmParser.RULE_sweep, "\\d+", "\\.", "list the values, as in `tp in 1, 2, 4`"),
          of(TfmParser.RULE_search, "\\d+", "\\.", "list the values, or write `in any`"),
          of(TfmParser.RULE_parameters, "\\w+", ":", "write `=`, as in `layers = 32`"),
          of(
              TfmParser.RULE_parameters,
              "=",
              "-|\\d+\\.\\d+",
              "parameters are whole numbers from 0"),
          of(TfmParser.RULE_statement, ANY, ":", "write `=`, as in `y[b s h] = o * wo`"),
          of(TfmParser.RULE_stack, ANY, "\\w+", "write `stack COUNT of BLOCK, BLOCK`"));

  private static Slip of(int rule, String before, String found, String help) {
    return new Slip(rule, Pattern.compile(before), Pattern.compile(found), help);
  }

  /** What to write where a token cannot stand behind another. */
  static Optional<String> help(ParserRuleContext context, String before, String found) {
    return ALL.stream()
        .filter(slip -> slip.isIn(context))
        .filter(slip -> slip.before.matcher(before).matches())
        .filter(slip -> slip.found.matcher(found).matches())
        .map(Slip::help)
        .findFirst();
  }

  private boolean isIn(ParserRuleContext context) {
    for (ParserRuleContext at = context; at != null; at = at.getParent()) {
      if (at.getRuleIndex() == rule) {
        return true;
      }
    }
    return false;
  }
}
