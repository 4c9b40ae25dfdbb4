package io.heddle.cli.lsp;

import io.heddle.cli.language.AxisValues;
import io.heddle.cli.language.Completion;
import io.heddle.cli.language.Completions;
import io.heddle.cli.language.Focus;
import io.heddle.cli.language.Hints;
import io.heddle.cli.language.Hovers;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.syntax.format.FormattedText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.CodeAction;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.Command;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionItemKind;
import org.eclipse.lsp4j.CompletionList;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.DidCloseTextDocumentParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.DidSaveTextDocumentParams;
import org.eclipse.lsp4j.DocumentFormattingParams;
import org.eclipse.lsp4j.DocumentSymbol;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.FoldingRange;
import org.eclipse.lsp4j.FoldingRangeRequestParams;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InlayHint;
import org.eclipse.lsp4j.InlayHintParams;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.LocationLink;
import org.eclipse.lsp4j.MarkupContent;
import org.eclipse.lsp4j.MarkupKind;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PrepareRenameDefaultBehavior;
import org.eclipse.lsp4j.PrepareRenameParams;
import org.eclipse.lsp4j.PrepareRenameResult;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.ReferenceParams;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.SemanticTokens;
import org.eclipse.lsp4j.SemanticTokensParams;
import org.eclipse.lsp4j.SymbolInformation;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.WorkspaceEdit;
import org.eclipse.lsp4j.jsonrpc.messages.Either;
import org.eclipse.lsp4j.jsonrpc.messages.Either3;
import org.eclipse.lsp4j.services.TextDocumentService;

/** Answers what an editor asks of its files. */
@SuppressWarnings("NullAway")
final class TextService implements TextDocumentService {
  private final Workspace workspace;
  private final NameUses names;
  private final PlanCommands plans;

  TextService(Workspace workspace, PlanCommands plans) {
    this.workspace = workspace;
    this.names = new NameUses(workspace);
    this.plans = plans;
  }

  @Override
  public void didOpen(DidOpenTextDocumentParams opened) {
    workspace.open(
        opened.getTextDocument().getUri(),
        opened.getTextDocument().getText(),
        opened.getTextDocument().getVersion());
  }

  @Override
  public void didChange(DidChangeTextDocumentParams changed) {
    Integer version = changed.getTextDocument().getVersion();
    workspace.change(
        changed.getTextDocument().getUri(),
        document -> document.change(changed.getContentChanges(), version == null ? 0 : version));
  }

  @Override
  public void didClose(DidCloseTextDocumentParams closed) {
    workspace.close(closed.getTextDocument().getUri());
  }

  @Override
  public void didSave(DidSaveTextDocumentParams saved) {
    workspace.changed();
  }

  private Focus focus(Workspace.Known known) {
    return new Focus(known.analysis(), workspace.chosen(known.document().uri()));
  }

  @Override
  public CompletableFuture<Hover> hover(HoverParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        null,
        known -> {
          TextMap map = known.map();
          Position position = at.getPosition();
          return new Hovers(known.analysis(), focus(known))
              .at(map.line(position), map.column(position))
              .map(
                  hover ->
                      new Hover(
                          new MarkupContent(MarkupKind.MARKDOWN, hover.text()),
                          map.range(hover.span())))
              .orElse(null);
        });
  }

  @Override
  public CompletableFuture<Either<List<CompletionItem>, CompletionList>> completion(
      CompletionParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        Either.forLeft(List.of()),
        known -> {
          TextMap map = known.map();
          int offset = map.offset(at.getPosition());
          int begin = offset;
          String text = known.state().text();
          while (begin > 0 && isPartOfWord(text.charAt(begin - 1))) {
            begin--;
          }
          Position from = map.position(begin);
          AxisValues values = new AxisValues(known.document().lastWithoutErrors());
          Range range = new Range(from, map.position(offset));
          return Either.forLeft(
              Completions.at(known.analysis().names(), map.line(from), map.column(from), values)
                  .stream()
                  .distinct()
                  .map(completion -> item(completion, range))
                  .toList());
        });
  }

  private static boolean isPartOfWord(char c) {
    return c == '_' || c == '"' || Character.isLetterOrDigit(c);
  }

  private static CompletionItem item(Completion completion, Range range) {
    CompletionItem item = new CompletionItem(completion.text());
    item.setDetail(completion.detail());
    if (!completion.documentation().isEmpty()) {
      item.setDocumentation(new MarkupContent(MarkupKind.MARKDOWN, completion.documentation()));
    }
    item.setKind(
        switch (completion.kind()) {
          case KEYWORD -> CompletionItemKind.Keyword;
          case NAME -> CompletionItemKind.Variable;
          case TYPE -> CompletionItemKind.Class;
          case FUNCTION -> CompletionItemKind.Function;
          case VALUE -> CompletionItemKind.Value;
          case FILE -> CompletionItemKind.File;
        });
    item.setTextEdit(Either.forLeft(new TextEdit(range, completion.text())));
    return item;
  }

  @Override
  public CompletableFuture<Either<List<? extends Location>, List<? extends LocationLink>>>
      definition(DefinitionParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        Either.forLeft(List.of()),
        known -> Either.forLeft(names.definition(known, at.getPosition())));
  }

  @Override
  public CompletableFuture<List<? extends Location>> references(ReferenceParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        List.of(),
        known ->
            names.references(
                known,
                at.getPosition(),
                at.getContext() != null && at.getContext().isIncludeDeclaration()));
  }

  @Override
  public CompletableFuture<Either3<Range, PrepareRenameResult, PrepareRenameDefaultBehavior>>
      prepareRename(PrepareRenameParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        null,
        known -> {
          Range range = names.renamed(known, at.getPosition());
          return range == null ? null : Either3.forFirst(range);
        });
  }

  @Override
  public CompletableFuture<WorkspaceEdit> rename(RenameParams at) {
    return workspace.ask(
        at.getTextDocument().getUri(),
        null,
        known -> names.rename(known, at.getPosition(), String.valueOf(at.getNewName())));
  }

  @Override
  public CompletableFuture<List<Either<SymbolInformation, DocumentSymbol>>> documentSymbol(
      DocumentSymbolParams of) {
    return workspace.ask(
        of.getTextDocument().getUri(),
        List.of(),
        known ->
            new Outline(known)
                .symbols().stream()
                    .map(Either::<SymbolInformation, DocumentSymbol>forRight)
                    .toList());
  }

  @Override
  public CompletableFuture<List<FoldingRange>> foldingRange(FoldingRangeRequestParams of) {
    return workspace.ask(
        of.getTextDocument().getUri(), List.of(), known -> new Outline(known).folds());
  }

  @Override
  public CompletableFuture<SemanticTokens> semanticTokensFull(SemanticTokensParams of) {
    return workspace.ask(
        of.getTextDocument().getUri(),
        new SemanticTokens(List.of()),
        known -> new SemanticTokens(new Colours(known).data()));
  }

  @Override
  public CompletableFuture<List<? extends TextEdit>> formatting(DocumentFormattingParams of) {
    return workspace.ask(
        of.getTextDocument().getUri(),
        List.of(),
        known -> {
          String text = known.state().text();
          Source source = new Source(known.document().path().toString(), text);
          return FormattedText.of(source, new Diagnostics())
              .filter(formatted -> !formatted.equals(text))
              .map(formatted -> List.of(new TextEdit(known.map().whole(), formatted)))
              .orElse(List.of());
        });
  }

  @Override
  public CompletableFuture<List<InlayHint>> inlayHint(InlayHintParams of) {
    return workspace.ask(
        of.getTextDocument().getUri(),
        List.of(),
        known -> {
          TextMap map = known.map();
          List<InlayHint> hints = new ArrayList<>();
          for (Hints.Hint hint :
              new Hints(known.analysis(), focus(known))
                  .of(map.line(of.getRange().getStart()), map.line(of.getRange().getEnd()))) {
            int column = hint.column() == 0 ? Integer.MAX_VALUE : hint.column();
            InlayHint shown =
                new InlayHint(
                    map.position(map.offset(hint.line(), column)), Either.forLeft(hint.text()));
            shown.setPaddingLeft(hint.column() == 0);
            shown.setTooltip(new MarkupContent(MarkupKind.MARKDOWN, hint.tooltip()));
            hints.add(shown);
          }
          return hints;
        });
  }

  @Override
  public CompletableFuture<List<Either<Command, CodeAction>>> codeAction(CodeActionParams in) {
    return workspace.ask(
        in.getTextDocument().getUri(),
        List.of(),
        known ->
            new Fixes(known, workspace::textOf)
                .in(in.getRange()).stream().map(Either::<Command, CodeAction>forRight).toList());
  }

  @Override
  public CompletableFuture<List<? extends CodeLens>> codeLens(CodeLensParams of) {
    return workspace.ask(of.getTextDocument().getUri(), List.of(), plans::lenses);
  }

  @Override
  public CompletableFuture<CodeLens> resolveCodeLens(CodeLens lens) {
    return plans.resolve(lens);
  }
}
