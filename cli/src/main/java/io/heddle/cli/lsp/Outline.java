package io.heddle.cli.lsp;

import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.eclipse.lsp4j.DocumentSymbol;
import org.eclipse.lsp4j.FoldingRange;
import org.eclipse.lsp4j.FoldingRangeKind;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.SymbolKind;
import org.jspecify.annotations.Nullable;

/** The declarations of a file in their order, and what of it can be folded. */
final class Outline {
  private final Workspace.Known known;

  Outline(Workspace.Known known) {
    this.known = known;
  }

  /** Declarations, with the blocks of models. */
  List<DocumentSymbol> symbols() {
    List<DocumentSymbol> symbols = new ArrayList<>();
    known.analysis().names().main().parsed().ifPresent(parsed -> add(parsed.file(), symbols));
    return symbols;
  }

  private void add(ParserRuleContext rule, List<DocumentSymbol> into) {
    for (int i = 0; i < rule.getChildCount(); i++) {
      ParseTree child = rule.getChild(i);
      if (!(child instanceof ParserRuleContext part)) {
        continue;
      }
      DocumentSymbol symbol = symbol(part);
      if (symbol == null) {
        add(part, into);
      } else {
        List<DocumentSymbol> inner = new ArrayList<>();
        add(part, inner);
        symbol.setChildren(inner);
        into.add(symbol);
      }
    }
  }

  private @Nullable DocumentSymbol symbol(ParserRuleContext rule) {
    if (rule instanceof TfmParser.DeclaredModelContext model && model.modelHead() != null) {
      return symbol(rule, model.modelHead().name(), SymbolKind.Class, "model");
    }
    if (rule instanceof TfmParser.BlockContext block && block.blockHead() != null) {
      return symbol(rule, block.blockHead().name(), SymbolKind.Method, "block");
    }
    if (rule instanceof TfmParser.StreamContext stream && stream.streamHead() != null) {
      return symbol(rule, stream.streamHead().name(), SymbolKind.Field, "stream");
    }
    if (rule instanceof TfmParser.PlanContext plan && plan.planHead() != null) {
      return symbol(rule, plan.planHead().name(0), SymbolKind.Object, "plan");
    }
    if (rule instanceof TfmParser.SweepContext sweep && sweep.sweepHead() != null) {
      return symbol(rule, sweep.sweepHead().name(0), SymbolKind.Array, "sweep");
    }
    if (rule instanceof TfmParser.ServeContext serve && serve.serveHead() != null) {
      return symbol(rule, serve.serveHead().name(0), SymbolKind.Array, "serve");
    }
    if (rule instanceof TfmParser.SearchContext search && search.searchHead() != null) {
      return symbol(rule, search.searchHead().name(0), SymbolKind.Array, "search");
    }
    if (rule instanceof TfmParser.OperationDeclarationContext operation) {
      return symbol(rule, operation.name(), SymbolKind.Function, "op");
    }
    if (rule instanceof TfmParser.DeviceContext device && device.deviceHead() != null) {
      return symbol(rule, device.deviceHead().name(0), SymbolKind.Struct, "device");
    }
    if (rule instanceof TfmParser.ClusterContext cluster && cluster.clusterHead() != null) {
      return symbol(rule, cluster.clusterHead().name(), SymbolKind.Module, "cluster");
    }
    if (rule instanceof TfmParser.EngineContext engine && engine.engineHead() != null) {
      return symbol(rule, engine.engineHead().name(0), SymbolKind.Struct, "engine");
    }
    if (rule instanceof TfmParser.LoadContext load && load.loadHead() != null) {
      return symbol(rule, load.loadHead().name(), SymbolKind.Array, "load");
    }
    return null;
  }

  private @Nullable DocumentSymbol symbol(
      ParserRuleContext rule,
      TfmParser.@Nullable NameContext name,
      SymbolKind kind,
      String detail) {
    if (name == null || name.getStop() == null || name.getText().isEmpty()) {
      return null;
    }
    Range selection = range(name.getStart(), name.getStop());
    Token last = rule.getStop() == null ? name.getStop() : rule.getStop();
    Range all = range(rule.getStart(), last);
    return new DocumentSymbol(name.getText(), kind, all, selection, detail);
  }

  private Range range(Token from, Token to) {
    Token last = to.getTokenIndex() < from.getTokenIndex() ? from : to;
    TextMap map = known.map();
    int end =
        map.offset(
            last.getLine(),
            last.getCharPositionInLine()
                + 1
                + Math.max(0, last.getStopIndex() - last.getStartIndex() + 1));
    int begin = map.offset(from.getLine(), from.getCharPositionInLine() + 1);
    return new Range(map.position(begin), map.position(Math.max(begin, end)));
  }

  /** Lists in braces, and comments of several lines. */
  List<FoldingRange> folds() {
    List<FoldingRange> folds = new ArrayList<>();
    known
        .analysis()
        .names()
        .main()
        .parsed()
        .ifPresent(
            parsed -> {
              Deque<Token> open = new ArrayDeque<>();
              for (Token token : parsed.tokens().getTokens()) {
                if (token.getType() == TfmLexer.LEFT_BRACE) {
                  open.push(token);
                } else if (token.getType() == TfmLexer.RIGHT_BRACE && !open.isEmpty()) {
                  fold(open.pop().getLine(), token.getLine() - 1, FoldingRangeKind.Region, folds);
                }
              }
            });
    comments(folds);
    return folds;
  }

  private void comments(List<FoldingRange> folds) {
    List<String> lines = known.state().text().lines().toList();
    int begin = -1;
    for (int i = 0; i <= lines.size(); i++) {
      boolean isComment = i < lines.size() && lines.get(i).strip().startsWith("//");
      if (isComment && begin < 0) {
        begin = i;
      } else if (!isComment && begin >= 0) {
        fold(begin + 1, i, FoldingRangeKind.Comment, folds);
        begin = -1;
      }
    }
  }

  private static void fold(int first, int last, String kind, List<FoldingRange> folds) {
    if (last > first) {
      FoldingRange fold = new FoldingRange(first - 1, last - 1);
      fold.setKind(kind);
      folds.add(fold);
    }
  }
}
