package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds what {@code recompute} names: layers, blocks, statements or kinds of operations. */
final class RecomputeResolver {
  private final Model model;
  private final BlockParts parts;
  private final Diagnostics diagnostics;
  private final Set<String> blocks = new LinkedHashSet<>();
  private final Map<String, Set<String>> operations = new LinkedHashMap<>();
  private boolean full;

  RecomputeResolver(Model model, BlockParts parts, Diagnostics diagnostics) {
    this.model = model;
    this.parts = parts;
    this.diagnostics = diagnostics;
  }

  Plan.Recompute resolve(PlanItem.Recompute item) {
    for (PlanItem.What what : item.what()) {
      if (what.statement() != null) {
        statement(what.block(), what.statement());
      } else {
        word(what.block(), item);
      }
    }
    List<String> words =
        item.what().stream()
            .map(what -> what.block() + (what.statement() == null ? "" : "." + what.statement()))
            .toList();
    return new Plan.Recompute(words, full, blocks, operations, item.every(), item.span());
  }

  private void word(Name word, PlanItem.Recompute item) {
    String text = word.text();
    if (text.equals("none") || text.equals("full")) {
      full |= text.equals("full");
      if (item.what().size() > 1 || (text.equals("none") && item.every() != null)) {
        diagnostics
            .report(Code.ARGUMENTS, item.span(), "recompute", "`%s` alone".formatted(text))
            .add();
      }
    } else if (model.blocks().stream().anyMatch(block -> block.name().equals(text))) {
      blocks.add(text);
    } else {
      kind(word);
    }
  }

  private void statement(Name block, Name statement) {
    Optional<Block> owner = parts.block(block);
    if (owner.isEmpty()) {
      return;
    }
    List<Operation> found = owner.get().statement(statement.text());
    if (found.isEmpty()) {
      List<String> known =
          owner.get().statements().keySet().stream()
              .filter(name -> !owner.get().statement(name).isEmpty())
              .sorted()
              .toList();
      diagnostics
          .report(Code.UNKNOWN_NAME, statement.span(), "statement", statement)
          .help(
              Spelling.question(statement.text(), known)
                  .orElseGet(() -> "block `%s` has %s".formatted(block, String.join(", ", known))))
          .add();
    }
    found.forEach(operation -> add(owner.get(), operation));
  }

  private void kind(Name word) {
    boolean found = false;
    Set<String> known = new TreeSet<>();
    for (Block block : model.blocks()) {
      for (Operation operation : block.operations()) {
        List<String> words = words(operation);
        known.addAll(words);
        if (words.contains(word.text())) {
          found = true;
          add(block, operation);
        }
      }
    }
    if (!found) {
      List<String> all = new ArrayList<>(List.of("none", "full"));
      model.blocks().forEach(block -> all.add(block.name()));
      all.addAll(known);
      diagnostics
          .report(Code.UNKNOWN_NAME, word.span(), "recomputation", word)
          .help(
              Spelling.question(word.text(), all)
                  .orElseGet(
                      () ->
                          "known: %s; or a statement such as `block.name`"
                              .formatted(String.join(", ", all))))
          .add();
    }
  }

  /** What a file calls an operation. */
  private static List<String> words(Operation operation) {
    if (operation instanceof Operation.Norm norm) {
      return List.of(norm.kind().word());
    }
    if (operation instanceof Operation.Attend) {
      return List.of("attend");
    }
    if (operation instanceof Operation.Select) {
      return List.of(SelectTerms.WORD);
    }
    if (operation instanceof Operation.Dispatch) {
      return List.of("dispatch");
    }
    if (operation instanceof Operation.Combine) {
      return List.of("combine");
    }
    if (operation instanceof Operation.Concat) {
      return List.of("concat");
    }
    if (operation instanceof Operation.Slice) {
      return List.of(SliceTerms.WORD);
    }
    if (operation instanceof Operation.Declared declared) {
      return List.of(declared.of().name());
    }
    if (operation instanceof Operation.PointWise pointWise) {
      return pointWise.functions().stream()
          .filter(function -> !function.equals(Function.ADD) && !function.equals(Function.MULTIPLY))
          .map(Function::name)
          .toList();
    }
    return List.of();
  }

  private void add(Block block, Operation operation) {
    operations.computeIfAbsent(block.name(), unused -> new LinkedHashSet<>()).add(operation.name());
  }
}
